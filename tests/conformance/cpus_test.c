/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes on between CPUs. */
#include <stdatomic.h>

#include "tests/conformance/conf.h"

enum : uint16_t { CPUS_MAX = 64 };
enum : uint64_t { ROUNDS = 100 };

static sel_t turn[CPUS_MAX], done, shared;
static _Atomic uint64_t passed;

static uint16_t cpus(void)
{
    return hip->cpu_num < CPUS_MAX ? hip->cpu_num : CPUS_MAX;
}

static void just_end([[maybe_unused]] uint64_t arg)
{
    up(done);
}

TEST(cpus, each_runs_threads)
{
    done = new_sm(0);
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++) {
        new_global(cpu, LOW, just_end, 0);
        EXPECT(down(done));
    }
}

/* Each waits for its turn and hands it on: a wake-up across CPUs each time. */
static void pass_on(uint64_t me)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        MUST(hc_sm_down(turn[me], 0, 0));
        atomic_fetch_add(&passed, 1);
        up(turn[(me + 1) % cpus()]);
    }
    up(done);
}

TEST(cpus, turn_goes_round_all_of_them)
{
    done = new_sm(0);
    atomic_store(&passed, 0);
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        turn[cpu] = new_sm(0);
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        new_global(cpu, LOW, pass_on, cpu);
    up(turn[0]);
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        EXPECT(down(done));
    EXPECT_EQ(ROUNDS * cpus(), atomic_load(&passed));
}

static void answer_pings([[maybe_unused]] uint64_t arg)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        MUST(hc_sm_down(turn[1], 0, 0));
        up(turn[0]);
    }
    up(done);
}

TEST(cpus, pings_are_answered_by_each)
{
    for (uint16_t cpu = 0; cpu < cpus(); cpu++) {
        done = new_sm(0);
        turn[0] = new_sm(0);
        turn[1] = new_sm(0);
        new_global(cpu, LOW, answer_pings, 0);
        for (uint64_t i = 0; i < ROUNDS; i++) {
            up(turn[1]);
            if (!down(turn[0]))
                return;
        }
        EXPECT(down(done));
    }
}

static void up_shared([[maybe_unused]] uint64_t arg)
{
    for (uint64_t i = 0; i < ROUNDS; i++)
        up(shared);
    up(done);
}

TEST(cpus, ups_of_all_at_once_are_all_counted)
{
    done = new_sm(0);
    shared = new_sm(0);
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        new_global(cpu, LOW, up_shared, 0);
    for (uint64_t i = 0; i < ROUNDS * hip->cpu_num; i++)
        if (!down(shared))
            return;
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        EXPECT(down(done));
    EXPECT_EQ(0, drain(shared));
}

/* Two per CPU fight for one semaphore that is a lock; what it guards is no atomic. */
static volatile uint64_t guarded;

static void add_under_lock([[maybe_unused]] uint64_t arg)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        MUST(hc_sm_down(shared, 0, 0));
        guarded = guarded + 1;
        up(shared);
    }
    up(done);
}

TEST(cpus, semaphore_is_a_lock_among_all)
{
    done = new_sm(0);
    shared = new_sm(1);
    guarded = 0;
    for (uint16_t i = 0; i < 2 * hip->cpu_num; i++)
        new_global(i % hip->cpu_num, LOW, add_under_lock, 0);
    for (uint16_t i = 0; i < 2 * hip->cpu_num; i++)
        EXPECT(down(done));
    EXPECT_EQ(2 * ROUNDS * hip->cpu_num, guarded);
}

/* All make and empty their own slots, and fight for one: of each round exactly one wins. */
static sel_t own[CPUS_MAX], contested;
static uint64_t utcb_at[CPUS_MAX];
static _Atomic uint64_t won, made;

/* An EC that goes is news for all CPUs, so there are few rounds where there are many of them. */
static uint64_t make_rounds(void)
{
    return 200 / cpus() + 2;
}

static void make_objects(uint64_t me)
{
    for (uint64_t i = 0; i < make_rounds(); i++) {
        const struct hc_range one = {.from = own[me], .to = own[me]};
        status_t status = hc_create_sm(own[me], SEL_ROOT_PD, 0);
        if (status == SUCCESS)
            status = hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, one);
        if (status == SUCCESS)
            status = hc_create_ec(
                own[me], SEL_ROOT_PD,
                (struct hc_ec){.cpu = (uint16_t)(i % hip->cpu_num), .page = utcb_at[me]});
        if (status == SUCCESS)
            status = hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, one);
        atomic_fetch_add(&made, status == SUCCESS);
        if (hc_create_sm(contested, SEL_ROOT_PD, 0) == SUCCESS) {
            atomic_fetch_add(&won, 1);
            MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                            (struct hc_range){.from = contested, .to = contested}));
        }
    }
    up(done);
}

TEST(cpus, all_make_and_drop_objects_at_once)
{
    done = new_sm(0);
    contested = sel_alloc(0);
    atomic_store(&won, 0);
    atomic_store(&made, 0);
    for (uint16_t cpu = 0; cpu < cpus(); cpu++) {
        own[cpu] = sel_alloc(0);
        utcb_at[cpu] = utcb_alloc();
    }
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        new_global(cpu, LOW, make_objects, cpu);
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        EXPECT(down(done));
    EXPECT_EQ(make_rounds() * cpus(), atomic_load(&made));
    EXPECT(atomic_load(&won) > 0);
}

/* Two begin at the same time, or one a little later, on one slot after the other. */
enum : uint64_t { RACES_ORDER = 10, RACES = 1 << RACES_ORDER };
static _Atomic uint64_t arrived, refused;

static void race(uint64_t me)
{
    for (uint64_t i = 0; i < RACES; i++) {
        atomic_fetch_add(&arrived, 1);
        while (atomic_load(&arrived) < 2 * (i + 1)) {
        }
        for (volatile uint64_t wait = (i + me) % 2 * (i / 2 % 256); wait > 0;)
            wait = wait - 1;
        const status_t status = hc_create_sm(contested + i, SEL_ROOT_PD, 0);
        atomic_fetch_add(&won, status == SUCCESS);
        atomic_fetch_add(&refused, status == BAD_CAP);
    }
    up(done);
}

TEST(cpus, one_of_two_who_fill_a_slot_wins)
{
    if (cpu_there() == cpu_here()) {
        tap_skip("one CPU");
        return;
    }
    done = new_sm(0);
    contested = sel_alloc(RACES_ORDER);
    atomic_store(&arrived, 0);
    atomic_store(&won, 0);
    atomic_store(&refused, 0);
    new_global(cpu_here(), HIGH, race, 0);
    new_global(cpu_there(), HIGH, race, 1);
    EXPECT(down(done));
    EXPECT(down(done));
    EXPECT_EQ(RACES, atomic_load(&won));
    EXPECT_EQ(RACES, atomic_load(&refused));
}

static const struct tap_test tests[] = {
    TAP_TEST(cpus, each_runs_threads),
    TAP_TEST(cpus, turn_goes_round_all_of_them),
    TAP_TEST(cpus, pings_are_answered_by_each),
    TAP_TEST(cpus, ups_of_all_at_once_are_all_counted),
    TAP_TEST(cpus, semaphore_is_a_lock_among_all),
    TAP_TEST(cpus, all_make_and_drop_objects_at_once),
    TAP_TEST(cpus, one_of_two_who_fill_a_slot_wins),
};
const struct tap_suite cpus_suite = CONF_SUITE(tests);
