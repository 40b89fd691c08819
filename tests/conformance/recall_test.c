/* SPDX-License-Identifier: GPL-2.0-only */
/* Making an EC come into the kernel and say so (interface specification, 5.4.2). */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

static _Atomic uint64_t recalls, rounds, stop;
static uint64_t seen_ip, seen_p0;
static sel_t gate, done;
static bool holds; /* the handler waits at the gate */

static uint32_t on_recall([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                          struct utcb *utcb)
{
    seen_ip = *event_ip(event_state(utcb));
    seen_p0 = *state_register(utcb, REG_P0);
    atomic_fetch_add(&recalls, 1);
    if (holds)
        MUST(hc_sm_down(gate, 0, 0));
    return 0;
}

static sel_t recall_events(uint16_t cpu)
{
    const struct thread handler = new_local(cpu, on_recall);
    const sel_t events = new_events(cpu);
    MUST(thread_create_portal(&handler, events + hip->sel_hst_arch + EVENT_NOVA_RECALL, 0,
                              MTD_IP | MTD_GPRS));
    atomic_store(&recalls, 0);
    atomic_store(&rounds, 0);
    atomic_store(&stop, 0);
    gate = new_sm(0);
    done = new_sm(0);
    holds = false;
    return events;
}

static struct thread start(uint16_t cpu, thread_fn *fn, uint64_t arg)
{
    const struct thread_plan plan = {.cpu = cpu, .events = recall_events(cpu)};
    const struct thread t = new_global_plan(&plan, fn, arg);
    new_sc(&t, LOW, BUDGET);
    return t;
}

static void count_rounds([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&rounds, 1);
    up(done);
}

static void end(void)
{
    atomic_store(&stop, 1);
    EXPECT(down(done));
}

static void recall_running(uint16_t cpu, uint8_t flags)
{
    const struct thread t = start(cpu, count_rounds, 0);
    EXPECT(wait_until(&rounds, 100));
    for (uint64_t i = 1; i <= 5; i++) {
        EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, flags));
        EXPECT(wait_until(&recalls, i));
        EXPECT(wait_until(&rounds, atomic_load(&rounds) + 100)); /* it goes on */
    }
    EXPECT_EQ(5, atomic_load(&recalls));
    end();
}

TEST(recall, weak_one_reaches_a_thread_that_runs)
{
    recall_running(cpu_there(), 0);
}

TEST(recall, strong_one_reaches_a_thread_that_runs)
{
    recall_running(cpu_there(), CTRL_EC_STRONG);
}

TEST(recall, reaches_a_thread_that_is_preempted)
{
    recall_running(cpu_here(), 0);
    recall_running(cpu_here(), CTRL_EC_STRONG);
}

/* Its handler holds it, so it is where it was when the call returned, however long we look. */
TEST(recall, strong_one_has_stopped_the_thread_when_it_returns)
{
    const struct thread t = start(cpu_there(), count_rounds, 0);
    holds = true;
    for (unsigned i = 0; i < 20; i++) {
        EXPECT(wait_until(&rounds, atomic_load(&rounds) + 100));
        EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, CTRL_EC_STRONG));
        const uint64_t then = atomic_load(&rounds);
        spin(200);
        EXPECT_EQ(then, atomic_load(&rounds));
        up(gate);
    }
    holds = false;
    end();
}

static uint64_t self;

static void recall_myself([[maybe_unused]] uint64_t arg)
{
    const status_t status = hc_ctrl_ec(self, 0);
    EXPECT_STATUS(SUCCESS, status);
    EXPECT_EQ(1, atomic_load(&recalls)); /* before the next instruction of ours */
    up(done);
}

TEST(recall, of_oneself_comes_on_the_way_out_with_the_status_stored)
{
    self = sel_alloc(0);
    const struct thread_plan plan = {.cpu = cpu_here(), .events = recall_events(cpu_here())};
    const struct thread t = new_global_plan(&plan, recall_myself, 0);
    self = t.ec;
    new_sc(&t, LOW, BUDGET);
    EXPECT(down(done));
    EXPECT_EQ(SUCCESS, seen_p0 & 0xff);
    EXPECT(seen_ip != 0);
}

static void wait_at([[maybe_unused]] uint64_t sm)
{
    atomic_store(&rounds, 1);
    MUST(hc_sm_down(sm, 0, 0));
    EXPECT_EQ(1, atomic_load(&recalls));
    up(done);
}

TEST(recall, many_of_a_blocked_thread_come_once_when_it_is_released)
{
    const sel_t sm = new_sm(0);
    const struct thread t = start(cpu_there(), wait_at, sm);
    EXPECT(wait_until(&rounds, 1));
    nap(1000);
    for (unsigned i = 0; i < 10; i++)
        EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, i % 2 ? CTRL_EC_STRONG : 0));
    nap(2000);
    EXPECT_EQ(0, atomic_load(&recalls));
    up(sm);
    EXPECT(down(done));
    EXPECT_EQ(1, atomic_load(&recalls));
}

static uint32_t tell_recalls([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                             struct utcb *utcb)
{
    utcb->word[0] = atomic_load(&recalls);
    return hc_mtd(1);
}

TEST(recall, of_an_idle_local_thread_comes_with_its_next_call)
{
    struct thread t;
    const struct thread_plan plan = {.cpu = cpu_here(), .events = recall_events(cpu_here())};
    MUST(thread_create_local(&t, &plan, tell_recalls));
    const sel_t pt = new_pt(&t, 0);
    MUST(hc_ctrl_ec(t.ec, 0));
    nap(1000);
    EXPECT_EQ(0, atomic_load(&recalls));
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(1)).status);
    EXPECT_EQ(1, root_utcb()->word[0]);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(1)).status);
    EXPECT_EQ(1, root_utcb()->word[0]);
}

TEST(recall, of_a_thread_that_has_not_started_comes_behind_startup)
{
    const struct thread_plan plan = {.cpu = cpu_here(), .events = recall_events(cpu_here())};
    const struct thread t = new_global_plan(&plan, count_rounds, 0);
    MUST(hc_ctrl_ec(t.ec, CTRL_EC_STRONG));
    nap(1000);
    EXPECT_EQ(0, atomic_load(&recalls));
    new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&rounds, 1));
    EXPECT_EQ(1, atomic_load(&recalls));
    end();
}

TEST(recall, reaches_a_thread_on_each_cpu)
{
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++) {
        const struct thread t = start(cpu, count_rounds, 0);
        EXPECT(wait_until(&rounds, 1));
        EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, CTRL_EC_STRONG));
        EXPECT(wait_until(&recalls, 1));
        end();
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(recall, weak_one_reaches_a_thread_that_runs),
    TAP_TEST(recall, strong_one_reaches_a_thread_that_runs),
    TAP_TEST(recall, reaches_a_thread_that_is_preempted),
    TAP_TEST(recall, strong_one_has_stopped_the_thread_when_it_returns),
    TAP_TEST(recall, of_oneself_comes_on_the_way_out_with_the_status_stored),
    TAP_TEST(recall, many_of_a_blocked_thread_come_once_when_it_is_released),
    TAP_TEST(recall, of_an_idle_local_thread_comes_with_its_next_call),
    TAP_TEST(recall, of_a_thread_that_has_not_started_comes_behind_startup),
    TAP_TEST(recall, reaches_a_thread_on_each_cpu),
};
const struct tap_suite recall_suite = CONF_SUITE(tests);
