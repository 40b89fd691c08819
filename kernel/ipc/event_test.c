/* SPDX-License-Identifier: GPL-2.0-only */
/* Events, RECALL, STARTUP and death under the whole core. */

#include <string.h>

#include "arch/inline.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"

/*
 * Selectors. H, H2 and H3 are handlers; the events of the threads are at EVENTS (A), EVENTS2 (H) and so on.
 * FAULT is an exception that user mode may raise.
 */
enum : uint64_t {
    A = 0x20,
    B = 0x22,
    H = 0x30,
    H2 = 0x32,
    H3 = 0x34,
    S = 0x36,
    SM = 0x3e,
    EVENTS = 0x100,
    EVENTS2 = 0x140,
    EVENTS3 = 0x180,
};
enum : unsigned { FAULT = 3 };
enum : uint64_t { TICKS = SIM_FREQUENCY / 1000 };
enum : uint32_t { MTD_ALL = SIM_MTD_SLOTS | SIM_MTD_IP | SIM_MTD_SP | SIM_MTD_EVENT };

static struct ec *root, *a, *h;

/* A thread, local or global, whose events are at `events`; a global one gets an SC with `prio`. */
static struct ec *make(uint64_t sel, unsigned cpu, uint64_t events, unsigned prio)
{
    const uint64_t utcb = UINT64_C(0x3000'0000) + (sel << 12);
    CHECK_EQ(
        call_create_ec(0, prio != 0 ? CREATE_EC_GLOBAL : 0, sel, SEL_ROOT_PD, utcb, cpu, events),
        SUCCESS);
    struct ec *const ec = call_ec(sel);
    if (prio != 0) {
        ec->cont = ec_resume;
        CHECK_EQ(call_create_sc(0, sel + 1, SEL_ROOT_PD, sel, prio, 10), SUCCESS);
    }
    return ec;
}

static void handle(uint64_t events, unsigned event, uint64_t handler)
{
    CHECK_EQ(call_create_pt(0, events + event, SEL_ROOT_PD, handler, 0x1000 + events + event),
             SUCCESS);
    CHECK_EQ(call_ctrl_pt(0, events + event, events + event, MTD_ALL), SUCCESS);
}

/* A (10) is ready, H handles its faults and recalls; root runs. */
static void start(void)
{
    root = call_boot(2, 1024);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    a = make(A, 0, EVENTS, 10);
    h = make(H, 0, EVENTS2, 0);
    handle(EVENTS, FAULT, H);
    handle(EVENTS, ARCH_EVENT_RECALL, H);
}

static void start_a(void)
{
    start();
    CHECK(call_root_sleeps(0) == a);
}

static bool is_dead(const struct ec *ec)
{
    return ec->cont == ec_cont_dead;
}

static unsigned kills(void)
{
    unsigned n = 0;
    for (const char *at = sim_console(); (at = strstr(at, "killed EC")) != nullptr; at++)
        n++;
    return n;
}

static void an_event_carries_state_to_its_portal_and_back(void)
{
    start_a();
    a->arch.regs.slot[4] = 44;
    a->arch.regs.sp = 55;
    a->arch.regs.ip = 66;
    CHECK(sim_event(0, FAULT) == h);
    CHECK_EQ(h->arch.regs.ip, 0x1000 + EVENTS + FAULT);
    CHECK_EQ(h->arch.regs.slot[0], EVENTS + FAULT);
    CHECK_EQ(h->arch.regs.slot[1], MTD_ALL);
    CHECK_EQ(h->utcb->word[4], 44);
    CHECK_EQ(h->utcb->word[5], 66);
    CHECK_EQ(h->utcb->word[6], 55);
    CHECK_EQ(h->utcb->word[7], FAULT);
    h->utcb->word[4] = 1;
    h->utcb->word[5] = 2;
    h->utcb->word[6] = 3;
    CHECK(call_reply(0, SIM_MTD_IP | SIM_MTD_SLOTS) == a);
    CHECK_EQ(a->arch.regs.slot[4], 1);
    CHECK_EQ(a->arch.regs.ip, 2);
    CHECK_EQ(a->arch.regs.sp, 55); /* was not selected */
    CHECK(a->callee == nullptr && h->caller == CALLER_NONE);
}

static void a_portal_gets_what_its_mtd_says(void)
{
    start();
    CHECK_EQ(call_ctrl_pt(0, EVENTS + FAULT, 9, SIM_MTD_IP), SUCCESS);
    CHECK(call_root_sleeps(0) == a);
    h->utcb->word[7] = 77;
    a->arch.regs.ip = 66;
    CHECK(sim_event(0, FAULT) == h);
    CHECK_EQ(h->utcb->word[5], 66);
    CHECK_EQ(h->utcb->word[7], 77);
    CHECK_EQ(h->arch.regs.slot[0], 9);
}

/* A, whose portal for FAULT is as it is now, raises it: it is killed, and the console says why. */
static void check_killed(const char *why)
{
    CHECK(call_root_sleeps(0) == a);
    CHECK(sim_event(0, FAULT) == nullptr);
    CHECK(is_dead(a) && a->callee == nullptr);
    CHECK(h->caller == CALLER_NONE);
    CHECK(strstr(sim_console(), why) != nullptr);
    CHECK_EQ(kills(), 1);
}

static void without_a_portal_the_ec_dies(void)
{
    start();
    call_revoke(0, EVENTS + FAULT, 0);
    check_killed("no portal");
}

static void with_something_else_in_its_place_the_ec_dies(void)
{
    start();
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, SM, EVENTS + FAULT, 0, PERM_MASK),
             SUCCESS);
    check_killed("no portal");
}

