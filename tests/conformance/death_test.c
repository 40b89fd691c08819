/* SPDX-License-Identifier: GPL-2.0-only */
/* How ECs die, and who learns of it (interface specification, 5.2 and 7.6, 8.6). */
#include <stdatomic.h>

#include "tests/conformance/conf.h"

static sel_t first_pt, second_pt, gate, entered, done;
static status_t status[2];

static void prepare(void)
{
    gate = new_sm(0);
    entered = new_sm(0);
    done = new_sm(0);
    status[0] = status[1] = BAD_DEV;
}

/* A thread without portals for its events: each event kills it. */
static struct thread doomed(uint16_t cpu, portal_fn *handler)
{
    struct thread t;
    MUST(thread_create_local(&t, &(struct thread_plan){.cpu = cpu, .events = sel_alloc(7)},
                             handler));
    return t;
}

static uint32_t fall([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                     [[maybe_unused]] struct utcb *utcb)
{
    __builtin_trap();
}

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

static uint32_t wait_at_gate([[maybe_unused]] uint64_t pid, uint32_t mtd,
                             [[maybe_unused]] struct utcb *utcb)
{
    up(entered);
    MUST(hc_sm_down(gate, 0, 0));
    return mtd;
}

static uint32_t call_second([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    utcb->word[0] = hc_ipc_call(second_pt, 0, mtd).status;
    return hc_mtd(1);
}

static uint32_t spin_for_ever([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                              [[maybe_unused]] struct utcb *utcb)
{
    up(entered);
    for (;;)
        cpu_relax();
}

static void call_first(uint64_t index)
{
    status[index] = hc_ipc_call(first_pt, 0, hc_mtd(1)).status;
    up(done);
}

/* The callee says that it is there; then it waits at the gate. */
static void let_it_wait(void)
{
    EXPECT(down(entered));
    nap(500);
}

/* What a caller gets, asked by a thread: root must not hang. */
static status_t call(sel_t pt)
{
    first_pt = pt;
    status[0] = BAD_DEV;
    new_global(cpu_here(), LOW, call_first, 0);
    return down(done) ? status[0] : BAD_DEV;
}

TEST(death, of_a_callee_aborts_its_caller)
{
    prepare();
    const struct thread t = doomed(cpu_here(), fall);
    EXPECT_STATUS(ABORTED, call(new_pt(&t, 0)));
}

TEST(death, makes_each_later_call_abort)
{
    prepare();
    const struct thread t = doomed(cpu_here(), fall);
    const sel_t pt = new_pt(&t, 0);
    EXPECT_STATUS(ABORTED, call(pt));
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_STATUS(ABORTED, hc_ipc_call(pt, 0, 0).status);
        EXPECT_STATUS(ABORTED, hc_ipc_call(pt, IPC_CALL_TIMEOUT, 0).status);
    }
}

TEST(death, leaves_the_capabilities_of_the_dead_as_they_are)
{
    prepare();
    const struct thread t = doomed(cpu_here(), fall);
    const sel_t pt = new_pt(&t, 0);
    EXPECT_STATUS(ABORTED, call(pt));
    EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, 0));
    EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, CTRL_EC_STRONG));
    EXPECT_STATUS(SUCCESS, hc_ctrl_pt(pt, 1, 1));
    EXPECT_STATUS(ABORTED, hc_ipc_call(new_pt(&t, 0), 0, 0).status);
}

TEST(death, of_the_last_in_a_chain_aborts_only_who_called_it)
{
    prepare();
    const struct thread a = new_local(cpu_here(), call_second), b = doomed(cpu_here(), fall);
    second_pt = new_pt(&b, 0);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(new_pt(&a, 0), 0, hc_mtd(1)).status);
    EXPECT_STATUS(ABORTED, (status_t)root_utcb()->word[0]);
}

/* A recall without a portal for it kills, as soon as the EC would leave the kernel. */

