/* SPDX-License-Identifier: GPL-2.0-only */
/* What the root EC starts with (interface specification, 6.2), the same on both CPUs. */
#include "tests/boot/boot_test.h"

#include "kernel/abi/boot.h"
#include "kernel/abi/utcb.h"
#include "tests/boot/cpu.h"

TEST(start, utcb_is_below_the_hip_and_zero)
{
    const struct utcb *const utcb = (const struct utcb *)((uint64_t)hip - UTCB_SIZE);
    for (size_t i = 0; i < UTCB_WORDS; i++)
        EXPECT_EQ(0, utcb->word[i]);
}

TEST(start, utcb_can_be_written)
{
    volatile uint64_t *const word = (volatile uint64_t *)((uint64_t)hip - UTCB_SIZE);
    for (size_t i = 0; i < UTCB_WORDS; i++)
        word[i] = ~i;
    for (size_t i = 0; i < UTCB_WORDS; i++)
        EXPECT_EQ(~i, word[i]);
    for (size_t i = 0; i < UTCB_WORDS; i++)
        word[i] = 0;
}

TEST(start, boot_registers_lead_to_boot_information)
{
    EXPECT(bootinfo.launch != BOOT_SOURCE_NONE);
    EXPECT(bootinfo.memory != BOOT_SOURCE_NONE);
    EXPECT(bootinfo.range_count > 0);
    EXPECT(bootinfo.module_count > 0);
    EXPECT(!bootinfo.is_cut);
}

TEST(start, first_module_is_this_image)
{
    EXPECT(bootinfo.module[0].start == hip->root_start);
    EXPECT(bootinfo.module[0].end >= hip->root_end);
}

TEST(start, stack_pointer_is_the_hip)
{
    EXPECT_EQ((uint64_t)hip, start_stack_pointer());
}

TEST(start, general_registers_leak_nothing)
{
    EXPECT_EQ(0, start_registers_leaked());
}

TEST(start, vector_registers_leak_nothing)
{
    EXPECT_EQ(0, start_vectors_leaked());
}

TEST(start, flags_are_the_initial_ones)
{
    EXPECT_EQ(START_FLAGS, start_flags());
}

static const struct tap_test tests[] = {
    TAP_TEST(start, utcb_is_below_the_hip_and_zero),
    TAP_TEST(start, utcb_can_be_written),
    TAP_TEST(start, boot_registers_lead_to_boot_information),
    TAP_TEST(start, first_module_is_this_image),
    TAP_TEST(start, stack_pointer_is_the_hip),
    TAP_TEST(start, general_registers_leak_nothing),
    TAP_TEST(start, vector_registers_leak_nothing),
    TAP_TEST(start, flags_are_the_initial_ones),
};
const struct tap_suite start_suite = TAP_SUITE(tests);
