/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test: a set of ranges behaves as a set of numbers. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/lib/expect.h"
#include "user/lib/ranges.h"

static void ranges_that_touch_become_one(void)
{
    struct ranges set = {};
    ranges_add(&set, 10, 20);
    ranges_add(&set, 30, 40);
    EXPECT_EQ(2, set.count);
    ranges_add(&set, 20, 30);
    EXPECT_EQ(1, set.count);
    EXPECT_EQ(10, set.range[0].start);
    EXPECT_EQ(40, set.range[0].end);
}

static void empty_and_reversed_ranges_change_nothing(void)
{
    struct ranges set = {};
    ranges_add(&set, 10, 20);
    ranges_add(&set, 5, 5);
    ranges_add(&set, 9, 1);
    ranges_remove(&set, 15, 15);
    ranges_remove(&set, 16, 12);
    EXPECT_EQ(10, ranges_total(&set));
    EXPECT_EQ(1, set.count);
}

static void what_does_not_fit_is_reported(void)
{
    static struct ranges set;
    for (uint64_t i = 0; i < RANGES_MAX; i++)
        ranges_add(&set, 4 * i, 4 * i + 2);
    EXPECT(!set.is_cut);
    ranges_add(&set, 4 * RANGES_MAX, 4 * RANGES_MAX + 1);
    EXPECT(set.is_cut);
    EXPECT_EQ(RANGES_MAX, set.count);
}

static void the_whole_address_space_is_a_range(void)
{
    struct ranges set = {};
    ranges_add(&set, 0, UINT64_MAX);
    ranges_remove(&set, 1, UINT64_MAX - 1);
    EXPECT_EQ(2, set.count);
    EXPECT_EQ(2, ranges_total(&set));
}

/* Property: any sequence of additions and removals equals the same on an array of flags. */
static void a_set_behaves_as_flags(void)
{
    enum : uint64_t { SIZE = 128 };
    bool model[SIZE] = {};
    struct ranges set = {};

    srandom(1);
    for (unsigned round = 0; round < 20'000; round++) {
        const uint64_t start = (uint64_t)random() % SIZE, end = (uint64_t)random() % (SIZE + 1);
        const bool add = random() % 2;
        if (add)
            ranges_add(&set, start, end);
        else
            ranges_remove(&set, start, end);
        for (uint64_t i = start; i < end; i++)
            model[i] = add;

        size_t next = 0;
        bool in = false;
        for (uint64_t i = 0; i < SIZE; i++) {
            if (next < set.count && set.range[next].start == i)
                in = true;
            if (next < set.count && set.range[next].end == i) {
                in = false;
                next++;
                EXPECT(next == set.count || set.range[next].start > i);
            }
            EXPECT(in == model[i]);
        }
    }
}

int main(void)
{
    ranges_that_touch_become_one();
    empty_and_reversed_ranges_change_nothing();
    what_does_not_fit_is_reported();
    the_whole_address_space_is_a_range();
    a_set_behaves_as_flags();
    return expect_result();
}
