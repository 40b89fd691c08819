/* SPDX-License-Identifier: GPL-2.0-only */
/* Downs that give up (interface specification, chapter 3 and 5.4.5). */
#include <stdatomic.h>

#include "tests/conformance/conf.h"

TEST(timeout, comes_not_before_its_time_and_not_long_after)
{
    static const uint64_t us[] = {0, 1, 10, 100, 1000, 10'000, 50'000};
    const sel_t sm = new_sm(0);
    for (size_t i = 0; i < sizeof us / sizeof *us; i++) {
        const uint64_t deadline = time_after(hip, us[i]);
        EXPECT_STATUS(TIMEOUT, hc_sm_down(sm, 0, deadline));
        const uint64_t now = stc_now();
        EXPECT(now >= deadline);
        EXPECT(now < deadline + time_ticks(hip, PATIENCE));
    }
}

TEST(timeout, of_the_past_comes_at_once)
{
    const sel_t sm = new_sm(0);
    const uint64_t start = stc_now();
    for (unsigned i = 0; i < 100; i++)
        EXPECT_STATUS(TIMEOUT, hc_sm_down(sm, 0, 1 + i));
    EXPECT(stc_now() - start < time_ticks(hip, PATIENCE));
}

/* Each with its own end; they are told in the order of time, whatever order they came in. */
enum : size_t { SLEEPERS = 40 };
static sel_t bed[SLEEPERS], done;
static uint64_t wakes_at[SLEEPERS];
static _Atomic uint64_t next;
static uint64_t order[SLEEPERS], woke_at[SLEEPERS];

static void sleep_once(uint64_t number)
{
    EXPECT_STATUS(TIMEOUT, hc_sm_down(bed[number], 0, wakes_at[number]));
    woke_at[number] = stc_now();
    order[atomic_fetch_add(&next, 1)] = number;
    up(done);
}

TEST(timeout, many_come_in_the_order_of_their_times)
{
    done = new_sm(0);
    atomic_store(&next, 0);
    const uint64_t start = time_after(hip, 50'000), step = time_ticks(hip, 2000);
    for (uint64_t i = 0; i < SLEEPERS; i++) {
        bed[i] = new_sm(0);
        wakes_at[i] = start + i * 17 % SLEEPERS * step;
        new_global(cpu_here(), LOW, sleep_once, i);
    }
    for (uint64_t i = 0; i < SLEEPERS; i++)
        EXPECT(down(done));
    for (uint64_t i = 0; i < SLEEPERS; i++) {
        EXPECT(woke_at[i] >= wakes_at[i]);
        /* Two that were late together may run in any order. */
        if (i > 0 && wakes_at[order[i]] < wakes_at[order[i - 1]])
            EXPECT(woke_at[order[i - 1]] >= wakes_at[order[i - 1]] &&
                   woke_at[order[i]] >= wakes_at[order[i - 1]]);
    }
}

static status_t result[2];

static void wait_short(uint64_t sm)
{
    result[0] = hc_sm_down(sm, 0, time_after(hip, 5000));
    up(done);
}

static void wait_long(uint64_t sm)
{
    result[1] = hc_sm_down(sm, 0, 0);
    up(done);
}

/*
 * As late as can be said, where the arithmetic of a kernel could overflow: nobody wakes too early, other timeouts
 * come, and an up is what it always is.
 */
static sel_t far_sm;
static _Atomic uint64_t far_woken;
static status_t far_result;

static void wait_far(uint64_t deadline)
{
    far_result = hc_sm_down(far_sm, 0, deadline);
    atomic_fetch_add(&far_woken, 1);
    up(done);
}

static void expect_far(uint16_t cpu, uint64_t deadline)
{
    atomic_store(&far_woken, 0);
    new_global(cpu, HIGH, wait_far, deadline);
    nap(3000);
    EXPECT_EQ(0, atomic_load(&far_woken));
    new_global(cpu, LOW, wait_short, new_sm(0));
    EXPECT(down(done));
    EXPECT_STATUS(TIMEOUT, result[0]);
    EXPECT_EQ(0, atomic_load(&far_woken));
    up(far_sm);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, far_result);
    EXPECT_EQ(0, drain(far_sm));
}

