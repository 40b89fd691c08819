/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_bit.h"

#include <string.h>

#include "arch/sim/sim.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"

static struct space_bit *fresh(enum kobj_type type)
{
    struct space_bit *const space = space_bit_create(nullptr, type);
    CHECK(space != nullptr);
    return space;
}

static void a_fresh_space_allows_nothing(void)
{
    sim_start(64);
    struct space_bit *const ports = fresh(KOBJ_SPC_PIO), *const msrs = fresh(KOBJ_SPC_MSR);
    for (uint64_t sel = 0; sel < PIO_COUNT; sel++)
        CHECK_EQ(space_bit_load(ports, sel), 0);
    for (uint64_t sel = 0; sel < MSR_LOW_END; sel++)
        CHECK_EQ(space_bit_load(msrs, sel) | space_bit_load(msrs, MSR_HIGH + sel), 0);
}

/* Compare with the obvious: one byte of permissions per port. */
static void delegation_does_what_a_loop_would(void)
{
    static uint8_t src_model[PIO_COUNT], dst_model[PIO_COUNT];
    memset(src_model, 0, sizeof src_model);
    memset(dst_model, 0, sizeof dst_model);
    sim_start(64);
    struct space_bit *const src = fresh(KOBJ_SPC_PIO), *const dst = fresh(KOBJ_SPC_PIO);
    uint32_t seed = 7;
    for (unsigned i = 0; i < 30'000; i++) {
        seed = seed * 1664525 + 1013904223;
        const uint64_t sel = seed >> 16;
        src_model[sel] = seed & 1;
        space_bit_store(src, sel, seed & 1);
    }
    for (unsigned round = 0; round < 200; round++) {
        seed = seed * 1664525 + 1013904223;
        const unsigned ord = (seed >> 4) % 17;
        const uint64_t base = (seed >> 16) & ~((UINT64_C(1) << ord) - 1);
        const uint8_t pmm = round % 3 != 0;
        space_bit_delegate(src, dst, base, bit(ord), pmm);
        for (uint64_t i = 0; i < UINT64_C(1) << ord; i++)
            dst_model[base + i] = src_model[base + i] & pmm;
    }
    for (uint64_t sel = 0; sel < PIO_COUNT; sel++)
        CHECK_EQ(space_bit_load(dst, sel), dst_model[sel]);
}

static void the_last_port_can_be_delegated(void)
{
    sim_start(64);
    struct space_bit *const src = fresh(KOBJ_SPC_PIO), *const dst = fresh(KOBJ_SPC_PIO);
    space_bit_store(src, PIO_COUNT - 1, PERM_PIO_A);
    space_bit_delegate(src, dst, PIO_COUNT - 1, 1, PERM_MASK);
    CHECK_EQ(space_bit_load(dst, PIO_COUNT - 1), PERM_PIO_A);
    CHECK_EQ(space_bit_load(dst, PIO_COUNT - 2), 0);
}

static void msr_permissions_are_separate_and_masked(void)
{
    sim_start(64);
    struct space_bit *const src = fresh(KOBJ_SPC_MSR), *const dst = fresh(KOBJ_SPC_MSR);
    space_bit_store(src, 0x10, PERM_MSR_R);
    space_bit_store(src, 0x174, PERM_MSR_RW);
    space_bit_store(src, MSR_HIGH + 0x80, PERM_MSR_RW);
    space_bit_store(src, MSR_LOW_END, PERM_MSR_RW); /* no such selector */
    space_bit_delegate(src, dst, 0, bit(13), PERM_MSR_RW);
    space_bit_delegate(src, dst, MSR_HIGH, bit(13), PERM_MSR_W);
    CHECK_EQ(space_bit_load(dst, 0x10), PERM_MSR_R);
    CHECK_EQ(space_bit_load(dst, 0x174), PERM_MSR_RW);
    CHECK_EQ(space_bit_load(dst, MSR_HIGH + 0x80), PERM_MSR_W);
    CHECK_EQ(space_bit_load(dst, MSR_LOW_END), 0);
    space_bit_delegate(src, dst, 0, bit(31), 0); /* across both windows: the gap is skipped */
    CHECK_EQ(space_bit_load(dst, 0x174), 0);
    CHECK_EQ(space_bit_load(dst, MSR_HIGH + 0x80), PERM_MSR_W);
}

static void each_change_counts(void)
{
    sim_start(64);
    struct space_bit *const src = fresh(KOBJ_SPC_PIO), *const dst = fresh(KOBJ_SPC_PIO);
    const uint32_t before = dst->generation;
    space_bit_delegate(src, dst, 0, 1, 0);
    CHECK(dst->generation != before);
}

int main(void)
{
    SIM_RUN(a_fresh_space_allows_nothing);
    SIM_RUN(delegation_does_what_a_loop_would);
    SIM_RUN(the_last_port_can_be_delegated);
    SIM_RUN(msr_permissions_are_separate_and_masked);
    SIM_RUN(each_change_counts);
}