TEST(death, of_a_callee_that_waits_at_a_semaphore_comes_when_it_is_released)
{
    prepare();
    const struct thread t = doomed(cpu_here(), wait_at_gate);
    first_pt = new_pt(&t, 0);
    new_global(cpu_here(), LOW, call_first, 0);
    let_it_wait();
    MUST(hc_ctrl_ec(t.ec, CTRL_EC_STRONG));
    nap(2000);
    EXPECT_EQ(0, drain(done));
    up(gate);
    EXPECT(down(done));
    EXPECT_STATUS(ABORTED, status[0]);
}

TEST(death, of_a_callee_that_waits_for_a_reply_comes_behind_it)
{
    prepare();
    const struct thread a = doomed(cpu_here(), call_second),
                        b = new_local(cpu_here(), wait_at_gate);
    first_pt = new_pt(&a, 0);
    second_pt = new_pt(&b, 0);
    new_global(cpu_here(), LOW, call_first, 0);
    let_it_wait();
    MUST(hc_ctrl_ec(a.ec, CTRL_EC_STRONG));
    up(gate);
    EXPECT(down(done));
    EXPECT_STATUS(ABORTED, status[0]);
    up(gate);
    EXPECT_STATUS(SUCCESS, call(second_pt));
}

TEST(death, of_a_callee_that_runs_comes_at_once)
{
    prepare();
    const struct thread t = doomed(cpu_there(), spin_for_ever);
    first_pt = new_pt(&t, 0);
    new_global(cpu_there(), LOW, call_first, 0);
    let_it_wait();
    MUST(hc_ctrl_ec(t.ec, CTRL_EC_STRONG));
    EXPECT(down(done));
    EXPECT_STATUS(ABORTED, status[0]);
}

TEST(death, of_an_idle_callee_comes_with_the_next_call)
{
    prepare();
    const struct thread t = doomed(cpu_here(), answer);
    const sel_t pt = new_pt(&t, 0);
    EXPECT_STATUS(SUCCESS, call(pt));
    MUST(hc_ctrl_ec(t.ec, 0));
    EXPECT_STATUS(ABORTED, call(pt));
}

TEST(death, of_a_caller_leaves_its_callee_whole)
{
    prepare();
    const struct thread server = new_local(cpu_here(), wait_at_gate);
    first_pt = new_pt(&server, 0);
    const struct thread client = new_global(cpu_here(), LOW, call_first, 0);
    let_it_wait();
    MUST(hc_ctrl_ec(client.ec, CTRL_EC_STRONG));
    up(gate);
    nap(2000);
    EXPECT_EQ(0, drain(done)); /* it never came back from its call */
    up(gate);
    EXPECT_STATUS(SUCCESS, call(first_pt));
}

TEST(death, of_a_helper_leaves_whom_it_helps_whole)
{
    prepare();
    const struct thread server = new_local(cpu_here(), wait_at_gate);
    first_pt = new_pt(&server, 0);
    new_global(cpu_here(), LOW, call_first, 0);
    let_it_wait();
    const struct thread helper = new_global(cpu_here(), HIGH, call_first, 1);
    nap(1000);
    MUST(hc_ctrl_ec(helper.ec, CTRL_EC_STRONG));
    for (unsigned i = 0; i < 3; i++)
        up(gate);
    EXPECT(down(done));
    nap(2000);
    EXPECT_EQ(0, drain(done));
    EXPECT_STATUS(SUCCESS, status[0]);
    EXPECT_STATUS(BAD_DEV, status[1]);
    EXPECT_STATUS(SUCCESS, call(first_pt));
}

