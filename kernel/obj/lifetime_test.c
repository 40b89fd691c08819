/* SPDX-License-Identifier: GPL-2.0-only */
/* Every kind of object leaves the allocator and the accounts as it found them. */

#include "arch/inline.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pd.h"
#include "kernel/sync/rcu.h"

/* Selectors of what a case makes, all below 64, so that one call takes them away. */
enum : uint64_t { FIRST = 0x20, COUNT_LOG2 = 5 };
enum : uint64_t {
    PD = FIRST,
    OBJ,
    HST,
    GST,
    PIO,
    MSR,
    EC,
    EC2,
    PT,
    SC,
    SC2,
    SM,
    SM2,
};
enum : uint64_t { UTCB = 0x5000'0000, UTCB2 = UTCB + UTCB_SIZE, TICKS = SIM_FREQUENCY / 1000 };

static struct ec *root;

static struct pd *root_pd(void)
{
    return CONTAINER_OF(call_object(SEL_ROOT_PD), struct pd, obj);
}

/*
 * Make things, take them away, let all come to rest. The first time leaves page tables and slot pages of root
 * behind, later ones must not leave anything.
 */
static void check_balance(void (*make)(void))
{
    root = call_boot(3, 2048);
    size_t pages = 0;
    uint64_t bytes = 0;
    for (unsigned round = 0; round < 4; round++) {
        make();
        CHECK(sim_user(0) == root);
        call_revoke(0, FIRST, COUNT_LOG2);
        const size_t pages_now = call_settle();
        const uint64_t bytes_now = root_pd()->used;
        CHECK_EQ(rcu_pending(), 0);
        if (round > 0) {
            CHECK_EQ(pages_now, pages);
            CHECK_EQ(bytes_now, bytes);
        }
        pages = pages_now;
        bytes = bytes_now;
    }
}

static void make_sm(void)
{
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 1), SUCCESS);
}

static void a_semaphore_leaves_nothing_behind(void)
{
    check_balance(make_sm);
}

static void make_pd(void)
{
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
}

static void a_pd_leaves_nothing_behind(void)
{
    check_balance(make_pd);
}

static void make_spaces(void)
{
    make_pd();
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_GST, GST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, PIO, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_MSR, MSR, PD), SUCCESS);
}

/* With something in them. */
static void make_full_spaces(void)
{
    enum : uint64_t { NOVA_HST = SM2 + 1, SOME = UINT64_C(5) << 18 };
    make_spaces();
    CHECK_EQ(
        call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, SEL_NOVA_HST, NOVA_HST, 0, PERM_MASK),
        SUCCESS);
    CHECK_EQ(call_delegate(0, NOVA_HST, HST, SOME, SOME, 18, PERM_MEM_ALL), SUCCESS);
    CHECK_EQ(call_delegate(0, HST, HST, SOME + 77, SOME + 77, 0, PERM_MEM_R), SUCCESS); /* split */
    CHECK_EQ(call_delegate(0, HST, GST, SOME, 0, 9, PERM_MEM_R), SUCCESS);
    for (uint64_t page = 0; page < 3; page++)
        CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, 0, page * 512, 3, PERM_MASK), SUCCESS);
}

static void spaces_leave_nothing_behind(void)
{
    check_balance(make_spaces);
}

static void full_spaces_leave_nothing_behind(void)
{
    check_balance(make_full_spaces);
}

static void make_ecs(void)
{
    CHECK_EQ(call_create_ec(0, CREATE_EC_FPU, EC, SEL_ROOT_PD, UTCB, 0, 0), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, EC2, SEL_ROOT_PD, UTCB2, 1, 0), SUCCESS);
    CHECK_EQ(call_create_pt(0, PT, SEL_ROOT_PD, EC, 0), SUCCESS);
}

static void ecs_that_never_ran_leave_nothing_behind(void)
{
    check_balance(make_ecs);
}

