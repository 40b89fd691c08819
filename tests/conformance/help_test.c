/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Busy callees: giving up, helping, and whose priority counts (interface specification, 2.3 and 5.2.1).
 * All on root's CPU: while root sleeps, the best of the threads runs, so what must not run meanwhile
 * can be counted.
 */
#include <stdatomic.h>

#include "tests/conformance/conf.h"

enum : uint64_t { WORK = 10'000 }; /* microseconds */

static sel_t server_pt, gate, entered, done;
static sel_t wake_high, wake_mid;
static _Atomic uint64_t mid_rounds, stop;
static uint64_t mid_before, mid_behind;
static status_t status[2];

/* Counts while it runs; once woken it would run for ever if nobody better could. */
static void count_rounds([[maybe_unused]] uint64_t arg)
{
    MUST(hc_sm_down(wake_mid, 0, 0));
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&mid_rounds, 1);
    up(done);
}

static void start_mid(void)
{
    wake_mid = new_sm(0);
    atomic_store(&mid_rounds, 0);
    atomic_store(&stop, 0);
    new_global(cpu_here(), MID, count_rounds, 0);
}

static void stop_mid(void)
{
    atomic_store(&stop, 1);
    up(wake_mid);
    EXPECT(down(done));
}

static void call_server(uint64_t index)
{
    status[index] = hc_ipc_call(server_pt, 0, hc_mtd(1)).status;
    up(done);
}

static void call_when_woken(uint64_t index)
{
    MUST(hc_sm_down(wake_high, 0, 0));
    up(wake_mid);
    mid_before = atomic_load(&mid_rounds);
    status[index] = hc_ipc_call(server_pt, 0, hc_mtd(1)).status;
    mid_behind = atomic_load(&mid_rounds);
    up(done);
}

static struct thread serve(portal_fn *handler)
{
    const struct thread server = new_local(cpu_here(), handler);
    server_pt = new_pt(&server, 0);
    gate = new_sm(0);
    entered = new_sm(0);
    done = new_sm(0);
    status[0] = status[1] = BAD_DEV;
    return server;
}

static uint32_t wait_at_gate([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    up(entered);
    MUST(hc_sm_down(gate, 0, 0));
    utcb->word[0]++;
    return mtd;
}

TEST(help, busy_callee_is_a_timeout_with_the_flag_and_gets_nothing)
{
    const struct thread server = serve(wait_at_gate);
    new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(down(entered));
    nap(500); /* it waits at the gate now */
    server.utcb->word[5] = 0x55;
    root_utcb()->word[5] = 0xaa;
    EXPECT_STATUS(TIMEOUT, hc_ipc_call(server_pt, IPC_CALL_TIMEOUT, hc_mtd(8)).status);
    EXPECT_EQ(0x55, server.utcb->word[5]);
    up(gate);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[0]);
    up(gate);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(server_pt, IPC_CALL_TIMEOUT, hc_mtd(8)).status);
}

/* Wakes the high caller in the middle of the low one's request. */
static uint32_t work_for_both([[maybe_unused]] uint64_t pid, uint32_t mtd,
                              [[maybe_unused]] struct utcb *utcb)
{
    static bool is_second;
    if (!is_second)
        up(wake_high);
    is_second = !is_second;
    spin(WORK);
    return mtd;
}

TEST(help, caller_drives_the_busy_callee_at_its_own_priority)
{
    serve(work_for_both);
    start_mid();
    wake_high = new_sm(0);
    new_global(cpu_here(), HIGH, call_when_woken, 1);
    new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(down(done)); /* the high one: the low one cannot end before the middle one does */
    EXPECT_STATUS(SUCCESS, status[1]);
    EXPECT_EQ(0, mid_before);
    EXPECT_EQ(0, mid_behind);
    stop_mid();
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[0]);
}

/* Accounts: of the low caller, and of the high one that helps it. */
static uint64_t used(sel_t sc)
{
    const struct hc_time time = hc_ctrl_sc(sc);
    EXPECT_STATUS(SUCCESS, time.status);
    return time.stc;
}

static sel_t start_paid(uint8_t prio, thread_fn *fn, uint64_t index)
{
    const struct thread_plan plan = {.cpu = cpu_here()};
    const struct thread t = new_global_plan(&plan, fn, index);
    return new_sc(&t, prio, BUDGET);
}

TEST(help, who_helps_pays)
{
    serve(work_for_both);
    start_mid();
    wake_high = new_sm(0);
    const sel_t high = start_paid(HIGH, call_when_woken, 1);
    nap(1000);
    const uint64_t before = used(high);
    const sel_t low = start_paid(LOW, call_server, 0);
    EXPECT(down(done));                                                   /* the high one */
    EXPECT(used(high) - before >= time_ticks(hip, 2 * WORK - WORK / 10)); /* both requests */
    EXPECT(used(low) <= time_ticks(hip, WORK / 2));
    stop_mid();
    EXPECT(down(done));
    EXPECT(used(low) <= time_ticks(hip, WORK / 2)); /* nothing is paid twice */
}

