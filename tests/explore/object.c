/* SPDX-License-Identifier: GPL-2.0-only */
/* Capabilities and what they lead to, while others take them away. */

#include "kernel/base/compiler.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/sm.h"
#include "tests/explore/scenarios.h"

enum : uint64_t { SM = EXPLORE_FIRST, COPY, OTHER, A = SM + 4, B = SM + 6 };

static unsigned ups, made, refused;

static void count_up(unsigned cpu)
{
    ups += explore_status(cpu) == SUCCESS;
}

/* What is looked up goes, and its memory is used again at once. */
static void make_lookup(void)
{
    static const struct act uses[] = {UP(SM), DELEGATE(SEL_ROOT_OBJ, SEL_ROOT_OBJ, SM, COPY, 0, 1),
                                      UP(COPY)};
    static const struct act takes[] = {REVOKE(SM, 1), CREATE_SM(OTHER, SEL_ROOT_PD)};
    static const struct act makes[] = {UP(SM), CREATE_SM(SM, SEL_ROOT_PD), UP(OTHER), DO(count_up)};
    ups = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), uses, false);
    PROGRAM(call_thread(B, 2, 10, 10), makes, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

/* Nobody counted up what lies where the first semaphore was. */
static void check_lookup(void)
{
    struct sm *const other = CONTAINER_OF(call_object(OTHER), struct sm, obj);
    SPIN_GUARD(&other->lock);
    CHECK_EQ(other->count, ups);
}

const struct scenario explore_lookup = {
    .name = "lookup",
    .claim = "what a CPU has found stays as long as it uses it, and goes then",
    .cpus = 3,
    .bound = 2,
    .make = make_lookup,
    .check = check_lookup,
};

static void count_made(unsigned cpu)
{
    made += explore_status(cpu) == SUCCESS;
    refused += explore_status(cpu) == BAD_CAP;
}

/* All fill the same slot. */
static void make_fill(void)
{
    static const struct act makes[] = {CREATE_SM(SM, SEL_ROOT_PD), DO(count_made)};
    made = refused = 0;
    PROGRAM(call_thread(A, 1, 10, 10), makes, false);
    PROGRAM(call_thread(B, 2, 10, 10), makes, false);
    PROGRAM(sim_user(0), makes, false);
    sim_settle();
}

static void check_fill(void)
{
    CHECK_EQ(made, 1);
    CHECK_EQ(refused, 2);
    CHECK_EQ(call_object(SM)->refs, 1);
}

const struct scenario explore_fill = {
    .name = "fill",
    .claim = "of several CPUs that make something in one empty slot one does",
    .cpus = 3,
    .bound = 2,
    .make = make_fill,
    .check = check_fill,
};

/* All write the same slot. */
static void make_replace(void)
{
    static const struct act puts_one[] = {
        DELEGATE(SEL_ROOT_OBJ, SEL_ROOT_OBJ, SM, COPY, 0, PERM_SM_UP)};
    static const struct act puts_other[] = {
        DELEGATE(SEL_ROOT_OBJ, SEL_ROOT_OBJ, OTHER, COPY, 0, PERM_SM_DOWN)};
    static const struct act empties[] = {REVOKE(COPY, 0)};
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_create_sm(0, OTHER, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), puts_one, false);
    PROGRAM(call_thread(B, 2, 10, 10), puts_other, false);
    PROGRAM(sim_user(0), empties, false);
    sim_settle();
}

static void check_replace(void)
{
    const struct kobject *const obj = call_object(COPY);
    CHECK(obj == nullptr || obj == call_object(SM) || obj == call_object(OTHER));
}

const struct scenario explore_replace = {
    .name = "replace",
    .claim =
        "a slot that several CPUs write at once holds what one of them wrote, and counts it once",
    .cpus = 3,
    .bound = 2,
    .make = make_replace,
    .check = check_replace,
};

/* One takes away what is in a slot while another one has some of its permissions taken away. */
static void make_reduce(void)
{
    static const struct act reduces[] = {
        DELEGATE(SEL_ROOT_OBJ, SEL_ROOT_OBJ, COPY, COPY, 0, PERM_SM_UP)};
    static const struct act empties[] = {REVOKE(COPY, 0)};
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, SM, COPY, 0, PERM_SM_ALL), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), reduces, false);
    PROGRAM(sim_user(0), empties, false);
    sim_settle();
}