static void a_portal_needs_the_permission_for_events(void)
{
    start();
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, EVENTS + FAULT, EVENTS + FAULT, 0,
                           PERM_PT_CALL | PERM_PT_CTRL),
             SUCCESS);
    check_killed("no portal");
}

static void a_handler_must_be_on_the_same_cpu(void)
{
    start();
    make(H2, 1, EVENTS3, 0);
    call_revoke(0, EVENTS + FAULT, 0);
    handle(EVENTS, FAULT, H2);
    check_killed("another CPU");
}

static void who_serves_a_dying_ec_is_not_kept_by_it(void)
{
    start_a();
    CHECK(sim_event(0, FAULT) == h);
    CHECK(call_reply(0, SIM_MTD_POISON) == nullptr);
    CHECK(is_dead(a) && !is_dead(h));
    CHECK(h->caller == CALLER_NONE);
    CHECK_EQ(kills(), 1);
}

static void death_takes_those_whose_events_it_handles(void)
{
    start();
    struct ec *const h2 = make(H2, 0, EVENTS3, 0);
    handle(EVENTS2, FAULT, H2);
    struct ec *const s = make(S, 0, EVENTS, 0), *const b = make(B, 0, EVENTS, 20);
    CHECK_EQ(call_create_pt(0, S + 1, SEL_ROOT_PD, S, 0), SUCCESS);
    CHECK(call_root_sleeps(0) == b);
    CHECK(call_ipc(0, S + 1, 0, 0) == s); /* a call: B will learn of it  */
    CHECK(sim_event(0, FAULT) == h);      /* events: these die together */
    CHECK(sim_event(0, FAULT) == h2);
    CHECK(sim_event(0, FAULT) == b);
    CHECK_EQ(call_status(b), ABORTED);
    CHECK(is_dead(h2) && is_dead(h) && is_dead(s));
    CHECK(!is_dead(b) && b->callee == nullptr);
    CHECK_EQ(kills(), 1);
    /* A cannot have its faults handled any more. */
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == a);
    CHECK(sim_event(0, FAULT) == nullptr);
    CHECK(is_dead(a));
    CHECK(strstr(sim_console(), "handler is dead") != nullptr);
}

/*
 * A raises an event, its handler another, and so on; the last one has no portal. When half of them have died,
 * root wakes up and calls one that is to die: with its help that goes on.
 */
