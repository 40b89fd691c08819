/* SPDX-License-Identifier: GPL-2.0-only */
/* aarch64: thread registers of ECs (interface specification, 7.7). */
#include "tests/conformance/conf.h"

static sel_t mine[2], done;

static uint64_t read_tpidr(void)
{
    uint64_t value;
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(value));
    return value;
}

static void write_tpidr(uint64_t value)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(value));
}

static void keep_tpidr(uint64_t me)
{
    EXPECT_EQ(0, read_tpidr());
    for (uint64_t i = 0; i < 100; i++) {
        write_tpidr(me << 32 | i);
        MUST(hc_sm_down(mine[me], 0, 0));
        EXPECT_EQ(me << 32 | i, read_tpidr());
        up(mine[1 - me]);
    }
    up(done);
}

TEST(cpu, each_thread_has_its_own_thread_register)
{
    done = new_sm(0);
    mine[0] = new_sm(1);
    mine[1] = new_sm(0);
    new_global(cpu_here(), LOW, keep_tpidr, 0);
    new_global(cpu_here(), LOW, keep_tpidr, 1);
    EXPECT(down(done));
    EXPECT(down(done));
}

static const struct tap_test tests[] = {
    TAP_TEST(cpu, each_thread_has_its_own_thread_register),
};
const struct tap_suite cpu_suite = CONF_SUITE(tests);
