/* SPDX-License-Identifier: GPL-2.0-only */
/* The scheduler under the whole core. A millisecond of budget is 1000 ticks. */

#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/obj/sc.h"

enum : uint64_t { TICKS = SIM_FREQUENCY / 1000 };

/* Selectors. */
enum : uint64_t { A = 0x20, B = 0x22, C = 0x24, D = 0x26, SM = 0x30, SERVER = 0x32, IDLE = 0x40 };

static struct ec *root;

static void start(unsigned cpus)
{
    root = call_boot(cpus, 1024);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
}

static struct sc *sc_at(uint64_t sel)
{
    return CONTAINER_OF(call_object(sel), struct sc, obj);
}

/* Time goes by on CPU 0, with the timer's interrupts; answers who runs then. */
static struct ec *pass(uint64_t ticks)
{
    const uint64_t end = sim_stc + ticks;
    while (sim_timer(0) <= end) {
        sim_advance(sim_timer(0) - sim_stc);
        sim_interrupt(0, SIM_TIMER);
    }
    sim_advance(end - sim_stc);
    return sim_user(0);
}

static void the_highest_priority_runs(void)
{
    start(1);
    struct ec *const a = call_thread(A, 0, 10, 1), *const b = call_thread(B, 0, 126, 1),
                     *const c = call_thread(C, 0, 64, 1), *const d = call_thread(D, 0, 63, 1);
    CHECK(call_root_sleeps(0) == b);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == c);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == d);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == a);
}

static void who_becomes_ready_preempts_lower_priorities_only(void)
{
    start(1);
    struct ec *const a = call_thread(A, 0, 10, 1), *const b = call_thread(B, 0, 20, 1);
    CHECK(call_root_sleeps(0) == b);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == a);
    CHECK_EQ(call_up(0, SM), CALL_WAITS); /* a higher one: at once */
    CHECK(sim_user(0) == b);
    CHECK_EQ(call_status(a), SUCCESS);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == a);
    CHECK_EQ(call_up(0, CALL_SLEEP), CALL_WAITS);
    CHECK(sim_user(0) == root);
    CHECK_EQ(call_up(0, SM), SUCCESS); /* a lower one: later */
    CHECK(call_root_sleeps(0) == b);
}

static void equals_take_turns_in_the_order_they_came(void)
{
    start(1);
    struct ec *const ecs[] = {call_thread(A, 0, 10, 1), call_thread(B, 0, 10, 2),
                              call_thread(C, 0, 10, 3)};
    call_root_sleeps(0);
    for (unsigned turn = 0; turn < 9; turn++) {
        CHECK(sim_user(0) == ecs[turn % 3]);
        CHECK(pass((turn % 3 + 1) * TICKS - 1) == ecs[turn % 3]);
        pass(1);
    }
}

static void who_has_budget_left_comes_back_first(void)
{
    start(1);
    struct ec *const a = call_thread(A, 0, 10, 10), *const b = call_thread(B, 0, 10, 10);
    CHECK(call_root_sleeps(4 * TICKS) == a);
    CHECK(pass(4 * TICKS) == root);
    CHECK_EQ(sc_at(A + 1)->left, 6 * TICKS);
    sim_advance(TICKS); /* not at the cost of A */
    CHECK(call_root_sleeps(0) == a);
    CHECK(pass(6 * TICKS - 1) == a);
    CHECK(pass(1) == b);
    CHECK_EQ(sc_at(A + 1)->left, 10 * TICKS);
    CHECK(pass(10 * TICKS) == a);
}

static void blocking_does_not_refill_a_budget(void)
{
    start(1);
    struct ec *const a = call_thread(A, 0, 10, 10), *const b = call_thread(B, 0, 10, 10);
    CHECK(call_root_sleeps(0) == a);
    sim_advance(9 * TICKS);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == b);
    CHECK_EQ(call_up(0, SM), SUCCESS); /* an equal does not preempt */
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == a);
    CHECK(pass(TICKS - 1) == a);
    CHECK_EQ(sc_at(A + 1)->left, TICKS);
    CHECK(pass(1) == a); /* nobody else is ready */
    CHECK_EQ(sc_at(A + 1)->left, 10 * TICKS);
}

static void a_late_timer_does_not_charge_more_than_there_was(void)
{
    start(1);
    struct ec *const a = call_thread(A, 0, 10, 1);
    CHECK(call_root_sleeps(0) == a);
    sim_advance(50 * TICKS);
    CHECK(sim_interrupt(0, SIM_TIMER) == a);
    CHECK_EQ(sc_at(A + 1)->left, TICKS);
    CHECK_EQ(sc_at(A + 1)->used, 50 * TICKS);
}