static void interrupts_come_in_while_many_die(void)
{
    enum : unsigned { MANY = 300 };
    enum : uint64_t { FIRST = 0x400, ITS_EVENTS = 0x1000 };
    root = call_boot(2, 4000);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    for (uint64_t i = 0; i < MANY; i++)
        make(FIRST + i, 0, ITS_EVENTS + 8 * i, 0);
    for (uint64_t i = 0; i + 1 < MANY; i++)
        handle(ITS_EVENTS + 8 * i, FAULT, FIRST + i + 1);
    CHECK_EQ(call_create_pt(0, S, SEL_ROOT_PD, FIRST, 0), SUCCESS);
    handle(EVENTS, FAULT, FIRST);
    struct ec *const other = make(B, 1, EVENTS3, 10);
    a = make(A, 0, EVENTS, 10);
    CHECK(sim_interrupt(1, SIM_KICK) == other);
    CHECK(call_root_sleeps(0) == a);
    for (uint64_t i = 0; i < MANY; i++)
        CHECK(sim_event(0, FAULT) == call_ec(FIRST + i));

    sim_begin_event(0, FAULT);
    unsigned dead = 0;
    for (unsigned windows = 0; windows < 2; windows++) {
        while (sim_step(0) == SIM_WINDOW && is_dead(call_ec(FIRST + MANY - 1 - dead)) == 0)
            continue;
        const unsigned before = dead;
        while (dead < MANY && is_dead(call_ec(FIRST + MANY - 1 - dead)))
            dead++;
        CHECK(dead > before && dead <= before + 64);
    }
    CHECK_EQ(call_up(1, CALL_SLEEP), SUCCESS);
    CHECK(sim_finish(0) == root);
    CHECK(!is_dead(call_ec(FIRST)));
    CHECK(call_ipc(0, S, 0, 0) == root);
    CHECK_EQ(call_status(root), ABORTED);
    for (uint64_t i = 0; i < MANY; i++)
        CHECK(is_dead(call_ec(FIRST + i)));
    CHECK(is_dead(a));
    CHECK_EQ(kills(), 1);
    CHECK(call_root_sleeps(0) == nullptr);
}

static void a_busy_handler_is_helped(void)
{
    start();
    CHECK(call_root_sleeps(TICKS) == a);
    CHECK(sim_event(0, FAULT) == h);
    sim_advance(TICKS);
    CHECK(sim_interrupt(0, SIM_TIMER) == root);
    struct ec *const b = make(B, 0, EVENTS, 20);
    CHECK(call_root_sleeps(0) == b);
    b->arch.regs.ip = 0xb;
    CHECK(sim_event(0, FAULT) == h); /* for A, with the time of B */
    CHECK(h->caller == ((uintptr_t)a | CALLER_EVENT));
    CHECK(call_reply(0, 0) == h);
    CHECK(h->caller == ((uintptr_t)b | CALLER_EVENT));
    CHECK_EQ(h->utcb->word[5], 0xb);
    CHECK_EQ(h->utcb->word[7], FAULT);
    CHECK(call_reply(0, 0) == b);
}

static void the_first_sc_raises_startup(void)
{
    start();
    handle(EVENTS3, ARCH_EVENT_STARTUP, H);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, B, SEL_ROOT_PD, 0x5000'0000, 0, EVENTS3), SUCCESS);
    CHECK_EQ(call_create_sc(0, B + 1, SEL_ROOT_PD, B, 20, 1), SUCCESS);
    CHECK(call_root_sleeps(0) == h);
    CHECK_EQ(h->utcb->word[7], ARCH_EVENT_STARTUP);
    h->utcb->word[5] = 0x1234;
    CHECK(call_reply(0, SIM_MTD_IP) == call_ec(B));
    CHECK_EQ(call_ec(B)->arch.regs.ip, 0x1234);
}

static void recalling_oneself_comes_after_the_status(void)
{
    start_a();
    CHECK_EQ(call_ctrl_ec(0, A, 0), CALL_WAITS);
    CHECK(sim_user(0) == h);
    CHECK_EQ(h->utcb->word[0], SUCCESS);
    CHECK_EQ(h->utcb->word[7], ARCH_EVENT_RECALL);
    CHECK(call_reply(0, 0) == a);
    CHECK_EQ(call_up(0, SM), SUCCESS); /* once */
}

static void a_recall_waits_for_a_blocked_ec(void)
{
    start();
    struct ec *const b = make(B, 1, EVENTS3, 20);
    CHECK(sim_interrupt(1, SIM_KICK) == b);
    CHECK(call_root_sleeps(0) == a);
    CHECK_EQ(call_down(0, SM, sim_stc + 2 * TICKS), CALL_WAITS);
    CHECK_EQ(call_ctrl_ec(1, A, CTRL_EC_STRONG), SUCCESS);
    CHECK(sim_user(1) == b);
    sim_settle();
    CHECK(sim_state_of(0) == SIM_IDLE);
    sim_advance(2 * TICKS);
    CHECK(sim_interrupt(0, SIM_TIMER) == h);
    CHECK_EQ(h->utcb->word[0], TIMEOUT);
    CHECK_EQ(h->utcb->word[7], ARCH_EVENT_RECALL);
}

