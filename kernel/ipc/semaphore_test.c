/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphores under the whole core: order, timeouts against ups, other CPUs, and the end of both sides. */

#include "arch/inline.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/sm.h"

enum : uint64_t { A = 0x20, B = 0x22, C = 0x24, S = 0x30, SM = 0x40, LAST = 0x41 };
enum : uint64_t { TICKS = SIM_FREQUENCY / 1000 };

static struct ec *root;

static void start(unsigned cpus)
{
    root = call_boot(cpus, 1024);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
}

/* A thread on CPU 1, which waits at SM until `deadline`. */
static struct ec *waiter(uint64_t sel, uint64_t deadline)
{
    struct ec *const ec = call_thread(sel, 1, 10, 10);
    CHECK(sim_interrupt(1, SIM_KICK) == ec);
    CHECK_EQ(call_down(1, SM, deadline), CALL_WAITS);
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
    return ec;
}

static status_t down_to_zero(void)
{
    CHECK(sim_hypercall(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN | CTRL_SM_ZERO, SM), 0, 0, 0,
                        0) == root);
    return call_status(root);
}

static void a_semaphore_counts(void)
{
    start(1);
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(call_down(0, SM, 1), SUCCESS); /* a deadline in the past does not matter */
    CHECK_EQ(down_to_zero(), SUCCESS);
    sim_advance(5);
    CHECK_EQ(call_down(0, SM, 5), TIMEOUT);
    CHECK_EQ(call_down(0, SM, 6), CALL_WAITS);
}

static void the_end_of_the_counter_is_told(void)
{
    start(1);
    CHECK_EQ(call_create_sm(0, LAST, SEL_ROOT_PD, UINT64_MAX - 1), SUCCESS);
    CHECK_EQ(call_up(0, LAST), SUCCESS);
    CHECK_EQ(call_up(0, LAST), OVRFLOW);
    CHECK_EQ(call_down(0, LAST, 0), SUCCESS);
    CHECK_EQ(call_up(0, LAST), SUCCESS);
}

static void who_waits_first_is_released_first(void)
{
    start(2);
    struct ec *const ecs[] = {waiter(A, 0), waiter(B, 0), waiter(C, 0)};
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(call_up(0, SM), SUCCESS);
        CHECK(sim_interrupt(1, SIM_KICK) == ecs[i]);
        CHECK_EQ(call_status(ecs[i]), SUCCESS);
        CHECK_EQ(call_down(1, LAST, 0), BAD_CAP);
        CHECK_EQ(call_down(1, CALL_SLEEP, 0), CALL_WAITS);
    }
}

static void who_waits_longest_is_released_first_on_any_cpu(void)
{
    start(2);
    struct ec *const a = call_thread(A, 0, 10, 10), *const b = waiter(B, 0);
    struct ec *const c = call_thread(C, 1, 10, 10);
    CHECK(call_root_sleeps(TICKS) == a);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS); /* behind B */
    CHECK(sim_interrupt(1, SIM_KICK) == c);
    CHECK_EQ(call_up(1, SM), SUCCESS);
    CHECK_EQ(call_status(b), SUCCESS);
    CHECK(a->waits_at != nullptr && b->waits_at == nullptr);
    CHECK_EQ(sim_pending(0), 0);
    CHECK_EQ(call_up(1, SM), SUCCESS);
    CHECK_EQ(sim_pending(0), SIM_KICK);
    CHECK(sim_interrupt(0, SIM_KICK) == a);
}

static void deadlines_are_kept_in_their_order(void)
{
    start(2);
    struct ec *const late = waiter(A, 30), *const early = waiter(B, 10),
                     *const middle = waiter(C, 20);
    sim_advance(10);
    CHECK(sim_interrupt(1, SIM_TIMER) == early);
    CHECK_EQ(call_status(early), TIMEOUT);
    CHECK_EQ(sim_timer(1), 20);
    CHECK_EQ(call_up(0, SM), SUCCESS); /* the first in the queue, whatever its deadline */
    sim_interrupt(1, SIM_KICK);
    CHECK_EQ(call_status(late), SUCCESS);
    CHECK(middle->waits_at != nullptr);
    sim_advance(10);
    sim_interrupt(1, SIM_TIMER);
    CHECK_EQ(call_status(middle), TIMEOUT);
    sim_advance(10); /* nobody is left to time out */
    if (sim_pending(1) & SIM_TIMER)
        sim_interrupt(1, SIM_TIMER);
    CHECK_EQ(call_status(late), SUCCESS);
}

static void an_up_before_the_timer_wins_even_if_its_news_is_late(void)
{
    start(2);
    struct ec *const a = waiter(A, TICKS);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    sim_advance(TICKS);
    CHECK_EQ(sim_pending(1), SIM_KICK | SIM_TIMER);
    CHECK(sim_interrupt(1, SIM_TIMER) == nullptr); /* still asleep */
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    CHECK_EQ(call_status(a), SUCCESS);
    CHECK_EQ(call_down(0, SM, sim_stc), TIMEOUT); /* the up was used */
}