TEST(timeout, of_the_far_future_does_not_disturb)
{
    static const uint64_t far[] = {UINT64_MAX, UINT64_MAX - 1,   UINT64_MAX - 1'000'000,
                                   1ull << 63, (1ull << 63) - 1, 1ull << 62};
    far_sm = new_sm(1);
    done = new_sm(0);
    EXPECT_STATUS(SUCCESS, hc_sm_down(far_sm, 0, UINT64_MAX));
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        expect_far(cpu_here(), far[i]);
        expect_far(cpu_there(), far[i]);
    }
}

TEST(timeout, leaves_the_line_to_those_behind)
{
    const sel_t sm = new_sm(0);
    done = new_sm(0);
    new_global(cpu_here(), HIGH, wait_short, sm);
    new_global(cpu_here(), LOW, wait_long, sm);
    EXPECT(down(done)); /* the short one */
    EXPECT_STATUS(TIMEOUT, result[0]);
    up(sm);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, result[1]);
    EXPECT_EQ(0, drain(sm));
}

TEST(timeout, does_not_come_after_an_up)
{
    const sel_t sm = new_sm(0);
    done = new_sm(0);
    new_global(cpu_here(), LOW, wait_short, sm);
    nap(500);
    up(sm);
    EXPECT(down(done));
    nap(20'000);
    EXPECT(result[0] == SUCCESS || result[0] == TIMEOUT); /* it may have been late */
    EXPECT_EQ(result[0] == TIMEOUT, drain(sm));
}

/* Ups from another CPU race with timeouts here: each up is one success, or is left in the counter. */
enum : uint64_t { RACES = 2000 };

static void up_often(uint64_t sm)
{
    for (uint64_t i = 0; i < RACES; i++) {
        up(sm);
        spin(3 + i % 7);
    }
    up(done);
}

TEST(timeout, racing_with_ups_loses_none)
{
    if (cpu_there() == cpu_here()) {
        tap_skip("one CPU");
        return;
    }
    const sel_t sm = new_sm(0);
    done = new_sm(0);
    new_global(cpu_there(), LOW, up_often, sm);
    uint64_t taken = 0;
    for (uint64_t end = time_after(hip, PATIENCE); taken < RACES && stc_now() < end;)
        taken += hc_sm_down(sm, 0, stc_now() + time_ticks(hip, 4)) == SUCCESS;
    EXPECT(down(done));
    EXPECT_EQ(RACES, taken + drain(sm));
}

/* A stamp goes round; who gets it finds that no less time has passed. */
static _Atomic uint64_t stamp;
static _Atomic uint64_t early;

static void stamp_often([[maybe_unused]] uint64_t arg)
{
    for (unsigned i = 0; i < 1000; i++) {
        const uint64_t other = atomic_load(&stamp), now = stc_now();
        if (now < other)
            atomic_fetch_add(&early, 1);
        else
            atomic_store(&stamp, now);
    }
    up(done);
}

TEST(timeout, time_is_the_same_on_all_cpus)
{
    done = new_sm(0);
    atomic_store(&stamp, stc_now());
    atomic_store(&early, 0);
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        new_global(cpu, LOW, stamp_often, 0);
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        EXPECT(down(done));
    EXPECT_EQ(0, atomic_load(&early));
}

/* Nobody knows when that was; it was not hours ago, in a test. */
TEST(timeout, time_starts_with_the_machine)
{
    EXPECT(stc_now() < 3600 * hip->stc_frequency);
}

static const struct tap_test tests[] = {
    TAP_TEST(timeout, comes_not_before_its_time_and_not_long_after),
    TAP_TEST(timeout, of_the_past_comes_at_once),
    TAP_TEST(timeout, many_come_in_the_order_of_their_times),
    TAP_TEST(timeout, of_the_far_future_does_not_disturb),
    TAP_TEST(timeout, leaves_the_line_to_those_behind),
    TAP_TEST(timeout, does_not_come_after_an_up),
    TAP_TEST(timeout, racing_with_ups_loses_none),
    TAP_TEST(timeout, time_is_the_same_on_all_cpus),
    TAP_TEST(timeout, time_starts_with_the_machine),
};
const struct tap_suite timeout_suite = CONF_SUITE(tests);
