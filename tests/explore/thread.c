/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that begin and end, and interrupts that wake them. */

#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "tests/explore/scenarios.h"

enum : uint64_t {
    A = EXPLORE_FIRST,
    B = A + 2,
    SM = A + 4,
    INT,
    S = A + 8,
    PT = S + 1,
    NEW_PT,
    NEW_SC,
};
enum : unsigned { FAULT = 3 };

static unsigned turns, answers;

static void take_turn([[maybe_unused]] unsigned cpu)
{
    turns++;
}

static void count_answer(unsigned cpu)
{
    const status_t status = explore_status(cpu);
    CHECK(status == SUCCESS || status == BAD_CAP || status == ABORTED);
    answers++;
}

/* A and B are given what runs them by two CPUs, while their own CPU goes idle and comes back. */
static void make_ready(void)
{
    static const struct act runs[] = {DO(take_turn), DOWN(SM, 0)};
    static const struct act starts_a[] = {CREATE_SC(A + 1, SEL_ROOT_PD, A, 10, 10)};
    static const struct act starts_b[] = {CREATE_SC(B + 1, SEL_ROOT_PD, B, 20, 10)};
    turns = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    for (uint64_t sel = A; sel <= B; sel += B - A) {
        CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, sel, SEL_ROOT_PD, 0x5000'0000 + (sel << 12), 1,
                                SELNUM),
                 SUCCESS);
        call_ec(sel)->cont = ec_resume;
        PROGRAM(call_ec(sel), runs, false);
    }
    PROGRAM(call_thread(S, 2, 10, 10), starts_b, false);
    PROGRAM(sim_user(0), starts_a, false);
    sim_settle();
}

static void check_ready(void)
{
    CHECK_EQ(turns, 2);
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
}

const struct scenario explore_ready = {
    .name = "ready",
    .claim = "a scheduling context that is made on another CPU runs there",
    .cpus = 3,
    .bound = 3,
    .make = make_ready,
    .check = check_ready,
};

/* Portals and SCs are made for threads whose last capabilities go. */
static void make_create(void)
{
    static const struct act makes[] = {CREATE_PT(NEW_PT, SEL_ROOT_PD, S), DO(count_answer),
                                       CREATE_SC(NEW_SC, SEL_ROOT_PD, B, 5, 10), DO(count_answer)};
    static const struct act takes[] = {REVOKE(S, 1), REVOKE(B, 1)};
    static const struct act faults[] = {UP(SM), EVENT(FAULT)};
    answers = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    call_server(S, 1);
    PROGRAM(call_thread(A, 1, 10, 10), makes, false);
    PROGRAM(call_thread(B, 2, 10, 10), faults, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

static void check_create(void)
{
    CHECK_EQ(answers, 2);
}

const struct scenario explore_create = {
    .name = "create",
    .claim = "what is made for a thread that goes keeps it, or is refused",
    .cpus = 3,
    .bound = 1,
    .make = make_create,
    .check = check_create,
};

static void interrupt([[maybe_unused]] unsigned cpu)
{
    sim_raise(0);
}

/* Two interrupts come, wherever CPU 1 is while it is routed to CPU 2; A waits for them. */
static void make_interrupt(void)
{
    static const struct act waits[] = {DOWN(INT, 0), DO(take_turn), DOWN(INT, 0), DO(take_turn)};
    static const struct act routes[] = {CALL(HYPERCALL_ASSIGN_INT, 0, INT, 2)};
    static const struct act comes[] = {DO(interrupt), DO(interrupt)};
    turns = 0;
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, SEL_NOVA_INT, INT, 0, PERM_MASK),
             SUCCESS);
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_ASSIGN_INT, 0, INT), 1, 0, 0, 0), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), waits, false);
    PROGRAM(sim_user(0), routes, false);
    PROGRAM(nullptr, comes, false);
    sim_settle();
}

/* One that comes while another is pending is the same. */
static void check_interrupt(void)
{
    CHECK(turns == 1 || turns == 2);
}

const struct scenario explore_interrupt = {
    .name = "interrupt",
    .claim = "an interrupt wakes who waits for it, also while it is routed to another CPU",
    .cpus = 3,
    .bound = 4,
    .make = make_interrupt,
    .check = check_interrupt,
};
