/* SPDX-License-Identifier: GPL-2.0-only */
/* Read sections under the whole core: when objects go, and who sees to it. */

#include "kernel/sync/rcu.h"

#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/mm/frame.h"

enum : uint64_t {
    A = 0x20,
    B = 0x22,
    C = 0x24,
    PD = 0x30,
    OBJ = 0x31,
    X = 0x34,
    Y = 0x35,
    MANY = 0x1000
};
enum : uint64_t { TICKS = SIM_FREQUENCY / 1000 };

static struct ec *root;

static void start(unsigned cpus)
{
    root = call_boot(cpus, 2048);
    CHECK_EQ(call_create_sm(0, X, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_create_sm(0, Y, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(rcu_pending(), 0);
}

/* A thread runs on `cpu`, in user mode. */
static struct ec *busy(uint64_t sel, unsigned cpu)
{
    struct ec *const ec = call_thread(sel, cpu, 10, 10);
    CHECK(sim_interrupt(cpu, SIM_KICK) == ec);
    return ec;
}

/* A PD at PD with an object space at OBJ, which holds the only capability to X and fills `pages`. */
static void make_space(unsigned pages)
{
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    for (uint64_t i = 0; i < pages; i++)
        CHECK_EQ(
            call_delegate(0, SEL_ROOT_OBJ, OBJ, i == 0 ? X : Y, i * OBJ_PAGE_SLOTS, 0, PERM_MASK),
            SUCCESS);
    call_revoke(0, X, 0);
    CHECK_EQ(rcu_pending(), 0);
}

static void idle_cpus_hold_nothing_up(void)
{
    start(3);
    call_revoke(0, X, 0);
    CHECK_EQ(rcu_pending(), 0);
    CHECK_EQ(sim_pending(1) | sim_pending(2), 0);
}

static void a_cpu_in_user_mode_is_asked(void)
{
    start(3);
    struct ec *const a = busy(A, 1), *const b = busy(B, 2);
    call_revoke(0, X, 0);
    CHECK_EQ(rcu_pending(), 1);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    CHECK_EQ(rcu_pending(), 1);
    CHECK(sim_interrupt(2, SIM_KICK) == b); /* the last one destroys */
    CHECK_EQ(rcu_pending(), 0);
    CHECK_EQ(sim_pending(0) | sim_pending(1) | sim_pending(2), 0);
}

static void an_object_stays_while_another_cpu_may_have_found_it(void)
{
    start(2);
    busy(A, 1);
    const struct kobject *const x = call_object(X);
    /* CPU 1 is amid a long delegation: one read section up to its next window. */
    sim_begin(1, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, 11,
              MANY << 12 | PERM_PD_SM, 0);
    CHECK_EQ(sim_step(1), SIM_WINDOW);
    call_revoke(0, X, 0);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(call_up(0, X), BAD_CAP);
        CHECK_EQ(call_up(0, Y), SUCCESS);
        CHECK_EQ(rcu_pending(), 1);
        CHECK_EQ(x->type, KOBJ_SM);
    }
    CHECK(sim_finish(1) == call_ec(A));
    CHECK_EQ(rcu_pending(), 0);
    CHECK_EQ(call_status(call_ec(A)), SUCCESS);
}

static void what_comes_during_a_period_waits_for_the_next(void)
{
    start(2);
    busy(A, 1);
    call_revoke(0, X, 0);
    call_revoke(0, Y, 0);
    CHECK_EQ(rcu_pending(), 2);
    CHECK_EQ(sim_pending(1), SIM_KICK);
    sim_interrupt(1, SIM_KICK);
    sim_settle();
    CHECK_EQ(rcu_pending(), 0);
}

static void interrupts_come_in_between_steps_of_destruction(void)
{
    start(1);
    make_space(6);
    sim_begin(0, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, PD << 12 | 2, PD << 12,
              0);
    unsigned windows = 0;
    while (sim_step(0) == SIM_WINDOW)
        windows++;
    CHECK_EQ(sim_state_of(0), SIM_USER);
    CHECK(windows > 6);
    CHECK_EQ(rcu_pending(), 0);
}

static void something_urgent_comes_before_destruction_goes_on(void)
{
    start(1);
    make_space(6);
    struct ec *const a = call_thread(A, 0, 10, 10);
    CHECK(call_root_sleeps(TICKS) == a);
    sim_begin(0, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, PD << 12 | 2, PD << 12,
              0);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(sim_step(0), SIM_WINDOW);
    sim_advance(TICKS);
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK(sim_user(0) == root);
    CHECK(rcu_pending() > 0);
    CHECK(call_root_sleeps(0) == a);
    CHECK_EQ(rcu_pending(), 0);
}

/*
 * CPU 1 destroys a space, and with it X goes. CPU 0, where root begins to sleep, takes part and starts the
 * period of X: amid destruction, which that does not wait for.
 */
static void start_period_amid_destruction(void)
{
    start(2);
    busy(A, 1);
    make_space(3);
    sim_settle();
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, PD, PD, 1, 0), SUCCESS);
    sim_begin_interrupt(1, SIM_KICK);
    while (rcu_pending() < 2)
        CHECK_EQ(sim_step(1), SIM_WINDOW);
    sim_begin(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, CALL_SLEEP), 0, 0, 0, 0);
    CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK_EQ(sim_pending(1), 0);
}