static void the_timer_is_set_for_an_earlier_time_only(void)
{
    start(1);
    call_thread(A, 0, 10, 20);
    call_thread(B, 0, 10, 5);
    call_root_sleeps(0);
    const uint64_t before = sim_timer_sets();
    const uint64_t set = sim_timer(0);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS); /* B: earlier */
    CHECK_EQ(sim_timer(0), 5 * TICKS);
    CHECK(set > 5 * TICKS);
    CHECK_EQ(sim_timer_sets() - before, 1);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS); /* A: later; it is found out when it fires */
    CHECK_EQ(sim_timer_sets() - before, 1);
    sim_advance(5 * TICKS);
    CHECK(sim_interrupt(0, SIM_TIMER) == call_ec(A));
    CHECK_EQ(sim_timer(0), 20 * TICKS);
    CHECK_EQ(sim_timer_sets() - before, 2);
}

static void time_belongs_to_who_pays_for_it(void)
{
    start(1);
    struct ec *const a = call_thread(A, 0, 10, 20), *const server = call_server(SERVER, 0);
    CHECK(call_root_sleeps(0) == a);
    sim_advance(3 * TICKS);
    CHECK(call_ipc(0, SERVER + 1, 0, 0) == server);
    sim_advance(4 * TICKS);
    CHECK(call_reply(0, 0) == a);
    sim_advance(5 * TICKS);
    CHECK_EQ(call_up(0, CALL_SLEEP), CALL_WAITS);
    CHECK_EQ(call_ctrl_sc(0, A + 1), 12 * TICKS);
}

static void idle_time_is_counted(void)
{
    start(2);
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, 0, IDLE, 1, PERM_MASK), SUCCESS);
    const uint64_t before = call_ctrl_sc(0, IDLE);
    CHECK(call_root_sleeps(sim_stc + 7 * TICKS) == nullptr);
    CHECK_EQ(sim_state_of(0), SIM_IDLE);
    CHECK_EQ(sim_timer(0), sim_stc + 7 * TICKS);
    sim_advance(7 * TICKS);
    CHECK(sim_interrupt(0, SIM_TIMER) == root);
    CHECK_EQ(call_ctrl_sc(0, IDLE) - before, 7 * TICKS);
    sim_advance(TICKS);
    CHECK_EQ(call_ctrl_sc(0, IDLE) - before, 7 * TICKS);
}

static void an_sc_of_another_cpu_starts_there(void)
{
    start(3);
    struct ec *const a = call_thread(A, 1, 10, 1);
    CHECK_EQ(sim_pending(1), SIM_KICK);
    CHECK_EQ(sim_pending(2), 0);
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    struct ec *const b = call_thread(B, 1, 20, 1);
    CHECK(sim_user(1) == a);
    CHECK(sim_interrupt(1, SIM_KICK) == b);
}

static void all_scs_of_a_thread_wait_with_it(void)
{
    start(1);
    struct ec *const a = call_thread(A, 0, 10, 1), *const b = call_thread(B, 0, 5, 1);
    CHECK_EQ(call_create_sc(0, C, SEL_ROOT_PD, A, 20, 1), SUCCESS);
    CHECK(call_root_sleeps(0) == a); /* on C */
    CHECK(cpu_table[0]->sched.current == sc_at(C));
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == b); /* the other SC found A blocked */
    CHECK_EQ(call_up(0, SM), CALL_WAITS);
    CHECK(sim_user(0) == a);
    CHECK(cpu_table[0]->sched.current == sc_at(C));
    sim_advance(TICKS);
    CHECK(sim_interrupt(0, SIM_TIMER) == a); /* C again: it is alone at its level */
    CHECK(cpu_table[0]->sched.current == sc_at(C));
}