TEST(death, of_a_callee_aborts_who_helps_it)
{
    prepare();
    const struct thread server = doomed(cpu_here(), wait_at_gate);
    first_pt = new_pt(&server, 0);
    new_global(cpu_here(), LOW, call_first, 0);
    let_it_wait();
    new_global(cpu_here(), HIGH, call_first, 1);
    nap(1000);
    MUST(hc_ctrl_ec(server.ec, 0));
    up(gate);
    EXPECT(down(done));
    EXPECT(down(done));
    EXPECT_STATUS(ABORTED, status[0]);
    EXPECT_STATUS(ABORTED, status[1]);
}

/* Events. */

static sel_t events_to(const struct thread *handler, uint8_t perm)
{
    const sel_t events = sel_alloc(7), pt = new_pt(handler, 0);
    for (sel_t event = 0; event < hip->sel_hst_arch; event++)
        MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                        (struct hc_range){.from = pt, .to = events + event, .perm = perm}));
    return events;
}

static sel_t faulting(sel_t events)
{
    struct thread t;
    MUST(thread_create_local(&t, &(struct thread_plan){.cpu = cpu_here(), .events = events}, fall));
    return new_pt(&t, 0);
}

static uint32_t poison([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return MTD_POISON;
}

TEST(death, of_an_event_s_handler_is_that_of_the_affected_too)
{
    prepare();
    const struct thread handler = doomed(cpu_here(), fall);
    EXPECT_STATUS(ABORTED, call(faulting(events_to(&handler, PERM_PT_ALL))));
}

TEST(death, runs_up_a_chain_of_handlers)
{
    prepare();
    const struct thread last = doomed(cpu_here(), fall);
    struct thread handler;
    sel_t events = events_to(&last, PERM_PT_ALL);
    for (unsigned i = 0; i < 5; i++) {
        MUST(thread_create_local(&handler,
                                 &(struct thread_plan){.cpu = cpu_here(), .events = events}, fall));
        events = events_to(&handler, PERM_PT_ALL);
    }
    EXPECT_STATUS(ABORTED, call(faulting(events)));
}

TEST(death, comes_with_an_event_whose_handler_is_dead)
{
    prepare();
    const struct thread handler = doomed(cpu_here(), fall);
    EXPECT_STATUS(ABORTED, call(new_pt(&handler, 0)));
    EXPECT_STATUS(ABORTED, call(faulting(events_to(&handler, PERM_PT_ALL))));
}

TEST(death, comes_with_an_event_whose_portal_lacks_the_permission)
{
    prepare();
    const struct thread handler = new_local(cpu_here(), poison);
    EXPECT_STATUS(ABORTED, call(faulting(events_to(&handler, PERM_PT_CTRL | PERM_PT_CALL))));
}

TEST(death, comes_with_an_event_whose_handler_is_on_another_cpu)
{
    if (cpu_there() == cpu_here()) {
        tap_skip("one CPU");
        return;
    }
    prepare();
    const struct thread handler = new_local(cpu_there(), answer);
    EXPECT_STATUS(ABORTED, call(faulting(events_to(&handler, PERM_PT_ALL))));
}

TEST(death, comes_with_an_event_whose_selector_is_no_portal)
{
    prepare();
    const sel_t events = sel_alloc(7), sm = new_sm(0);
    for (sel_t event = 0; event < hip->sel_hst_arch; event++)
        MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                        (struct hc_range){.from = sm, .to = events + event, .perm = PERM_MASK}));
    EXPECT_STATUS(ABORTED, call(faulting(events)));
}

/* Root's own portals are at 0: a selector that wrapped would find them. */
TEST(death, comes_with_an_event_whose_selector_is_beyond_the_space)
{
    prepare();
    EXPECT_STATUS(ABORTED, call(faulting(SELNUM)));
    EXPECT_STATUS(ABORTED, call(faulting(1ull << 56)));
    EXPECT_STATUS(ABORTED, call(faulting(-0x100ull)));
}

TEST(death, comes_with_a_poisoned_reply)
{
    prepare();
    const struct thread handler = new_local(cpu_here(), poison);
    const sel_t events = events_to(&handler, PERM_PT_ALL);
    EXPECT_STATUS(ABORTED, call(faulting(events)));
    EXPECT_STATUS(ABORTED, call(faulting(events))); /* the handler itself is well */
}

