/* SPDX-License-Identifier: GPL-2.0-only */
/* ipc_call and ipc_reply under the whole core. */

#include "arch/inline.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/sc.h"
#include "kernel/sync/rcu.h"

/* Selectors; the portal of server n is n + 1. */
enum : uint64_t { A = 0x20, B = 0x22, S = 0x30, T = 0x32, REMOTE = 0x34, SM = 0x40 };
enum : uint64_t { TICKS = SIM_FREQUENCY / 1000 };

static struct ec *root, *a, *b, *s, *t;

/* A (priority 10) and B (20) are ready, S and T wait for messages, root runs. */
static void start(void)
{
    root = call_boot(2, 1024);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    a = call_thread(A, 0, 10, 10);
    s = call_server(S, 0);
    t = call_server(T, 0);
}

static void start_a(void)
{
    start();
    CHECK(call_root_sleeps(0) == a);
}

/* Root, which slept until `deadline`, comes to it on CPU 0. */
static void wake_root(uint64_t deadline)
{
    sim_advance(deadline - sim_stc);
    CHECK(sim_interrupt(0, SIM_TIMER) == root);
}

static struct sc *current_sc(void)
{
    return cpu_table[0]->sched.current;
}

static struct sc *sc_at(uint64_t sel)
{
    return CONTAINER_OF(call_object(sel), struct sc, obj);
}