TEST(help, who_waits_for_a_blocked_callee_pays_nothing)
{
    serve(wait_at_gate);
    new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(down(entered));
    const sel_t high = start_paid(HIGH, call_server, 1);
    nap(2000);
    const uint64_t before = used(high);
    nap(30'000);
    EXPECT_EQ(before, used(high));
    up(gate);
    up(gate);
    EXPECT(down(done));
    EXPECT(down(done));
}

static sel_t inner_pt;

static uint32_t call_inner([[maybe_unused]] uint64_t pid, uint32_t mtd,
                           [[maybe_unused]] struct utcb *utcb)
{
    MUST(hc_ipc_call(inner_pt, 0, mtd).status);
    return mtd;
}

TEST(help, caller_drives_whom_the_callee_waits_for)
{
    serve(call_inner);
    const struct thread inner = new_local(cpu_here(), work_for_both);
    inner_pt = new_pt(&inner, 0);
    start_mid();
    wake_high = new_sm(0);
    new_global(cpu_here(), HIGH, call_when_woken, 1);
    new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[1]);
    EXPECT_EQ(0, mid_before);
    EXPECT_EQ(0, mid_behind);
    stop_mid();
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[0]);
}

static uint32_t wake_mid_and_work([[maybe_unused]] uint64_t pid, uint32_t mtd,
                                  [[maybe_unused]] struct utcb *utcb)
{
    up(wake_mid);
    spin(WORK);
    mid_behind = atomic_load(&mid_rounds);
    return mtd;
}

TEST(help, callee_runs_at_the_priority_of_a_high_caller)
{
    serve(wake_mid_and_work);
    start_mid();
    new_global(cpu_here(), HIGH, call_server, 0);
    EXPECT(down(done));
    EXPECT_EQ(0, mid_behind);
    stop_mid();
}

TEST(help, callee_runs_at_the_priority_of_a_low_caller)
{
    serve(wake_mid_and_work);
    start_mid();
    new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(wait_until(&mid_rounds, 1000));
    EXPECT_EQ(0, drain(done));
    stop_mid();
    EXPECT(down(done));
    EXPECT(mid_behind > 0);
}

TEST(help, caller_of_a_blocked_callee_gives_up_the_cpu_until_it_goes_on)
{
    serve(wait_at_gate);
    start_mid();
    new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(down(entered));
    nap(500); /* it waits at the gate now */
    new_global(cpu_here(), HIGH, call_server, 1);
    nap(2000);
    up(wake_mid);
    EXPECT(wait_until(&mid_rounds, 1000)); /* the high one does not spin */
    EXPECT_EQ(0, drain(done));
    up(gate);
    up(gate);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[1]); /* the low one's request was done on its time, first */
    EXPECT_EQ(2, 1 + drain(entered));
    stop_mid();
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[0]);
}

/* A caller that helps tries again when the callee is free: it goes by what the portal says then. */
static _Atomic uint64_t last_pid;

static uint32_t note_pid_at_gate(uint64_t pid, uint32_t mtd, [[maybe_unused]] struct utcb *utcb)
{
    atomic_store(&last_pid, pid);
    up(entered);
    MUST(hc_sm_down(gate, 0, 0));
    return mtd;
}

TEST(help, identifier_is_that_of_the_last_attempt)
{
    serve(note_pid_at_gate);
    new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(down(entered));
    new_global(cpu_here(), LOW, call_server, 1);
    nap(2000);
    EXPECT_EQ(0, atomic_load(&last_pid));
    MUST(hc_ctrl_pt(server_pt, 77, 0));
    up(gate);
    EXPECT(down(entered));
    EXPECT_EQ(77, atomic_load(&last_pid));
    up(gate);
    EXPECT(down(done));
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[0]);
    EXPECT_STATUS(SUCCESS, status[1]);
}

static _Atomic uint64_t served;