static void a_weak_recall_of_a_running_ec_is_an_interrupt(void)
{
    start();
    struct ec *const b = make(B, 1, EVENTS3, 20), *const h3 = make(H3, 1, EVENTS3, 0);
    handle(EVENTS3, ARCH_EVENT_RECALL, H3);
    CHECK(sim_interrupt(1, SIM_KICK) == b);
    CHECK_EQ(call_ctrl_ec(0, B, 0), SUCCESS);
    CHECK(sim_user(1) == b);
    CHECK_EQ(sim_pending(1), SIM_KICK);
    CHECK_EQ(call_ctrl_ec(0, B, 0), SUCCESS); /* the same recall */
    CHECK(sim_interrupt(1, SIM_KICK) == h3);
    CHECK_EQ(h3->utcb->word[7], ARCH_EVENT_RECALL);
    CHECK(call_reply(1, 0) == b);
    CHECK_EQ(sim_pending(1), 0);
    CHECK_EQ(call_up(1, SM), SUCCESS);
}

static void a_strong_recall_returns_when_the_ec_has_entered(void)
{
    start();
    struct ec *const b = make(B, 1, EVENTS3, 20), *const h3 = make(H3, 1, EVENTS3, 0);
    handle(EVENTS3, ARCH_EVENT_RECALL, H3);
    CHECK(sim_interrupt(1, SIM_KICK) == b);
    sim_begin(0, call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, B), 0, 0, 0, 0);
    for (unsigned i = 0; i < 10; i++)
        CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK(sim_interrupt(1, SIM_KICK) == h3);
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK_EQ(call_status(root), SUCCESS);
}

/* Each waits for the other, and serves it meanwhile. */
static void two_cpus_may_recall_each_other(void)
{
    start();
    struct ec *const b = make(B, 1, EVENTS3, 20), *const h3 = make(H3, 1, EVENTS3, 0);
    handle(EVENTS3, ARCH_EVENT_RECALL, H3);
    CHECK(sim_interrupt(1, SIM_KICK) == b);
    sim_begin(0, call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, B), 0, 0, 0, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    sim_begin(1, call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, A), 0, 0, 0, 0);
    CHECK_EQ(sim_step(1), SIM_SPIN);
    CHECK_EQ(sim_step(0), SIM_USER); /* CPU 1 has served it while it waited itself */
    CHECK_EQ(sim_step(1), SIM_SPIN);
    CHECK(sim_interrupt(0, SIM_KICK) == root);
    CHECK_EQ(sim_step(1), SIM_USER);
    CHECK(sim_interrupt(1, SIM_KICK) ==
          h3); /* its own recall comes with the kick that is pending */
    CHECK_EQ(call_status(b), SUCCESS);
}

static void a_recalled_local_thread_is_so_at_its_next_message(void)
{
    start();
    struct ec *const s = make(S, 0, EVENTS, 0);
    CHECK_EQ(call_create_pt(0, S + 1, SEL_ROOT_PD, S, 0x77), SUCCESS);
    CHECK_EQ(call_ctrl_ec(0, S, 0), SUCCESS);
    CHECK(call_root_sleeps(0) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == h);
    CHECK_EQ(h->utcb->word[5], 0x77);
    CHECK(call_reply(0, 0) == s);
    CHECK(call_reply(0, 0) == a);
    CHECK_EQ(call_status(a), SUCCESS);
}

int main(void)
{
    SIM_RUN(an_event_carries_state_to_its_portal_and_back);
    SIM_RUN(a_portal_gets_what_its_mtd_says);
    SIM_RUN(without_a_portal_the_ec_dies);
    SIM_RUN(with_something_else_in_its_place_the_ec_dies);
    SIM_RUN(a_portal_needs_the_permission_for_events);
    SIM_RUN(a_handler_must_be_on_the_same_cpu);
    SIM_RUN(who_serves_a_dying_ec_is_not_kept_by_it);
    SIM_RUN(death_takes_those_whose_events_it_handles);
    SIM_RUN(interrupts_come_in_while_many_die);
    SIM_RUN(a_busy_handler_is_helped);
    SIM_RUN(the_first_sc_raises_startup);
    SIM_RUN(recalling_oneself_comes_after_the_status);
    SIM_RUN(a_recall_waits_for_a_blocked_ec);
    SIM_RUN(a_weak_recall_of_a_running_ec_is_an_interrupt);
    SIM_RUN(a_strong_recall_returns_when_the_ec_has_entered);
    SIM_RUN(two_cpus_may_recall_each_other);
    SIM_RUN(a_recalled_local_thread_is_so_at_its_next_message);
}