/* The chain is walked whenever the SC is dispatched; an interrupt comes in every 64 links. */
static void a_better_sc_takes_over_while_a_long_chain_is_followed(void)
{
    enum : unsigned { LENGTH = 130 };
    enum : uint64_t { FIRST = 0x100 };
    start(2);
    struct ec *const a = call_thread(A, 0, 10, 50), *const other = call_thread(B, 1, 10, 50);
    CHECK(sim_interrupt(1, SIM_KICK) == other);
    for (uint64_t i = 0; i < LENGTH; i++)
        call_server(FIRST + 2 * i, 0);
    CHECK(call_root_sleeps(0) == a);
    for (uint64_t i = 0; i < LENGTH; i++)
        CHECK(call_ipc(0, FIRST + 2 * i + 1, 0, 0) == call_ec(FIRST + 2 * i));
    struct ec *const last = sim_user(0);

    CHECK_EQ(call_down(0, SM, sim_stc + TICKS), CALL_WAITS);
    CHECK_EQ(sim_state_of(0), SIM_IDLE);
    sim_advance(TICKS);
    sim_begin_interrupt(0, SIM_TIMER); /* now the whole chain is followed */
    for (unsigned windows = 0; windows < 2; windows++)
        CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK(sim_user(0) == last);

    /* Again, and root's time comes when half of it is done. */
    CHECK_EQ(call_down(0, SM, sim_stc + TICKS), CALL_WAITS);
    sim_advance(TICKS);
    sim_begin_interrupt(0, SIM_TIMER);
    CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK_EQ(call_up(1, CALL_SLEEP), SUCCESS);
    CHECK(sim_finish(0) == root);
    CHECK(call_root_sleeps(0) == last);
}

/* Many threads, from selector CROWD on, with SCs of one priority. */
enum : unsigned { MANY = 1000 };
enum : uint64_t { CROWD = 0x200, DEADLINE = 1'000'000 };

/* As start, with memory for them. */
static void start_for_many(unsigned cpus)
{
    root = call_boot(cpus, 4000);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
}

static unsigned length(const struct list *head)
{
    unsigned n = 0;
    for (const struct list *at = head->next; at != head; at = at->next)
        n++;
    return n;
}

/* SCs in the queues of `cpu`. */
static unsigned ready_count(unsigned cpu)
{
    unsigned n = 0;
    for (unsigned prio = 0; prio < SCHED_PRIO_COUNT; prio++)
        n += length(&cpu_table[cpu]->sched.queue[prio]);
    return n;
}

/* `cpu` goes on until it leaves the kernel: the most SCs that come into its queues from one window to the next. */
static unsigned most_at_once(unsigned cpu)
{
    unsigned most = 0, before = ready_count(cpu);
    for (bool more = true; more;) {
        more = sim_step(cpu) == SIM_WINDOW;
        const unsigned now = ready_count(cpu) + !more; /* at the end one runs */
        most = now > before + most ? now - before : most;
        before = now;
    }
    return most;
}

static void interrupts_come_in_while_many_timeouts_pass(void)
{
    start_for_many(2);
    for (uint64_t i = 0; i < MANY; i++) {
        call_thread(CROWD + 2 * i, 1, 10, 10);
        CHECK(sim_interrupt(1, SIM_KICK) == call_ec(CROWD + 2 * i));
        CHECK_EQ(call_down(1, SM, DEADLINE), CALL_WAITS);
    }
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
    sim_advance(DEADLINE);
    sim_begin_interrupt(1, SIM_TIMER);
    CHECK(most_at_once(1) <= SCHED_STEP_MAX);
    CHECK_EQ(ready_count(1), MANY - 1); /* and one runs */
    CHECK_EQ(sim_pending(1), 0);
}

/* Of 64 timeouts 48 have passed, 8 pass amid that, and 8 are to come. */
static void a_timeout_that_passes_meanwhile_is_not_forgotten(void)
{
    start_for_many(2);
    for (uint64_t i = 0; i < 64; i++) {
        call_thread(CROWD + 2 * i, 1, 10, 10);
        CHECK(sim_interrupt(1, SIM_KICK) == call_ec(CROWD + 2 * i));
        const uint64_t late = i % 8 < 6 ? 0 : i % 8 - 5;
        CHECK_EQ(call_down(1, SM, DEADLINE + late * TICKS), CALL_WAITS);
    }
    sim_advance(DEADLINE - sim_stc);
    sim_begin_interrupt(1, SIM_TIMER);
    CHECK_EQ(sim_step(1), SIM_WINDOW);
    CHECK_EQ(ready_count(1), SCHED_STEP_MAX);
    sim_advance(TICKS);
    CHECK(sim_finish(1) != nullptr);
    CHECK_EQ(ready_count(1), 48 + 8 - 1);
    CHECK_EQ(sim_timer(1), DEADLINE + 2 * TICKS);
}