static void call_and_reply_carry_the_words_they_say(void)
{
    start_a();
    for (unsigned i = 0; i < UTCB_WORDS; i++) {
        a->utcb->word[i] = i + 1;
        s->utcb->word[i] = UINT64_MAX;
    }
    CHECK(call_ipc(0, S + 1, 0, 0xabcd'0e03) == s);
    CHECK_EQ(s->utcb->word[0], 1);
    CHECK_EQ(s->utcb->word[3], 4);
    CHECK_EQ(s->utcb->word[4], UINT64_MAX);
    CHECK_EQ(arch_ec_slot(&s->arch, 0), S + 1); /* PID */
    CHECK_EQ(arch_ec_slot(&s->arch, 1), 0xabcd'0e03);
    CHECK_EQ(arch_ec_ip(&s->arch), S + 1);
    CHECK_EQ(a->arch.regs.slot[1], 0xabcd'0e03);

    for (unsigned i = 0; i < UTCB_WORDS; i++)
        s->utcb->word[i] = 1000 + i;
    CHECK(call_reply(0, 511) == a);
    CHECK_EQ(arch_ec_slot(&a->arch, 0), SUCCESS);
    CHECK_EQ(arch_ec_slot(&a->arch, 1), 511);
    CHECK_EQ(a->utcb->word[511], 1511);
    CHECK(s->caller == CALLER_NONE && a->callee == nullptr);
}

static void success_is_zero_with_the_timeout_flag_too(void)
{
    start_a();
    CHECK(call_ipc(0, S + 1, IPC_CALL_TIMEOUT, 0) == s);
    CHECK(call_reply(0, 0) == a);
    CHECK_EQ(arch_ec_slot(&a->arch, 0), SUCCESS);
}

static void calls_nest(void)
{
    start_a();
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK(call_ipc(0, T + 1, 0, 0) == t);
    CHECK(current_sc() == sc_at(A + 1));
    CHECK(call_reply(0, 0) == s);
    CHECK(call_ipc(0, T + 1, 0, 0) == t);
    CHECK(call_reply(0, 0) == s);
    CHECK(call_reply(0, 0) == a);
    CHECK(cpu_table[0]->sched.helped == nullptr);
}

static void bad_calls_are_refused_in_order(void)
{
    start();
    struct ec *const remote = call_server(REMOTE, 1);
    CHECK(call_ipc(0, S, 0, 0) == root); /* an EC */
    CHECK_EQ(call_status(root), BAD_CAP);
    CHECK(call_ipc(0, SELNUM + S + 1, 0, 0) == root);
    CHECK_EQ(call_status(root), BAD_CAP);
    CHECK(call_ipc(0, REMOTE + 1, 0, 0) == root);
    CHECK_EQ(call_status(root), BAD_CPU);
    CHECK(remote->caller == CALLER_NONE);
    CHECK_EQ(
        call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, S + 1, S + 1, 0, PERM_PT_CTRL | PERM_PT_EVENT),
        SUCCESS);
    CHECK(call_ipc(0, S + 1, 0, 0) == root);
    CHECK_EQ(call_status(root), BAD_CAP);
}

static void a_busy_callee_is_not_waited_for_with_the_timeout_flag(void)
{
    start_a();
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    s->utcb->word[0] = 7;
    CHECK(call_ipc(0, S + 1, IPC_CALL_TIMEOUT, 0) == s); /* itself */
    CHECK_EQ(call_status(s), TIMEOUT);
    CHECK(call_ipc(0, T + 1, 0, 0) == t);
    CHECK(call_ipc(0, S + 1, IPC_CALL_TIMEOUT, 0) == t);
    CHECK_EQ(call_status(t), TIMEOUT);
    CHECK_EQ(s->utcb->word[0], 7);
}

/* A's call to S is under way when B, which is more urgent, calls S. */
static void meet_at_s(void)
{
    start();
    CHECK(call_root_sleeps(TICKS) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    wake_root(TICKS);
    b = call_thread(B, 0, 20, 10);
    CHECK(call_root_sleeps(0) == b);
}

static void a_busy_callee_is_helped(void)
{
    meet_at_s();
    b->utcb->word[0] = 0xb;
    CHECK(call_ipc(0, S + 1, 0, 0) == s); /* for A, with the time of B */
    CHECK(current_sc() == sc_at(B + 1));
    CHECK(s->caller == (uintptr_t)a);
    CHECK(call_reply(0, 0) == s); /* B's call goes on at once */
    CHECK(s->caller == (uintptr_t)b);
    CHECK_EQ(s->utcb->word[0], 0xb);
    CHECK_EQ(call_status(a), SUCCESS);
    CHECK(call_reply(0, 0) == b);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK(sim_user(0) == a);
}

static void whoever_the_callee_waits_for_is_helped(void)
{
    start();
    CHECK(call_root_sleeps(TICKS) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK(call_ipc(0, T + 1, 0, 0) == t);
    wake_root(TICKS);
    b = call_thread(B, 0, 20, 10);
    CHECK(call_root_sleeps(0) == b);
    CHECK(call_ipc(0, S + 1, 0, 0) == t);
    CHECK(current_sc() == sc_at(B + 1));
    CHECK(call_reply(0, 0) == s); /* T was free; S still works for A */
    CHECK(current_sc() == sc_at(B + 1));
    CHECK(call_reply(0, 0) == s);
    CHECK(s->caller == (uintptr_t)b);
}

/* However long the chain is, an interrupt comes in every 64 links. */
static void a_helper_lets_interrupts_in_on_its_way_along_a_long_chain(void)
{
    enum : unsigned { LENGTH = 200 };
    enum : uint64_t { FIRST = 0x100 };
    start();
    for (uint64_t i = 0; i < LENGTH; i++)
        call_server(FIRST + 2 * i, 0);
    CHECK(call_root_sleeps(TICKS) == a);
    for (uint64_t i = 0; i < LENGTH; i++)
        CHECK(call_ipc(0, FIRST + 2 * i + 1, 0, 0) == call_ec(FIRST + 2 * i));
    struct ec *const last = sim_user(0);
    wake_root(TICKS);
    b = call_thread(B, 0, 20, 10);
    CHECK(call_root_sleeps(0) == b);
    sim_begin(0, call_p0(HYPERCALL_IPC_CALL, 0, FIRST + 1), 0, 0, 0, 0);
    for (unsigned i = 0; i <= LENGTH / 64; i++)
        CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK(sim_user(0) == last);
    CHECK(current_sc() == sc_at(B + 1));
}

static void a_helper_waits_with_whom_it_helps(void)
{
    start();
    CHECK(call_root_sleeps(TICKS) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    wake_root(TICKS);
    b = call_thread(B, 0, 20, 10);
    CHECK(call_root_sleeps(2 * TICKS) == b);
    CHECK(call_ipc(0, S + 1, 0, 0) == nullptr);
    CHECK(!list_is_empty(&s->parked));
    wake_root(2 * TICKS);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK(call_root_sleeps(0) == s); /* B is the best who waited with S */
    CHECK(current_sc() == sc_at(B + 1));
    CHECK_EQ(call_status(s), SUCCESS);
    CHECK(call_reply(0, 0) == s);
    CHECK(s->caller == (uintptr_t)b);
}

static void a_repeated_call_looks_its_portal_up_anew(void)
{
    meet_at_s();
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    /* What destroys the portal passes by the scheduler, and B tries again. */
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, S + 1, S + 1, 0, 0), CALL_WAITS);
    CHECK(sim_user(0) == b);
    CHECK_EQ(call_status(b), BAD_CAP);
}

/* A called S, S called T, T calls S: nobody will ever be free. */
static void a_cycle_of_calls_burns_its_own_budget_on_a_constant_stack(void)
{
    start();
    const uint64_t deadline = 5 * TICKS;
    CHECK(call_root_sleeps(deadline) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK(call_ipc(0, T + 1, 0, 0) == t);
    sim_begin(0, call_p0(HYPERCALL_IPC_CALL, 0, S + 1), 0, 0, 0, 0);
    for (unsigned i = 0; i < 10; i++)
        CHECK_EQ(sim_step(0), SIM_WINDOW);
    const size_t stack = sim_stack_used(0);
    for (unsigned i = 0; i < 1000; i++)
        CHECK_EQ(sim_step(0), SIM_WINDOW);
    CHECK(sim_stack_used(0) <= stack);
    const uint64_t before = sc_at(A + 1)->used;
    sim_advance(deadline - sim_stc);
    CHECK(sim_finish(0) == root);
    CHECK_EQ(sc_at(A + 1)->used - before, deadline);

    /* It goes on where it was, until root is back again. */
    CHECK_EQ(call_create_sm(0, B, SEL_ROOT_PD, 0), SUCCESS);
    sim_begin(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, B), 2 * deadline, 0, 0, 0);
    for (unsigned i = 0; i < 100; i++)
        CHECK_EQ(sim_step(0), SIM_WINDOW);
    sim_advance(deadline);
    CHECK(sim_finish(0) == root);
    CHECK_EQ(call_status(root), TIMEOUT);
}

static void a_dead_callee_aborts_calls(void)
{
    start_a();
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK(sim_event(0, 3) == a); /* S has no portal for it */
    CHECK_EQ(call_status(a), ABORTED);
    CHECK(call_ipc(0, S + 1, 0, 0) == a);
    CHECK_EQ(call_status(a), ABORTED);
    CHECK(call_ipc(0, S + 1, IPC_CALL_TIMEOUT, 0) == a);
    CHECK_EQ(call_status(a), ABORTED);
}

static void a_helper_learns_that_the_callee_died(void)
{
    meet_at_s();
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK(sim_event(0, 3) == b);
    CHECK_EQ(call_status(b), ABORTED);
    CHECK_EQ(call_status(a), ABORTED);
}

static void the_reply_of_a_global_thread_is_its_last_word(void)
{
    start_a();
    const uint32_t refs = sc_at(A + 1)->obj.refs;
    CHECK(call_reply(0, 0) == nullptr);
    CHECK_EQ(sc_at(A + 1)->obj.refs, refs - 1); /* it will never be scheduled */
}

static void a_callee_without_references_goes_with_its_reply(void)
{
    start();
    sim_settle();
    CHECK(call_root_sleeps(TICKS) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    wake_root(TICKS);
    call_revoke(0, S, 1);
    call_settle();
    const size_t with_s = call_settle();
    CHECK(s->caller & CALLER_ZOMBIE);
    CHECK(call_root_sleeps(2 * TICKS) == s);
    CHECK(call_reply(0, 0) == a);
    CHECK_EQ(call_status(a), SUCCESS);
    wake_root(2 * TICKS);
    CHECK(call_settle() > with_s); /* at least its UTCB */
}

/* Likewise, and before it replies it waits, more than once, also for another CPU. */
static void a_callee_without_references_may_wait(void)
{
    start();
    struct ec *const other = call_thread(B, 1, 10, 10);
    CHECK(sim_interrupt(1, SIM_KICK) == other);
    CHECK(call_root_sleeps(TICKS) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    wake_root(TICKS);
    call_revoke(0, S, 1);
    const size_t with_s = call_settle();
    CHECK(s->caller & CALLER_ZOMBIE);
    CHECK(call_root_sleeps(2 * TICKS) == s);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
        CHECK_EQ(call_up(1, SM), SUCCESS);
        CHECK(sim_interrupt(0, SIM_KICK) == s);
    }
    CHECK(call_reply(0, 0) == a);
    wake_root(2 * TICKS);
    CHECK(call_settle() > with_s);
    CHECK_EQ(rcu_pending(), 0);
}

/* Likewise while it is on its way out, and nobody has come to it yet. */
static void a_callee_that_loses_its_last_reference_may_wait_at_once(void)
{
    start();
    struct ec *const other = call_thread(B, 1, 10, 10);
    CHECK(sim_interrupt(1, SIM_KICK) == other);
    CHECK(call_root_sleeps(2 * TICKS) == a);
    CHECK(call_ipc(0, S + 1, 0, 0) == s);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, S, S, 1, 0), SUCCESS);
    CHECK_EQ(call_create_sm(0, S, SEL_ROOT_PD, 0), SUCCESS);
    sim_interrupt(1, SIM_KICK); /* the portal goes; CPU 1 runs on, so S waits for the next period */
    CHECK_EQ(s->obj.refs, 0);
    CHECK(!(s->caller & CALLER_ZOMBIE));
    CHECK_EQ(call_down(0, SM, 0), CALL_WAITS);
    CHECK_EQ(call_up(1, SM), SUCCESS);
    CHECK(sim_interrupt(0, SIM_KICK) == s);
    CHECK(call_reply(0, 0) == a);
    wake_root(2 * TICKS);
    call_settle();
    CHECK_EQ(rcu_pending(), 0);
}

int main(void)
{
    SIM_RUN(call_and_reply_carry_the_words_they_say);
    SIM_RUN(success_is_zero_with_the_timeout_flag_too);
    SIM_RUN(calls_nest);
    SIM_RUN(bad_calls_are_refused_in_order);
    SIM_RUN(a_busy_callee_is_not_waited_for_with_the_timeout_flag);
    SIM_RUN(a_busy_callee_is_helped);
    SIM_RUN(whoever_the_callee_waits_for_is_helped);
    SIM_RUN(a_helper_lets_interrupts_in_on_its_way_along_a_long_chain);
    SIM_RUN(a_helper_waits_with_whom_it_helps);
    SIM_RUN(a_repeated_call_looks_its_portal_up_anew);
    SIM_RUN(a_cycle_of_calls_burns_its_own_budget_on_a_constant_stack);
    SIM_RUN(a_dead_callee_aborts_calls);
    SIM_RUN(a_helper_learns_that_the_callee_died);
    SIM_RUN(the_reply_of_a_global_thread_is_its_last_word);
    SIM_RUN(a_callee_without_references_goes_with_its_reply);
    SIM_RUN(a_callee_without_references_may_wait);
    SIM_RUN(a_callee_that_loses_its_last_reference_may_wait_at_once);
}
