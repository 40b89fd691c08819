/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Priorities, budgets, accounts (interface specification, 2.3, 4.5 and 5.4.3). The threads are on
 * another CPU if there is one, so that root can watch.
 */
#include <stdatomic.h>

#include "tests/conformance/conf.h"

static _Atomic uint64_t rounds[4], stop;
static sel_t done, wake;

static void prepare(void)
{
    for (size_t i = 0; i < 4; i++)
        atomic_store(&rounds[i], 0);
    atomic_store(&stop, 0);
    done = new_sm(0);
    wake = new_sm(0);
}

static void count_rounds(uint64_t index)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&rounds[index], 1);
    up(done);
}

/* A counter with its SC. */
static sel_t counter(uint64_t index, uint8_t prio, uint16_t budget)
{
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, count_rounds, index);
    return new_sc(&t, prio, budget);
}

static void end(unsigned count)
{
    atomic_store(&stop, 1);
    while (count-- > 0)
        EXPECT(down(done));
}

static uint64_t used(sel_t sc)
{
    const struct hc_time time = hc_ctrl_sc(sc);
    EXPECT_STATUS(SUCCESS, time.status);
    return time.stc;
}

/* How far the low one comes while this runs. */
static uint64_t progress;

static void watch_low(uint64_t us)
{
    MUST(hc_sm_down(wake, 0, 0));
    const uint64_t then = atomic_load(&rounds[0]);
    spin(us);
    progress = atomic_load(&rounds[0]) - then;
    up(done);
}

TEST(sched, higher_priority_runs_and_the_lower_stands_still)
{
    prepare();
    new_global(cpu_there(), HIGH, watch_low, 30'000);
    counter(0, LOW, 1);
    EXPECT(wait_until(&rounds[0], 1000));
    up(wake);
    EXPECT(down(done));
    EXPECT_EQ(0, progress);
    EXPECT(wait_until(&rounds[0], atomic_load(&rounds[0]) + 1000)); /* its turn again */
    end(1);
}

TEST(sched, each_priority_preempts_the_one_below)
{
    prepare();
    for (uint8_t prio = 1; prio < 127; prio = (uint8_t)(prio + 25)) {
        atomic_store(&stop, 0);
        atomic_store(&rounds[0], 0);
        new_global(cpu_there(), (uint8_t)(prio + 1), watch_low, 2000);
        counter(0, prio, BUDGET);
        EXPECT(wait_until(&rounds[0], 100));
        up(wake);
        EXPECT(down(done));
        EXPECT_EQ(0, progress);
        end(1);
    }
}

TEST(sched, root_has_the_highest_priority)
{
    prepare();
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_here()}, count_rounds, 0);
    new_sc(&t, 126, BUDGET);
    spin(5000);
    EXPECT_EQ(0, atomic_load(&rounds[0]));
    EXPECT(wait_until(&rounds[0], 1));
    end(1);
}

/* The best of those that are bound to it counts, and each has an account. */
TEST(sched, thread_runs_on_each_of_its_contexts)
{
    prepare();
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, count_rounds, 0);
    const sel_t low = new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&rounds[0], 100));
    counter(1, MID, BUDGET);
    EXPECT(wait_until(&rounds[1], 100));
    const uint64_t then = atomic_load(&rounds[0]);
    nap(5000);
    EXPECT_EQ(then, atomic_load(&rounds[0]));
    const sel_t high = new_sc(&t, HIGH, BUDGET);
    EXPECT(wait_until(&rounds[0], then + 1000));
    const uint64_t low_used = used(low), there = atomic_load(&rounds[1]);
    nap(5000);
    EXPECT_EQ(low_used, used(low));
    EXPECT_EQ(there, atomic_load(&rounds[1]));
    end(2);
    nap(1000);
    EXPECT(used(high) > 0);
}