/* A global EC on CPU 1 with two SCs, one of which it ran on; dead. */
static void make_dead_thread(void)
{
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL | CREATE_EC_FPU, EC, SEL_ROOT_PD, UTCB, 1, SELNUM),
             SUCCESS);
    struct ec *const ec = call_ec(EC);
    ec->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, SC, SEL_ROOT_PD, EC, 5, 1), SUCCESS);
    CHECK_EQ(call_create_sc(0, SC2, SEL_ROOT_PD, EC, 6, 1), SUCCESS);
    CHECK(sim_interrupt(1, SIM_KICK) == ec);
    CHECK(sim_event(1, 1) == nullptr);
}

static void a_dead_thread_leaves_nothing_behind(void)
{
    check_balance(make_dead_thread);
}

/* A thread that is killed by taking away what it waits for, while its own capabilities are gone already. */
static void make_abandoned_waiter(void)
{
    make_sm();
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, EC, SEL_ROOT_PD, UTCB, 1, SELNUM), SUCCESS);
    struct ec *const ec = call_ec(EC);
    ec->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, SC, SEL_ROOT_PD, EC, 5, 1), SUCCESS);
    CHECK_EQ(call_down(0, SM, 0), SUCCESS);
    CHECK(sim_interrupt(1, SIM_KICK) == ec);
    CHECK_EQ(call_down(1, SM, 0), CALL_WAITS);
    call_revoke(0, EC, 0);
    call_revoke(0, SC, 0);
    call_settle();
}

static void an_abandoned_waiter_leaves_nothing_behind(void)
{
    check_balance(make_abandoned_waiter);
}

/* A waiter with a deadline, whose semaphore goes first. */
static void make_patient_waiter(void)
{
    make_sm();
    CHECK_EQ(call_down(0, SM, 0), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, EC, SEL_ROOT_PD, UTCB, 1, SELNUM), SUCCESS);
    struct ec *const ec = call_ec(EC);
    ec->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, SC, SEL_ROOT_PD, EC, 5, 1), SUCCESS);
    CHECK(sim_interrupt(1, SIM_KICK) == ec);
    CHECK_EQ(call_down(1, SM, sim_stc + TICKS), CALL_WAITS);
    call_revoke(0, FIRST, COUNT_LOG2);
    call_settle();
    sim_advance(TICKS);
    sim_settle();
    CHECK(sim_user(1) == ec);
    CHECK_EQ(call_status(ec), TIMEOUT);
    CHECK(sim_event(1, 1) == nullptr);
}

static void a_patient_waiter_leaves_nothing_behind(void)
{
    check_balance(make_patient_waiter);
}

/* A PD with all it needs, a server on each of two CPUs and a client on one that called it; all die. */
static void make_world(void)
{
    make_spaces();
    CHECK_EQ(call_create_ec(0, 0, EC, PD, UTCB, 1, SELNUM), SUCCESS);
    CHECK_EQ(call_create_pt(0, PT, PD, EC, 0), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, EC2, PD, UTCB2, 1, SELNUM), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, PT, PT, 0, PERM_MASK), SUCCESS);
    struct ec *const ec = call_ec(EC2), *const server = call_ec(EC);
    ec->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, SC, PD, EC2, 5, 1), SUCCESS);
    CHECK(sim_interrupt(1, SIM_KICK) == ec);
    CHECK(sim_may_access(1, UTCB2, PERM_MEM_R | PERM_MEM_W));
    CHECK(call_ipc(1, PT, 0, 0) == server);
    CHECK(sim_event(1, 1) == ec); /* the server dies, the client learns of it, and dies too */
    CHECK_EQ(call_status(ec), ABORTED);
    CHECK(sim_event(1, 1) == nullptr);
    CHECK(cpu_table[1]->arch.host != nullptr); /* the idle CPU has not noticed */
    /* Capabilities in the world's own space would keep it: doc/lifetime.md. */
    CHECK_EQ(call_delegate(0, OBJ, OBJ, 0, 0, 18, 0), SUCCESS);
}

static void a_world_leaves_nothing_behind(void)
{
    check_balance(make_world);
    CHECK(cpu_table[1]->arch.host == nullptr);
}