/* All of them run into A while it is blocked, and all are ready when it no longer is. */
static void interrupts_come_in_while_many_scs_park_and_become_ready(void)
{
    start_for_many(2);
    struct ec *const a = call_thread(A, 0, 10, 1), *const other = call_thread(B, 1, 10, 50);
    CHECK(sim_interrupt(1, SIM_KICK) == other);
    for (uint64_t i = 0; i < MANY; i++)
        CHECK_EQ(call_create_sc(0, CROWD + i, SEL_ROOT_PD, A, 10, 1), SUCCESS);
    CHECK(call_root_sleeps(0) == a);

    sim_begin(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, SM), 0, 0, 0, 0);
    unsigned parked = 0;
    while (sim_step(0) == SIM_WINDOW) {
        CHECK(length(&a->parked) <= parked + 1);
        parked = length(&a->parked);
    }
    CHECK_EQ(sim_state_of(0), SIM_IDLE);
    CHECK_EQ(length(&a->parked), MANY + 1);

    CHECK_EQ(call_up(1, SM), SUCCESS);
    sim_begin_interrupt(0, SIM_KICK);
    CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK(list_is_empty(&a->parked));
    CHECK(ready_count(0) <= SCHED_STEP_MAX + 1);
    /* Something else comes in between: it is not lost, and neither is any of them. */
    CHECK_EQ(call_up(1, CALL_SLEEP), SUCCESS);
    CHECK(most_at_once(0) <= SCHED_STEP_MAX + 1); /* root, too */
    CHECK(sim_user(0) == root);
    CHECK_EQ(ready_count(0), MANY + 1);
    CHECK(call_root_sleeps(0) == a);
}

/* It is released while another SC is about to park there. */
static void who_is_released_meanwhile_is_not_parked_at(void)
{
    start(2);
    struct ec *const a = call_thread(A, 0, 10, 1), *const other = call_thread(B, 1, 10, 50);
    CHECK(sim_interrupt(1, SIM_KICK) == other);
    CHECK_EQ(call_create_sc(0, C, SEL_ROOT_PD, A, 10, 1), SUCCESS);
    CHECK(call_root_sleeps(0) == a);
    sim_begin(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, SM), 0, 0, 0, 0);
    CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK_EQ(call_up(1, SM), SUCCESS);
    CHECK(sim_finish(0) == a);
    CHECK(list_is_empty(&a->parked));
    CHECK_EQ(ready_count(0), 1);
}

/* An EC that is dead: its SCs find out one after the other. */
static void interrupts_come_in_while_many_scs_end(void)
{
    start_for_many(1);
    struct ec *const a = call_thread(A, 0, 10, 1);
    for (uint64_t i = 0; i < MANY; i++)
        CHECK_EQ(call_create_sc(0, CROWD + i, SEL_ROOT_PD, A, 10, 1), SUCCESS);
    CHECK(call_root_sleeps(0) == a);
    sim_begin_event(0, 0); /* it has no portal for that */
    unsigned before = ready_count(0), windows = 0;
    while (sim_step(0) == SIM_WINDOW) {
        CHECK(ready_count(0) + 2 >= before);
        before = ready_count(0);
        windows++;
    }
    CHECK_EQ(sim_state_of(0), SIM_IDLE);
    CHECK(windows >= MANY / 2);
}

int main(void)
{
    SIM_RUN(the_highest_priority_runs);
    SIM_RUN(who_becomes_ready_preempts_lower_priorities_only);
    SIM_RUN(equals_take_turns_in_the_order_they_came);
    SIM_RUN(who_has_budget_left_comes_back_first);
    SIM_RUN(blocking_does_not_refill_a_budget);
    SIM_RUN(a_late_timer_does_not_charge_more_than_there_was);
    SIM_RUN(the_timer_is_set_for_an_earlier_time_only);
    SIM_RUN(time_belongs_to_who_pays_for_it);
    SIM_RUN(idle_time_is_counted);
    SIM_RUN(an_sc_of_another_cpu_starts_there);
    SIM_RUN(all_scs_of_a_thread_wait_with_it);
    SIM_RUN(a_better_sc_takes_over_while_a_long_chain_is_followed);
    SIM_RUN(interrupts_come_in_while_many_timeouts_pass);
    SIM_RUN(a_timeout_that_passes_meanwhile_is_not_forgotten);
    SIM_RUN(interrupts_come_in_while_many_scs_park_and_become_ready);
    SIM_RUN(who_is_released_meanwhile_is_not_parked_at);
    SIM_RUN(interrupts_come_in_while_many_scs_end);
}