static void a_period_that_starts_amid_destruction_ends(void)
{
    start_period_amid_destruction();
    CHECK(sim_finish(1) == call_ec(A));
    CHECK(sim_finish(0) == nullptr);
    sim_settle();
    CHECK_EQ(rcu_pending(), 0);
}

static void nothing_is_left_when_the_last_cpu_goes_idle(void)
{
    start_period_amid_destruction();
    CHECK(sim_finish(1) == call_ec(A));
    CHECK_EQ(call_create_sm(1, B, SEL_ROOT_PD, 0), SUCCESS);
    call_revoke(1, B, 0); /* CPU 1 destroys what was there, and starts a period for that */
    CHECK_EQ(sim_pending(0), 0);
    CHECK(sim_finish(0) == nullptr);
    sim_settle();
    CHECK_EQ(rcu_pending(), 0);
}

/* CPU 1 starts a period while CPU 0 is at a quiescent point, and in user mode right after that. */
static void who_is_at_a_quiescent_point_is_not_waited_for(void)
{
    start(2);
    busy(A, 1);
    sim_begin(0, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, X << 12, X << 12, 0);
    CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK(sim_interrupt(1, SIM_KICK) == call_ec(A));
    CHECK_EQ(rcu_pending(), 0);
    call_revoke(1, Y, 0);
    CHECK(sim_finish(0) == root);
    sim_settle();
    CHECK_EQ(rcu_pending(), 0);
}