static void an_up_after_the_timer_counts(void)
{
    start(2);
    struct ec *const a = waiter(A, TICKS);
    sim_advance(TICKS);
    CHECK(sim_interrupt(1, SIM_TIMER) == a);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(call_status(a), TIMEOUT);
    CHECK_EQ(sim_pending(1), 0);
    CHECK_EQ(call_down(0, SM, sim_stc), SUCCESS);
}

static void who_was_released_can_wait_again_at_once(void)
{
    start(2);
    struct ec *const a = waiter(A, TICKS);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    CHECK_EQ(call_down(1, SM, 0), CALL_WAITS); /* no deadline now */
    sim_advance(2 * TICKS);
    sim_settle();
    CHECK(sim_user(1) == nullptr);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
}

static void the_last_capability_kills_who_waits_for_ever(void)
{
    start(2);
    struct ec *const a = waiter(A, 0), *const s = call_server(S, 0),
                     *const b = call_thread(B, 0, 10, 9);
    CHECK(call_root_sleeps(TICKS) == b);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    sim_advance(TICKS);
    CHECK(sim_interrupt(0, SIM_TIMER) == root);
    call_revoke(0, SM, 0);
    sim_settle();
    CHECK(a->cont == ec_cont_dead);  /* on another CPU         */
    CHECK(call_root_sleeps(0) == b); /* the caller of S goes on */
    CHECK(s->cont == ec_cont_dead);
    CHECK_EQ(call_status(b), ABORTED);
}

/* However many wait there, interrupts come in after each. */
static void who_waits_for_ever_is_killed_one_by_one(void)
{
    enum : unsigned { COUNT = 20 };
    enum : uint64_t { FIRST = 0x80 };
    start(1);
    for (uint64_t i = 0; i < COUNT; i++) {
        struct ec *const ec = call_thread(FIRST + 2 * i, 0, 10, 1);
        CHECK(call_root_sleeps(sim_stc + 1) == ec);
        CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
        sim_advance(1);
        CHECK(sim_interrupt(0, SIM_TIMER) == root);
    }
    sim_begin(0, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, SM << 12, SM << 12, 0);
    unsigned windows = 0;
    while (sim_step(0) == SIM_WINDOW)
        windows++;
    CHECK(windows >= COUNT);
    CHECK(sim_user(0) == root);
    CHECK(call_root_sleeps(0) == nullptr);
    for (uint64_t i = 0; i < COUNT; i++)
        CHECK(call_ec(FIRST + 2 * i)->cont == ec_cont_dead);
}

static void a_deadline_keeps_the_semaphore(void)
{
    start(2);
    call_settle();
    CHECK_EQ(call_create_sm(0, LAST, SEL_ROOT_PD, 0), SUCCESS);
    struct ec *const a = waiter(A, TICKS);
    call_revoke(0, SM, 0);
    call_settle();
    CHECK(a->waits_at != nullptr);
    CHECK_EQ(a->waits_at->obj.refs, 1);
    sim_advance(TICKS);
    CHECK(sim_interrupt(1, SIM_TIMER) == a);
    CHECK_EQ(call_status(a), TIMEOUT);
    CHECK(a->cont == ec_resume);
    call_settle();
}

static void a_wakeup_under_way_keeps_the_waiter(void)
{
    start(2);
    struct ec *const a = waiter(A, 0);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    call_revoke(0, A, 1); /* its SC is kept by being parked */
    CHECK(a->obj.refs > 0);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    CHECK_EQ(call_status(a), SUCCESS);
}

static void a_semaphore_may_go_while_the_wakeup_is_under_way(void)
{
    start(2);
    struct ec *const a = waiter(A, TICKS), *const b = waiter(B, 0);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    call_revoke(0, SM, 0);
    sim_advance(TICKS);
    sim_interrupt(1, SIM_TIMER);
    sim_settle();
    CHECK_EQ(call_status(a), SUCCESS);
    CHECK_EQ(call_status(b), SUCCESS);
    call_settle();
}

int main(void)
{
    SIM_RUN(a_semaphore_counts);
    SIM_RUN(the_end_of_the_counter_is_told);
    SIM_RUN(who_waits_first_is_released_first);
    SIM_RUN(who_waits_longest_is_released_first_on_any_cpu);
    SIM_RUN(deadlines_are_kept_in_their_order);
    SIM_RUN(an_up_before_the_timer_wins_even_if_its_news_is_late);
    SIM_RUN(an_up_after_the_timer_counts);
    SIM_RUN(who_was_released_can_wait_again_at_once);
    SIM_RUN(the_last_capability_kills_who_waits_for_ever);
    SIM_RUN(who_waits_for_ever_is_killed_one_by_one);
    SIM_RUN(a_deadline_keeps_the_semaphore);
    SIM_RUN(a_wakeup_under_way_keeps_the_waiter);
    SIM_RUN(a_semaphore_may_go_while_the_wakeup_is_under_way);
}
