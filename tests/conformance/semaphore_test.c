/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphores (interface specification, 5.4.5). */
#include <stdatomic.h>

#include "tests/conformance/conf.h"

enum : size_t { WAITERS = 100 };

static sel_t gate, done;
static _Atomic uint64_t last, waiting;

/* Waits at the gate, then says who it is. */
static void wait_once(uint64_t number)
{
    atomic_fetch_add(&waiting, 1);
    MUST(hc_sm_down(gate, 0, 0));
    atomic_store(&last, number);
    up(done);
}

static void open_gate(void)
{
    gate = new_sm(0);
    done = new_sm(0);
    atomic_store(&waiting, 0);
    atomic_store(&last, ~0ull);
}

/*
 * One waiter after the other is at the gate before the next starts: its priority lets it run to the
 * down as soon as root naps.
 */
static void line_up(uint64_t number, uint16_t cpu)
{
    new_global(cpu, LOW, wait_once, number);
    EXPECT(wait_until(&waiting, number + 1));
    nap(100);
}

static void expect_in_order(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        up(gate);
        EXPECT(down(done));
        EXPECT_EQ(i, atomic_load(&last));
    }
    EXPECT_EQ(0, drain(gate));
}

TEST(semaphore, hundred_waiters_are_released_first_come_first_served)
{
    open_gate();
    for (uint64_t i = 0; i < WAITERS; i++)
        line_up(i, cpu_here());
    expect_in_order(WAITERS);
}

TEST(semaphore, waiters_of_all_cpus_stand_in_one_line)
{
    enum : uint64_t { EACH = 32 };
    open_gate();
    for (uint64_t i = 0; i < EACH; i++) {
        line_up(i, (uint16_t)(i % hip->cpu_num));
        nap(500);
    }
    expect_in_order(EACH);
}

TEST(semaphore, one_up_releases_one_waiter)
{
    open_gate();
    for (uint64_t i = 0; i < 3; i++)
        line_up(i, cpu_here());
    up(gate);
    EXPECT(down(done));
    nap(5000);
    EXPECT_EQ(0, drain(done));
    up(gate);
    up(gate);
    EXPECT(down(done));
    EXPECT(down(done));
}

TEST(semaphore, ups_are_counted_when_nobody_waits)
{
    const sel_t sm = new_sm(0);
    for (unsigned i = 0; i < 1000; i++)
        up(sm);
    EXPECT_EQ(1000, drain(sm));
}

TEST(semaphore, up_of_a_full_counter_overflows_and_changes_nothing)
{
    const sel_t sm = new_sm(UINT64_MAX - 1);
    EXPECT_STATUS(SUCCESS, hc_sm_up(sm));
    EXPECT_STATUS(OVRFLOW, hc_sm_up(sm));
    EXPECT_STATUS(OVRFLOW, hc_sm_up(sm));
    EXPECT_STATUS(SUCCESS, hc_sm_down(sm, 0, 1));
    EXPECT_STATUS(SUCCESS, hc_sm_up(sm));
    EXPECT_STATUS(OVRFLOW, hc_sm_up(sm));
}

TEST(semaphore, zero_flag_takes_the_whole_count)
{
    const sel_t sm = new_sm(5);
    EXPECT_STATUS(SUCCESS, hc_sm_down(sm, CTRL_SM_ZERO, 1));
    EXPECT_EQ(0, drain(sm));
    const sel_t full = new_sm(UINT64_MAX);
    EXPECT_STATUS(SUCCESS, hc_sm_down(full, CTRL_SM_ZERO, 1));
    EXPECT_EQ(0, drain(full));
}

TEST(semaphore, zero_flag_of_an_empty_one_waits_all_the_same)
{
    const sel_t sm = new_sm(0);
    EXPECT_STATUS(TIMEOUT, hc_sm_down(sm, CTRL_SM_ZERO, time_after(hip, 1000)));
    EXPECT_EQ(0, drain(sm));
}