/* No page is left, no place for a semaphore either, and one is about to be destroyed. */
static void memory_that_is_about_to_be_free_is_waited_for(void)
{
    start(2);
    busy(A, 1);
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    uint64_t last = MANY - 1;
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, Y, 511, 0, PERM_MASK), SUCCESS);
    for (last = 0x40; last < 511 && call_create_sm(0, last, SEL_ROOT_PD, 0) == SUCCESS; last++)
        continue;
    CHECK(last > 0x40 && last < 511);
    CHECK_EQ(call_create_sm(0, last, SEL_ROOT_PD, 0), MEM_OBJ);
    call_revoke(0, X, 0);
    CHECK_EQ(rcu_pending(), 1);
    CHECK_EQ(call_create_sm(0, last, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(rcu_pending(), 0);
    CHECK_EQ(call_create_sm(0, last + 1, SEL_ROOT_PD, 0), MEM_OBJ);
}

/* A waits for memory that CPU 1 keeps from being free; root's time comes, and A's later. */
static void who_waits_for_memory_is_preempted(void)
{
    start(2);
    busy(B, 1);
    struct ec *const a = call_thread(A, 0, 10, 10);
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    uint64_t last = 0x40;
    while (last < 510 && call_create_sm(0, last, SEL_ROOT_PD, 0) == SUCCESS)
        last++;
    CHECK(last < 510);
    call_revoke(0, X, 0);
    CHECK(call_root_sleeps(sim_stc + TICKS) == a);
    sim_begin(0, call_p0(HYPERCALL_CREATE_SM, 0, last), SEL_ROOT_PD, 0, 0, 0);
    for (unsigned i = 0; i < 20; i++)
        CHECK(sim_step(0) != SIM_USER);
    CHECK_EQ(rcu_pending(), 1);
    sim_advance(TICKS);
    for (unsigned i = 0; i < 4 && sim_state_of(0) != SIM_USER; i++)
        sim_step(0);
    CHECK(sim_user(0) == root);
    CHECK_EQ(rcu_pending(), 1);
    sim_interrupt(1, SIM_KICK);
    CHECK(call_root_sleeps(0) == a);
    CHECK_EQ(call_status(a), SUCCESS);
    CHECK(call_object(last) != nullptr);
    CHECK_EQ(call_create_sm(0, last + 1, SEL_ROOT_PD, 0), MEM_OBJ);
}

/*
 * CPU 1 waits for CPU 0 amid an entry, and CPU 0 for that entry to end: what was in the space that it empties
 * again may still be found there.
 */
static void who_empties_a_space_again_answers_others(void)
{
    start(2);
    busy(A, 1);
    call_thread(C, 0, 10, 10);
    make_space(1);
    CHECK_EQ(call_delegate(0, OBJ, OBJ, 0, 0, 18, 0), SUCCESS);
    sim_begin(1, call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, C), 0, 0, 0, 0);
    CHECK_EQ(sim_step(1), SIM_SPIN);
    CHECK(rcu_pending() > 0);
    CHECK_EQ(call_delegate(0, OBJ, OBJ, 0, 0, 18, 0), SUCCESS);
    CHECK(sim_finish(1) == call_ec(A));
}

/*
 * With a thread that is more urgent than who leaves something to destroy, more others become ready than one step
 * releases. It waits for what is due, and not for destruction.
 */
static void who_becomes_ready_among_many_does_not_wait_for_destruction(void)
{
    enum : uint64_t { CROWD = 0x100, CROWD_SIZE = 40, SM = 0x38 };
    start(2);
    make_space(12);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    struct ec *const low = call_thread(A, 0, 5, 10);
    struct ec *const high = call_thread(C, 0, 20, 10);
    for (unsigned i = 0; i < CROWD_SIZE; i++)
        call_thread(CROWD + UINT64_C(2) * i, 0, 10, 10);
    const uint64_t deadline = sim_stc + TICKS;
    CHECK(call_root_sleeps(0) == high);
    for (unsigned i = 0; i < 1 + CROWD_SIZE; i++)
        CHECK_EQ(call_down(0, SM, deadline), CALL_WAITS);
    CHECK(sim_user(0) == low);
    sim_begin(0, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, PD << 12 | 2, PD << 12,
              0);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(sim_step(0), SIM_WINDOW);
    sim_advance(TICKS);
    while (sim_step(0) == SIM_WINDOW)
        continue;
    CHECK(sim_user(0) == high);
    CHECK(rcu_pending() != 0);
}

int main(void)
{
    SIM_RUN(idle_cpus_hold_nothing_up);
    SIM_RUN(a_cpu_in_user_mode_is_asked);
    SIM_RUN(an_object_stays_while_another_cpu_may_have_found_it);
    SIM_RUN(what_comes_during_a_period_waits_for_the_next);
    SIM_RUN(interrupts_come_in_between_steps_of_destruction);
    SIM_RUN(something_urgent_comes_before_destruction_goes_on);
    SIM_RUN(who_is_at_a_quiescent_point_is_not_waited_for);
    SIM_RUN(memory_that_is_about_to_be_free_is_waited_for);
    SIM_RUN(a_period_that_starts_amid_destruction_ends);
    SIM_RUN(nothing_is_left_when_the_last_cpu_goes_idle);
    SIM_RUN(who_waits_for_memory_is_preempted);
    SIM_RUN(who_empties_a_space_again_answers_others);
    SIM_RUN(who_becomes_ready_among_many_does_not_wait_for_destruction);
}