static uint32_t serve_one([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    const uint64_t count = utcb->word[0];
    if (atomic_load(&served) % 7 == 0)
        spin(50);
    atomic_fetch_add(&served, 1);
    utcb->word[0] = count + 1;
    return mtd;
}

enum : uint64_t { CALLERS = 20, CALLS = 100 };

/* Each caller has a message of its own, so its UTCB is found through its thread. */
static struct thread caller[CALLERS];

static void call_often(uint64_t index)
{
    struct utcb *const utcb = caller[index].utcb;
    for (uint64_t i = 0; i < CALLS; i++) {
        utcb->word[0] = index << 32 | i;
        const status_t s = hc_ipc_call(server_pt, 0, hc_mtd(1)).status;
        if (s != SUCCESS || utcb->word[0] != (index << 32 | i) + 1) {
            tap_fail(__FILE__, __LINE__, "caller %lu: %s, %#lx", index, status_name(s),
                     utcb->word[0]);
            break;
        }
    }
    up(done);
}

TEST(help, many_callers_of_one_callee_are_all_served)
{
    serve(serve_one);
    atomic_store(&served, 0);
    for (uint64_t i = 0; i < CALLERS; i++) {
        caller[i] = new_global_plan(&(struct thread_plan){.cpu = cpu_here()}, call_often, i);
        new_sc(&caller[i], (uint8_t)(LOW + i % 5), 1);
    }
    for (uint64_t i = 0; i < CALLERS; i++)
        EXPECT(down(done));
    EXPECT_EQ(CALLERS * CALLS, atomic_load(&served));
}

static uint32_t call_myself([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    utcb->word[0] = hc_ipc_call(server_pt, IPC_CALL_TIMEOUT, mtd).status;
    return hc_mtd(1);
}

TEST(help, thread_is_busy_for_itself)
{
    serve(call_myself);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(server_pt, 0, hc_mtd(1)).status);
    EXPECT_STATUS(TIMEOUT, (status_t)root_utcb()->word[0]);
}

static uint32_t call_myself_for_ever([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    up(entered);
    utcb->word[0] = hc_ipc_call(server_pt, 0, mtd).status;
    return hc_mtd(1);
}

/* It burns its own time only; each round looks the portal up anew, so revoking ends it. */
TEST(help, cycle_of_calls_does_not_stop_the_cpu)
{
    serve(call_myself_for_ever);
    start_mid();
    const struct thread t = new_global(cpu_here(), LOW, call_server, 0);
    EXPECT(down(entered));
    nap(5000);
    up(wake_mid);
    EXPECT(wait_until(&mid_rounds, 1000));
    stop_mid();
    EXPECT_EQ(0, drain(done));
    revoke(server_pt);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status[0]);
    EXPECT_STATUS(BAD_CAP, (status_t)t.utcb->word[0]);
}

static uint32_t fault([[maybe_unused]] uint64_t pid, uint32_t mtd,
                      [[maybe_unused]] struct utcb *utcb)
{
    __builtin_trap();
    return mtd;
}

/* The same with events: a thread that handles its own is busy when it raises one. */
TEST(help, cycle_of_events_does_not_stop_the_cpu)
{
    const sel_t events = new_events(cpu_here());
    struct thread own;
    MUST(thread_create_local(&own, &(struct thread_plan){.cpu = cpu_here(), .events = events},
                             fault));
    for (unsigned event = 0; event < hip->sel_hst_arch; event++)
        MUST(thread_create_portal(&own, events + event, event, 0));
    serve(fault);
    server_pt = new_pt(&own, 0);
    start_mid();
    new_global(cpu_here(), LOW, call_server, 0);
    nap(5000);
    up(wake_mid);
    EXPECT(wait_until(&mid_rounds, 1000));
    stop_mid();
    EXPECT_EQ(0, drain(done));
    for (unsigned event = 0; event < hip->sel_hst_arch; event++)
        revoke(events + event);
    EXPECT(down(done));
    EXPECT_STATUS(ABORTED, status[0]);
}

static const struct tap_test tests[] = {
    TAP_TEST(help, busy_callee_is_a_timeout_with_the_flag_and_gets_nothing),
    TAP_TEST(help, caller_drives_the_busy_callee_at_its_own_priority),
    TAP_TEST(help, who_helps_pays),
    TAP_TEST(help, who_waits_for_a_blocked_callee_pays_nothing),
    TAP_TEST(help, caller_drives_whom_the_callee_waits_for),
    TAP_TEST(help, callee_runs_at_the_priority_of_a_high_caller),
    TAP_TEST(help, callee_runs_at_the_priority_of_a_low_caller),
    TAP_TEST(help, caller_of_a_blocked_callee_gives_up_the_cpu_until_it_goes_on),
    TAP_TEST(help, identifier_is_that_of_the_last_attempt),
    TAP_TEST(help, many_callers_of_one_callee_are_all_served),
    TAP_TEST(help, thread_is_busy_for_itself),
    TAP_TEST(help, cycle_of_calls_does_not_stop_the_cpu),
    TAP_TEST(help, cycle_of_events_does_not_stop_the_cpu),
};
const struct tap_suite help_suite = CONF_SUITE(tests);
