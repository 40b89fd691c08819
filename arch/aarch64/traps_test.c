/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test of traps.h: no CPU is asked for a register that its ID registers do not tell of (Arm ARM, ID_AA64*). */
#include "arch/aarch64/traps.h"

#include "tests/lib/expect.h"

/* FEAT_FGT is 1, FEAT_FGT2 is 2; other fields do not matter. */
static void fine_grained_traps_have_two_steps(void)
{
    enum : uint64_t { FGT = UINT64_C(1) << 56, OTHERS = ~(UINT64_C(0xf) << 56) };
    EXPECT(!has_fgt(OTHERS) && !has_fgt2(OTHERS));
    EXPECT(has_fgt(FGT) && !has_fgt2(FGT));
    for (uint64_t level = 2; level < 16; level++)
        EXPECT(has_fgt(level * FGT) && has_fgt2(level * FGT));
}

static void hcrx_has_a_field_of_its_own(void)
{
    EXPECT(!has_hcx(~(UINT64_C(0xf) << 40)));
    for (unsigned i = 40; i < 44; i++)
        EXPECT(has_hcx(UINT64_C(1) << i));
}

static void partitioning_is_there_if_either_version_is(void)
{
    const uint64_t major = UINT64_C(0xf) << 40, minor = UINT64_C(0xf) << 16;
    EXPECT(!has_mpam(~major, ~minor));
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(has_mpam(UINT64_C(1) << (40 + i), 0)); /* 1.0 */
        EXPECT(has_mpam(0, UINT64_C(1) << (16 + i))); /* 0.1 */
    }
}

static void what_virtualises_partitions_is_optional(void)
{
    const uint64_t has_hcr = UINT64_C(1) << 17;
    EXPECT(has_mpamhcr(has_hcr));
    EXPECT(!has_mpamhcr(~has_hcr));
}

/* Nothing but traps: partition 0, and no bit that may be reserved. */
static void partitions_are_closed_to_guests(void)
{
    const uint64_t traps = UINT64_C(3) << 48, tidr = UINT64_C(1) << 58;
    EXPECT_EQ(traps, mpam2_value(0));
    EXPECT_EQ(traps, mpam2_value(~tidr));
    EXPECT_EQ(traps | tidr, mpam2_value(tidr));
}

int main(void)
{
    fine_grained_traps_have_two_steps();
    hcrx_has_a_field_of_its_own();
    partitioning_is_there_if_either_version_is();
    what_virtualises_partitions_is_optional();
    partitions_are_closed_to_guests();
    return expect_result();
}
