/* SPDX-License-Identifier: GPL-2.0-only */
/* The doors between CPUs, under the whole core: inboxes, and asking. */

#include "kernel/cpu/remote.h"

#include "kernel/base/compiler.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/kobject.h"
#include "kernel/obj/sc.h"

enum : uint64_t { FIRST = 0x20, SM = 0x60, TICKS = SIM_FREQUENCY / 1000 };
enum : unsigned { COUNT = 10 };

static void what_is_sent_arrives_in_order(void)
{
    struct ec *ecs[COUNT];
    call_boot(2, 1024);
    for (unsigned i = 0; i < COUNT; i++)
        ecs[i] = call_thread(FIRST + 2 * i, 1, 10,
                             1); /* SCs of one priority: first come, first served */
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
    CHECK(sim_interrupt(1, SIM_KICK) == ecs[0]);
    for (unsigned i = 1; i < COUNT; i++) {
        CHECK_EQ(call_down(1, CALL_SLEEP, 0), CALL_WAITS);
        CHECK(sim_user(1) == ecs[i]);
    }
}

static void senders_on_several_cpus_keep_their_order(void)
{
    struct ec *ecs[COUNT];
    call_boot(3, 1024);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    struct ec *const other = call_thread(FIRST + 2 * COUNT, 2, 10, 1);
    CHECK(sim_interrupt(2, SIM_KICK) == other);
    for (unsigned i = 0; i < COUNT; i++) {
        ecs[i] = call_thread(FIRST + 2 * i, 1, 10, 1);
        CHECK(sim_interrupt(1, SIM_KICK) == ecs[i]);
        CHECK_EQ(call_down(1, SM, 0), CALL_WAITS);
    }
    for (unsigned i = 0; i < COUNT; i++)
        CHECK_EQ(call_up(i % 2 == 0 ? 0 : 2, SM), SUCCESS);
    sim_interrupt(1, SIM_KICK);
    for (unsigned i = COUNT;
         i-- > 0;) { /* with budget left, each has come before those that were there */
        CHECK(sim_user(1) == ecs[i]);
        CHECK_EQ(call_down(1, CALL_SLEEP, 0), CALL_WAITS);
    }
}

/* Only who finds the inbox empty kicks; what follows is seen by the same interrupt. */
static void one_kick_is_enough_for_many(void)
{
    call_boot(2, 1024);
    call_thread(FIRST, 1, 10, 1);
    CHECK_EQ(sim_pending(1), SIM_KICK);
    cpu_table[1]->arch.kicked = false; /* on its way: seen once */
    call_thread(FIRST + 2, 1, 20, 1);
    CHECK_EQ(sim_pending(1), 0);
    cpu_table[1]->arch.kicked = true;
    CHECK(sim_interrupt(1, SIM_KICK) == call_ec(FIRST + 2));
    call_thread(FIRST + 4, 1, 30, 1);
    CHECK_EQ(sim_pending(1), SIM_KICK);
}

/* An object that is delivered may be sent again while the inbox is being emptied. */
static void what_was_delivered_can_be_sent_again(void)
{
    call_boot(2, 1024);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    struct ec *const a = call_thread(FIRST, 1, 10, 1);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    for (unsigned i = 0; i < COUNT; i++) {
        CHECK_EQ(call_down(1, SM, sim_stc + TICKS), CALL_WAITS);
        CHECK_EQ(call_up(0, SM), SUCCESS);
        CHECK(sim_interrupt(1, SIM_ALL) == a);
        CHECK_EQ(call_status(a), SUCCESS);
    }
}

/* More than is delivered at once, and more comes while it is: all in the order in which it was sent. */
static void interrupts_come_in_while_much_is_delivered(void)
{
    enum : unsigned { MANY = 1000, MORE = 40 };
    enum : uint64_t { CROWD = 0x200 };
    call_boot(2, 4000);
    for (uint64_t i = 0; i < MANY; i++)
        call_thread(CROWD + 2 * i, 1, 10, 1);
    sim_begin_interrupt(1, SIM_KICK);
    unsigned windows = 0;
    for (uint64_t i = 0; sim_step(1) == SIM_WINDOW; windows++)
        if (i < MORE) {
            call_thread(CROWD + 2 * (MANY + i), 1, 10, 1);
            i++;
        }
    CHECK(windows >= 2 * MANY / SCHED_STEP_MAX); /* put in order, and delivered */
    for (uint64_t i = 0; i < MANY + MORE; i++) {
        CHECK(sim_user(1) == call_ec(CROWD + 2 * i));
        CHECK_EQ(call_down(1, CALL_SLEEP, 0), CALL_WAITS);
    }
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
}

/* Who waits for all CPUs to leave the kernel does not wait for all that this one has to do in it. */
static void a_grace_period_is_seen_while_much_is_delivered(void)
{
    enum : unsigned { MANY = 200 };
    enum : uint64_t { CROWD = 0x200 };
    call_boot(2, 4000);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    for (uint64_t i = 0; i < MANY; i++)
        call_thread(CROWD + 2 * i, 1, 10, 1);
    sim_begin_interrupt(1, SIM_KICK);
    CHECK_EQ(sim_step(1), SIM_WINDOW);
    const uint64_t seen = cpu_table[1]->shared.rcu_seen;
    call_revoke(0, SM, 0);
    CHECK_EQ(sim_step(1), SIM_WINDOW);
    CHECK(cpu_table[1]->shared.rcu_seen > seen);
    CHECK(sim_finish(1) == call_ec(CROWD));
}

static void asking_twice_is_answered_once_for_both(void)
{
    call_boot(3, 1024);
    struct ec *const a = call_thread(FIRST, 1, 10, 1), *const b = call_thread(FIRST + 2, 2, 10, 1);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    CHECK(sim_interrupt(2, SIM_KICK) == b);
    const uint64_t p0 = call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, FIRST + 2);
    sim_begin(0, p0, 0, 0, 0, 0);
    sim_begin(1, p0, 0, 0, 0, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK_EQ(sim_step(1), SIM_SPIN);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK(sim_interrupt(2, SIM_KICK) == nullptr); /* recalled, without a portal */
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK_EQ(sim_step(1), SIM_USER);
    CHECK_EQ(sim_pending(2), 0);
}

static void who_waits_for_a_cpu_serves_others(void)
{
    call_boot(2, 1024);
    struct ec *const a = call_thread(FIRST, 1, 10, 1);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    sim_begin(0, call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, FIRST), 0, 0, 0, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    /* CPU 1 asks the one that waits for it, and gets its answer. */
    const uint32_t served = cpu_table[0]->shared.served;
    sim_begin(1, call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, SEL_ROOT_EC), 0, 0, 0, 0);
    CHECK_EQ(sim_step(1), SIM_SPIN);
    CHECK_EQ(cpu_table[0]->shared.served, served);
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK(sim_interrupt(0, SIM_KICK) == nullptr); /* root is recalled, without a portal */
    sim_finish(1);
    CHECK_EQ(cpu_table[0]->shared.served, served + 1);
}

int main(void)
{
    SIM_RUN(what_is_sent_arrives_in_order);
    SIM_RUN(senders_on_several_cpus_keep_their_order);
    SIM_RUN(one_kick_is_enough_for_many);
    SIM_RUN(what_was_delivered_can_be_sent_again);
    SIM_RUN(interrupts_come_in_while_much_is_delivered);
    SIM_RUN(a_grace_period_is_seen_while_much_is_delivered);
    SIM_RUN(asking_twice_is_answered_once_for_both);
    SIM_RUN(who_waits_for_a_cpu_serves_others);
}