/* A child that runs and does not cooperate: the recipe of doc/lifetime.md. */
static void make_stopped_child(void)
{
    make_spaces();
    CHECK_EQ(call_create_ec(0, 0, EC, PD, UTCB, 2, 0), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, EC2, PD, UTCB2, 2, 0), SUCCESS);
    CHECK_EQ(call_create_pt(0, PT, PD, EC, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, PT, ARCH_EVENT_RECALL, 0, PERM_MASK), SUCCESS);
    struct ec *const ec = call_ec(EC2);
    ec->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, SC, PD, EC2, 5, 1), SUCCESS);
    CHECK(sim_interrupt(2, SIM_KICK) == ec);

    CHECK_EQ(call_delegate(0, OBJ, OBJ, 0, 0, 18, 0), SUCCESS);
    CHECK_EQ(call_ctrl_ec(0, EC2, CTRL_EC_STRONG), SUCCESS);
    CHECK(sim_user(2) == nullptr && ec->cont == ec_cont_dead);
}

static void a_stopped_child_leaves_nothing_behind(void)
{
    check_balance(make_stopped_child);
}

/* A server that works for root takes away the last capabilities to itself, and lives until it replies. */
static void make_last_reply(void)
{
    make_spaces();
    CHECK_EQ(call_create_ec(0, CREATE_EC_FPU, EC, PD, UTCB, 0, SELNUM), SUCCESS);
    CHECK_EQ(call_create_pt(0, PT, PD, EC, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, SEL_ROOT_OBJ, 1, 0, PERM_MASK), SUCCESS);
    struct ec *const server = call_ec(EC);
    CHECK(call_ipc(0, PT, 0, 0) == server);
    CHECK_EQ(call_delegate(0, 1, 1, FIRST, FIRST, COUNT_LOG2, 0), SUCCESS);
    sim_settle();
    CHECK(server->caller == ((uintptr_t)root | CALLER_ZOMBIE));
    CHECK(sim_may_access(0, UTCB, PERM_MEM_R));
    CHECK(call_reply(0, 0) == root);
}

static void a_server_leaves_nothing_behind(void)
{
    check_balance(make_last_reply);
}

/* A thread with an FPU, which runs on CPU 1. */
static struct ec *make_calculator(uint64_t sel, uint64_t sc)
{
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL | CREATE_EC_FPU, sel, SEL_ROOT_PD,
                            UTCB + (sel << 12), 1, SELNUM),
             SUCCESS);
    call_ec(sel)->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, sc, SEL_ROOT_PD, sel, 10, 10), SUCCESS);
    sim_settle();
    return call_ec(sel);
}

static void fpu_state_goes_with_its_thread(void)
{
    root = call_boot(2, 1024);
    CHECK(make_calculator(EC, SC) == sim_user(1));
    *sim_fpu(1) = 7;
    sim_event(1, 1);
    call_revoke(0, FIRST, COUNT_LOG2);
    call_settle();
    CHECK(make_calculator(EC2, SC2) == sim_user(1));
    CHECK_EQ(*sim_fpu(1), 0);
}

int main(void)
{
    SIM_RUN(a_semaphore_leaves_nothing_behind);
    SIM_RUN(a_pd_leaves_nothing_behind);
    SIM_RUN(spaces_leave_nothing_behind);
    SIM_RUN(full_spaces_leave_nothing_behind);
    SIM_RUN(ecs_that_never_ran_leave_nothing_behind);
    SIM_RUN(a_dead_thread_leaves_nothing_behind);
    SIM_RUN(an_abandoned_waiter_leaves_nothing_behind);
    SIM_RUN(a_patient_waiter_leaves_nothing_behind);
    SIM_RUN(a_world_leaves_nothing_behind);
    SIM_RUN(a_stopped_child_leaves_nothing_behind);
    SIM_RUN(a_server_leaves_nothing_behind);
    SIM_RUN(fpu_state_goes_with_its_thread);
}