static void check_reduce(void)
{
    CHECK(call_object(COPY) == nullptr);
    CHECK_EQ(call_object(SM)->refs, 1);
}

const struct scenario explore_reduce = {
    .name = "reduce",
    .claim = "a slot that was emptied stays empty, whoever reduces its permissions at the time",
    .cpus = 2,
    .bound = 3,
    .make = make_reduce,
    .check = check_reduce,
};

/* The same where there is no page of slots yet, and the other puts something there. */
enum : uint64_t { FRESH_PD = EXPLORE_FIRST + 60, FRESH };

static void make_reduce_fresh(void)
{
    static const struct act reduces[] = {DELEGATE(FRESH, FRESH, 0, 0, 0, PERM_MASK)};
    static const struct act fills[] = {DELEGATE(SEL_ROOT_OBJ, FRESH, SM, 0, 0, PERM_MASK)};
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, FRESH_PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, FRESH, FRESH_PD), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), reduces, false);
    PROGRAM(sim_user(0), fills, false);
    sim_settle();
}

static void check_reduce_fresh(void)
{
    const struct space_obj *const space = CONTAINER_OF(call_object(FRESH), struct space_obj, obj);
    CHECK(space_obj_load(space, 0).raw != 0);
    CHECK_EQ(call_object(SM)->refs, 2);
}

const struct scenario explore_reduce_fresh = {
    .name = "reduce_fresh",
    .claim =
        "a slot that was filled stays filled, whoever reduces the permissions of none at the time",
    .cpus = 2,
    .bound = 3,
    .make = make_reduce_fresh,
    .check = check_reduce_fresh,
};

/* Two CPUs make the other one enter the kernel, and wait for that. */
static void make_ask(void)
{
    static const struct act recalls_b[] = {RECALL(B, CTRL_EC_STRONG)};
    static const struct act recalls_a[] = {RECALL(A, CTRL_EC_STRONG)};
    PROGRAM(call_thread(A, 1, 10, 10), recalls_b, false);
    PROGRAM(call_thread(B, 2, 10, 10), recalls_a, false);
    PROGRAM(sim_user(0), recalls_b, false);
    sim_settle();
}

static void check_ask(void)
{
    CHECK(call_ec(B)->cont == ec_cont_dead); /* and with it, perhaps, the recall of A */
}

const struct scenario explore_ask = {
    .name = "ask",
    .claim = "CPUs that wait for each other answer each other, and who is recalled dies",
    .cpus = 3,
    .bound = 3,
    .make = make_ask,
    .check = check_ask,
};

/* A PD loses its host space while its first port space is made; the memory is used again for another PD's. */
enum : uint64_t { X = EXPLORE_FIRST, X_HST, Y, Y_HST, X_PIO, GO, T = EXPLORE_FIRST + 8 };

static void make_unlink(void)
{
    static const struct act takes[] = {
        UP(GO),
        REVOKE(X_HST, 0),
        CALL(HYPERCALL_CREATE_PD, CREATE_PD_HST, Y_HST, Y),
    };
    static const struct act makes[] = {
        DOWN(GO, 0),
        CALL(HYPERCALL_CREATE_PD, CREATE_PD_PIO, X_PIO, X),
        DOWN(GO, 0),
    };
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, X, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, Y, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, X_HST, X), SUCCESS);
    CHECK_EQ(call_create_sm(0, GO, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_thread(T, 1, 10, 10), makes, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

static void check_unlink(void)
{
    struct space_hst *const host = CONTAINER_OF(call_object(Y_HST), struct space_hst, obj);
    CHECK(atomic_load(&host->ports) == nullptr);
    CHECK_EQ(host->obj.refs, 1);
}

const struct scenario explore_unlink = {
    .name = "unlink",
    .claim = "a space that goes is not mistaken for another one at its address",
    .cpus = 2,
    .bound = 3,
    .make = make_unlink,
    .check = check_unlink,
};
