/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercall numbers and platform control (interface specification, 5.1 and 5.5). */
#include "kernel/abi/hypercall.h"
#include "tests/boot/boot_test.h"

TEST(call, reserved_number_answers_bad_hyp)
{
    for (uint64_t flags = 0; flags < 16; flags++)
        EXPECT_STATUS(BAD_HYP, trap_1(flags << P0_FLAGS_SHIFT | 0xf));
    EXPECT_STATUS(BAD_HYP, trap_1(UINT64_MAX));
}

/* The flag nibble of ctrl_pd is reserved: it must not change what the call does. */
TEST(call, reserved_flags_are_ignored)
{
    for (uint8_t flags = 0; flags < 16; flags++)
        EXPECT_STATUS(BAD_CAP, trap_5(hc_p0(HYPERCALL_CTRL_PD, flags, SEL_FREE), SEL_ROOT_OBJ,
                                      SEL_FREE << 12, SEL_FREE << 12 | PERM_MASK, 0));
}

TEST(call, unknown_platform_operations_are_bad_parameters)
{
    static const uint8_t unknown[] = {1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15};
    for (size_t i = 0; i < sizeof unknown; i++)
        EXPECT_STATUS(BAD_PAR, trap_1(hc_p0(HYPERCALL_CTRL_HW, unknown[i], 0)));
}

/* Nor those from which a machine would come back: they are not built yet. */
TEST(call, sleep_states_that_do_not_exist_are_missing_features)
{
    static const uint8_t none[] = {0, SLEEP_S1, SLEEP_S2, SLEEP_S3, 6};
    for (size_t i = 0; i < sizeof none; i++)
        EXPECT_STATUS(BAD_FTR, hc_ctrl_hw(CTRL_HW_SLEEP, none[i]));
}

static const struct tap_test tests[] = {
    TAP_TEST(call, reserved_number_answers_bad_hyp),
    TAP_TEST(call, reserved_flags_are_ignored),
    TAP_TEST(call, unknown_platform_operations_are_bad_parameters),
    TAP_TEST(call, sleep_states_that_do_not_exist_are_missing_features),
};
const struct tap_suite call_suite = TAP_SUITE(tests);