static void down_all(uint64_t sm)
{
    MUST(hc_sm_down(sm, CTRL_SM_ZERO, 0));
    up(done);
}

static void say_so(uint64_t sm)
{
    up(sm);
}

/* A thread that waits at `sm`. A second one runs when it does so, however slow the machine is. */
static void let_wait(thread_fn *fn, sel_t sm)
{
    const sel_t waits = new_sm(0);
    done = new_sm(0);
    new_global(cpu_here(), LOW, fn, sm);
    new_global(cpu_here(), LOW - 1, say_so, waits);
    EXPECT(down(waits));
}

TEST(semaphore, waiter_with_the_zero_flag_is_released_by_one_up)
{
    const sel_t sm = new_sm(0);
    let_wait(down_all, sm);
    up(sm);
    up(sm);
    EXPECT(down(done));
    EXPECT_EQ(1, drain(sm));
}

TEST(semaphore, up_ignores_zero_flag_and_timeout)
{
    const sel_t sm = new_sm(3);
    EXPECT_STATUS(SUCCESS, trap_2(hc_p0(HYPERCALL_CTRL_SM, CTRL_SM_ZERO, sm), 1));
    EXPECT_STATUS(SUCCESS, trap_2(hc_p0(HYPERCALL_CTRL_SM, 0xe, sm), ~0ull));
    EXPECT_EQ(5, drain(sm));
}

TEST(semaphore, reserved_flags_of_a_down_are_ignored)
{
    const sel_t sm = new_sm(2);
    EXPECT_STATUS(SUCCESS, hc_sm_down(sm, 0xc, 1));
    EXPECT_EQ(1, drain(sm));
}

TEST(semaphore, down_takes_what_is_there_however_late_it_is)
{
    const sel_t sm = new_sm(1);
    EXPECT_STATUS(SUCCESS, hc_sm_down(sm, 0, 1));
    EXPECT_STATUS(TIMEOUT, hc_sm_down(sm, 0, 1));
}

/* Who waits keeps the semaphore: nobody can name it any more, but its time still comes. */
static void wait_for_nothing(uint64_t sm)
{
    const status_t status = hc_sm_down(sm, 0, time_after(hip, 20'000));
    atomic_store(&last, status);
    up(done);
}

TEST(semaphore, waiter_outlives_the_capability)
{
    const sel_t sm = new_sm(0);
    let_wait(wait_for_nothing, sm);
    revoke(sm);
    EXPECT(down(done));
    EXPECT_EQ(TIMEOUT, atomic_load(&last));
}

TEST(semaphore, copy_of_a_capability_is_the_same_semaphore)
{
    const sel_t sm = new_sm(0), only_up = copy_cap(sm, PERM_SM_UP);
    up(only_up);
    EXPECT_EQ(1, drain(sm));
}

static const struct tap_test tests[] = {
    TAP_TEST(semaphore, hundred_waiters_are_released_first_come_first_served),
    TAP_TEST(semaphore, waiters_of_all_cpus_stand_in_one_line),
    TAP_TEST(semaphore, one_up_releases_one_waiter),
    TAP_TEST(semaphore, ups_are_counted_when_nobody_waits),
    TAP_TEST(semaphore, up_of_a_full_counter_overflows_and_changes_nothing),
    TAP_TEST(semaphore, zero_flag_takes_the_whole_count),
    TAP_TEST(semaphore, zero_flag_of_an_empty_one_waits_all_the_same),
    TAP_TEST(semaphore, waiter_with_the_zero_flag_is_released_by_one_up),
    TAP_TEST(semaphore, up_ignores_zero_flag_and_timeout),
    TAP_TEST(semaphore, reserved_flags_of_a_down_are_ignored),
    TAP_TEST(semaphore, down_takes_what_is_there_however_late_it_is),
    TAP_TEST(semaphore, waiter_outlives_the_capability),
    TAP_TEST(semaphore, copy_of_a_capability_is_the_same_semaphore),
};
const struct tap_suite semaphore_suite = CONF_SUITE(tests);