/* The timer of the low one's budget must not be needed: it has a minute. */
TEST(sched, new_thread_preempts_a_lower_one_at_once)
{
    prepare();
    counter(0, LOW, 60'000);
    EXPECT(wait_until(&rounds[0], 1000));
    const uint64_t start = stc_now();
    counter(1, HIGH, 60'000);
    EXPECT(wait_until(&rounds[1], 1000));
    EXPECT(stc_now() - start < time_ticks(hip, PATIENCE));
    end(2);
}

static void wait_and_end([[maybe_unused]] uint64_t arg)
{
    MUST(hc_sm_down(wake, 0, 0));
    up(done);
}

TEST(sched, woken_thread_preempts_a_lower_one_at_once)
{
    prepare();
    new_global(cpu_there(), HIGH, wait_and_end, 0);
    counter(0, LOW, 60'000);
    EXPECT(wait_until(&rounds[0], 1000));
    up(wake);
    EXPECT(down(done));
    end(1);
}

static void sleep_and_end(uint64_t us)
{
    EXPECT_STATUS(TIMEOUT, hc_sm_down(wake, 0, time_after(hip, us)));
    up(done);
}

TEST(sched, timeout_preempts_a_lower_one_at_once)
{
    prepare();
    new_global(cpu_there(), HIGH, sleep_and_end, 10'000);
    counter(0, LOW, 60'000);
    EXPECT(down(done));
    EXPECT(wait_until(&rounds[0], 100));
    end(1);
}

/* Two equals, until they have had `us` microseconds together; then what each has used. */
static void share(uint16_t budget_a, uint16_t budget_b, uint64_t us, uint64_t *a, uint64_t *b)
{
    prepare();
    const sel_t sc_a = counter(0, MID, budget_a), sc_b = counter(1, MID, budget_b);
    const uint64_t limit = time_after(hip, PATIENCE);
    while (used(sc_a) + used(sc_b) < time_ticks(hip, us) && stc_now() < limit)
        nap(2000);
    end(2);
    nap(1000);
    *a = used(sc_a);
    *b = used(sc_b);
}

TEST(sched, equals_share_by_their_budgets)
{
    uint64_t a, b;
    share(4, 4, 200'000, &a, &b);
    EXPECT(4 * a > b);
    EXPECT(4 * b > a);
}

TEST(sched, larger_budget_gets_the_larger_share)
{
    uint64_t a, b;
    share(60, 2, 400'000, &a, &b);
    EXPECT(b > 0);
    EXPECT(a > 2 * b);
}

/*
 * Who runs, each time somebody else did before. Turns of TURN ms, as a loaded host may keep an emulated CPU
 * from executing anything for some of it.
 */
enum : size_t { LOG = 16 };
enum : uint16_t { TURN = 30 };
static _Atomic uint64_t last;
static _Atomic uint64_t log_count;
static uint64_t log[LOG], log_time[LOG];

static void log_turns(uint64_t me)
{
    while (atomic_load(&stop) == 0) {
        if (atomic_load(&last) == me)
            continue;
        atomic_store(&last, me);
        const uint64_t i = atomic_fetch_add(&log_count, 1);
        if (i < LOG) {
            log[i] = me;
            log_time[i] = stc_now();
        }
    }
    up(done);
}

TEST(sched, equals_take_turns_in_a_fixed_order)
{
    prepare();
    atomic_store(&last, 99);
    atomic_store(&log_count, 0);
    for (uint64_t i = 0; i < 4; i++) {
        const struct thread t =
            new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, log_turns, i);
        new_sc(&t, MID, TURN);
    }
    EXPECT(wait_until(&log_count, LOG));
    end(4);
    /* The first turns may fall together with the making of the threads. */
    for (size_t i = 8; i < LOG; i++)
        EXPECT_EQ(log[i - 4], log[i]);
}

/* A turn lasts as long as its budget says; most do, as a loaded host may keep one from being seen. */
TEST(sched, turn_lasts_as_long_as_the_budget)
{
    prepare();
    atomic_store(&last, 99);
    atomic_store(&log_count, 0);
    for (uint64_t i = 0; i < 2; i++) {
        const struct thread t =
            new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, log_turns, i);
        new_sc(&t, MID, TURN);
    }
    EXPECT(wait_until(&log_count, LOG));
    end(2);
    size_t as_long = 0, not_longer = 0;
    for (size_t i = 3; i < LOG; i++) {
        const uint64_t turn = log_time[i] - log_time[i - 1];
        as_long += turn >= time_ticks(hip, TURN * 1000 * 9 / 10);
        not_longer += turn <= time_ticks(hip, TURN * 1000 * 2);
    }
    EXPECT(as_long > (LOG - 3) / 2);
    EXPECT(not_longer > 2);
}

/* Without leaving the CPU nobody equal gets it before the budget is used up. */
TEST(sched, equal_does_not_preempt)
{
    prepare();
    counter(0, MID, 60'000);
    EXPECT(wait_until(&rounds[0], 100));
    counter(1, MID, 60'000);
    nap(20'000);
    EXPECT_EQ(0, atomic_load(&rounds[1]));
    end(2);
}

/* Accounts. */

static void spin_and_end(uint64_t us)
{
    spin(us);
    up(done);
}

TEST(sched, account_is_the_time_that_was_used)
{
    prepare();
    const uint64_t start = stc_now();
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, spin_and_end, 50'000);
    const sel_t sc = new_sc(&t, MID, BUDGET);
    EXPECT(down(done));
    nap(5000);
    EXPECT(used(sc) >= time_ticks(hip, 49'000));
    EXPECT(used(sc) <= stc_now() - start);
}

TEST(sched, account_stands_still_while_its_thread_waits)
{
    prepare();
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, wait_and_end, 0);
    const sel_t sc = new_sc(&t, MID, BUDGET);
    nap(5000);
    const uint64_t then = used(sc);
    nap(30'000);
    EXPECT_EQ(then, used(sc));
    up(wake);
    EXPECT(down(done));
}

TEST(sched, account_grows_and_never_decreases)
{
    prepare();
    const sel_t sc = counter(0, MID, 1);
    counter(1, MID, 1);
    uint64_t then = 0, grown = 0;
    const uint64_t limit = time_after(hip, PATIENCE);
    while (grown < 20 && stc_now() < limit) {
        const uint64_t now = used(sc);
        EXPECT(now >= then);
        grown += now > then;
        then = now;
        nap(500);
    }
    EXPECT_EQ(20, grown);
    end(2);
}

static sel_t work_pt;

static uint32_t work([[maybe_unused]] uint64_t pid, uint32_t mtd,
                     [[maybe_unused]] struct utcb *utcb)
{
    spin(30'000);
    return mtd;
}

static void call_work([[maybe_unused]] uint64_t arg)
{
    EXPECT_STATUS(SUCCESS, hc_ipc_call(work_pt, 0, 0).status);
    up(done);
}

TEST(sched, work_of_a_callee_is_on_the_caller_s_account)
{
    prepare();
    const struct thread server = new_local(cpu_there(), work);
    work_pt = new_pt(&server, 0);
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, call_work, 0);
    const sel_t sc = new_sc(&t, MID, BUDGET);
    EXPECT(down(done));
    nap(5000);
    EXPECT(used(sc) >= time_ticks(hip, 29'000));
}

/* An event is a call of its handler. */
static uint32_t work_and_end([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                             struct utcb *utcb)
{
    spin(30'000);
    up(done);
    *event_ip(event_state(utcb)) = (uint64_t)thread_exit;
    return MTD_IP;
}

static void trap_at_once([[maybe_unused]] uint64_t arg)
{
    __builtin_trap();
}

TEST(sched, work_of_a_handler_is_on_the_account_of_the_affected)
{
    prepare();
    const struct thread handler = new_local(cpu_there(), work_and_end);
    const sel_t events = new_events(cpu_there());
    for (unsigned event = 0; event < hip->sel_hst_arch; event++)
        MUST(thread_create_portal(&handler, events + event, 0, MTD_IP));
    const struct thread t = new_global_plan(
        &(struct thread_plan){.cpu = cpu_there(), .events = events}, trap_at_once, 0);
    const sel_t sc = new_sc(&t, MID, BUDGET);
    EXPECT(down(done));
    nap(5000);
    EXPECT(used(sc) >= time_ticks(hip, 29'000));
}

/* An equal has its turns in the middle of the callee's work: that does not end before it has had some. */
static uint32_t work_until_others_ran([[maybe_unused]] uint64_t pid, uint32_t mtd,
                                      [[maybe_unused]] struct utcb *utcb)
{
    const uint64_t limit = time_after(hip, PATIENCE);
    up(wake);
    while (atomic_load(&rounds[0]) < 1000 && stc_now() < limit)
        cpu_relax();
    return mtd;
}

TEST(sched, budget_of_the_caller_limits_the_callee)
{
    prepare();
    const struct thread server = new_local(cpu_there(), work_until_others_ran);
    work_pt = new_pt(&server, 0);
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, call_work, 0);
    new_sc(&t, MID, 2);
    EXPECT(down(wake));
    counter(0, MID, 2);
    EXPECT(down(done));
    EXPECT(atomic_load(&rounds[0]) >= 1000);
    end(1);
}

static sel_t idle_sc(uint16_t cpu)
{
    const sel_t sel = sel_alloc(0);
    MUST(spaces_fetch(SEL_NOVA_IDLE + cpu, sel));
    return sel;
}

TEST(sched, idle_time_grows_while_a_cpu_rests)
{
    prepare();
    const sel_t idle = idle_sc(cpu_here());
    nap(1000);
    const uint64_t then = used(idle);
    nap(20'000);
    EXPECT(used(idle) - then >= time_ticks(hip, 15'000));
}

TEST(sched, idle_time_stands_still_while_a_cpu_works)
{
    prepare();
    const sel_t idle = idle_sc(cpu_there());
    counter(0, MID, BUDGET);
    EXPECT(wait_until(&rounds[0], 100));
    const uint64_t then = used(idle);
    spin(20'000);
    EXPECT_EQ(then, used(idle));
    end(1);
}

TEST(sched, idle_context_exists_for_each_cpu)
{
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        EXPECT_STATUS(SUCCESS, hc_ctrl_sc(idle_sc(cpu)).status);
    EXPECT_STATUS(BAD_CAP, hc_ctrl_sc(idle_sc(hip->cpu_num)).status);
}

static const struct tap_test tests[] = {
    TAP_TEST(sched, higher_priority_runs_and_the_lower_stands_still),
    TAP_TEST(sched, each_priority_preempts_the_one_below),
    TAP_TEST(sched, root_has_the_highest_priority),
    TAP_TEST(sched, thread_runs_on_each_of_its_contexts),
    TAP_TEST(sched, new_thread_preempts_a_lower_one_at_once),
    TAP_TEST(sched, woken_thread_preempts_a_lower_one_at_once),
    TAP_TEST(sched, timeout_preempts_a_lower_one_at_once),
    TAP_TEST(sched, equals_share_by_their_budgets),
    TAP_TEST(sched, larger_budget_gets_the_larger_share),
    TAP_TEST(sched, equals_take_turns_in_a_fixed_order),
    TAP_TEST(sched, turn_lasts_as_long_as_the_budget),
    TAP_TEST(sched, equal_does_not_preempt),
    TAP_TEST(sched, account_is_the_time_that_was_used),
    TAP_TEST(sched, account_stands_still_while_its_thread_waits),
    TAP_TEST(sched, account_grows_and_never_decreases),
    TAP_TEST(sched, work_of_a_callee_is_on_the_caller_s_account),
    TAP_TEST(sched, work_of_a_handler_is_on_the_account_of_the_affected),
    TAP_TEST(sched, budget_of_the_caller_limits_the_callee),
    TAP_TEST(sched, idle_time_grows_while_a_cpu_rests),
    TAP_TEST(sched, idle_time_stands_still_while_a_cpu_works),
    TAP_TEST(sched, idle_context_exists_for_each_cpu),
};
const struct tap_suite sched_suite = CONF_SUITE(tests);