static uint32_t skip_fault([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                           struct utcb *utcb)
{
    up(entered);
    MUST(hc_sm_down(gate, 0, 0));
    *event_ip(event_state(utcb)) = (uint64_t)thread_exit; /* ipc_reply: the caller goes on */
    return MTD_IP;
}

TEST(death, does_not_come_when_the_handler_is_only_busy)
{
    prepare();
    const struct thread handler = new_local(cpu_here(), skip_fault);
    const sel_t events = events_to(&handler, PERM_PT_ALL);
    first_pt = faulting(events);
    new_global(cpu_here(), LOW, call_first, 0);
    let_it_wait();
    const sel_t other = faulting(events);
    up(gate);
    up(gate);
    EXPECT_STATUS(SUCCESS, call(other));
    EXPECT(down(done));
}

/* The rest of its life. */

static _Atomic uint64_t rounds;

static void count_for_ever([[maybe_unused]] uint64_t arg)
{
    for (;;)
        atomic_fetch_add(&rounds, 1);
}

TEST(death, of_a_global_thread_ends_its_use_of_the_cpu)
{
    atomic_store(&rounds, 0);
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, count_for_ever, 0);
    const sel_t sc = new_sc(&t, LOW, 1);
    EXPECT(wait_until(&rounds, 1000));
    MUST(hc_ctrl_ec(t.ec, CTRL_EC_STRONG));
    nap(2000);
    const uint64_t then = atomic_load(&rounds), used = hc_ctrl_sc(sc).stc;
    nap(5000);
    EXPECT_EQ(then, atomic_load(&rounds));
    EXPECT_EQ(used, hc_ctrl_sc(sc).stc);
    new_sc(&t, LOW, 1); /* another one does not bring it back */
    nap(5000);
    EXPECT_EQ(then, atomic_load(&rounds));
}

static const struct tap_test tests[] = {
    TAP_TEST(death, of_a_callee_aborts_its_caller),
    TAP_TEST(death, makes_each_later_call_abort),
    TAP_TEST(death, leaves_the_capabilities_of_the_dead_as_they_are),
    TAP_TEST(death, of_the_last_in_a_chain_aborts_only_who_called_it),
    TAP_TEST(death, of_a_callee_that_waits_at_a_semaphore_comes_when_it_is_released),
    TAP_TEST(death, of_a_callee_that_waits_for_a_reply_comes_behind_it),
    TAP_TEST(death, of_a_callee_that_runs_comes_at_once),
    TAP_TEST(death, of_an_idle_callee_comes_with_the_next_call),
    TAP_TEST(death, of_a_caller_leaves_its_callee_whole),
    TAP_TEST(death, of_a_helper_leaves_whom_it_helps_whole),
    TAP_TEST(death, of_a_callee_aborts_who_helps_it),
    TAP_TEST(death, of_an_event_s_handler_is_that_of_the_affected_too),
    TAP_TEST(death, runs_up_a_chain_of_handlers),
    TAP_TEST(death, comes_with_an_event_whose_handler_is_dead),
    TAP_TEST(death, comes_with_an_event_whose_portal_lacks_the_permission),
    TAP_TEST(death, comes_with_an_event_whose_handler_is_on_another_cpu),
    TAP_TEST(death, comes_with_an_event_whose_selector_is_no_portal),
    TAP_TEST(death, comes_with_an_event_whose_selector_is_beyond_the_space),
    TAP_TEST(death, comes_with_a_poisoned_reply),
    TAP_TEST(death, does_not_come_when_the_handler_is_only_busy),
    TAP_TEST(death, of_a_global_thread_ends_its_use_of_the_cpu),
};
const struct tap_suite death_suite = CONF_SUITE(tests);
