/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test of the stage-2 encoders: interface specification 7.7.5, Arm ARM "Stage 2 attribute fields". */
#include "arch/aarch64/include/arch/types.h"
#include "kernel/base/bits.h"
#include "tests/lib/expect.h"

struct arch_features arch_features;

static uint64_t leaf(uint32_t mad, unsigned perm, unsigned level)
{
    return arch_host_leaf((struct mem_attr){.mad = mad, .perm = (uint8_t)perm}, level);
}

static void what_goes_in_comes_out(bool xnx)
{
    arch_features.xnx = xnx;
    for (uint32_t mad = 0; mad < 32; mad++)
        for (unsigned perm = 0; perm <= PERM_MEM_ALL; perm++)
            for (unsigned level = 0; level < 3; level++) {
                if (!arch_mad_is_valid(mad))
                    continue;
                const struct mem_attr in = {
                    .mad = mad, .perm = (uint8_t)perm, .owned = (perm & 1) != 0};
                const struct mem_attr out = arch_host_attr(arch_host_leaf(in, level), level);
                EXPECT_EQ(in.mad, out.mad);
                EXPECT_EQ(in.perm, out.perm);
                EXPECT_EQ(in.owned, out.owned);
            }
}

static void attributes_leave_the_address_alone(void)
{
    for (uint32_t mad = 0; mad < 32; mad++)
        EXPECT_EQ(0, leaf(mad, PERM_MEM_ALL, 0) & ARCH_PTAB_HOST.addr_mask);
    EXPECT_EQ(0, arch_kernel_leaf(KMAP_REGISTERS, 0) & ARCH_PTAB_KERNEL.addr_mask);
}

static void leaves_are_told_from_tables(void)
{
    EXPECT_EQ(3, leaf(0x1f, 1, 0) & 3);
    EXPECT_EQ(1, leaf(0x1f, 1, 1) & 3);
    EXPECT_EQ(1, leaf(0x1f, 1, 2) & 3);
    EXPECT_EQ(3, ARCH_PTAB_HOST.table & 3);
}

static void cacheability_becomes_memattr(void)
{
    static const uint8_t memattr[] = {0x0, 0x1, 0x2, 0x3, 0, 0x5, 0xa, 0xf};
    for (uint32_t ca = 0; ca < 8; ca++)
        EXPECT_EQ(memattr[ca], leaf(ca, PERM_MEM_R, 0) >> 2 & 0xf);
    EXPECT_EQ(3, leaf(0x1f, PERM_MEM_R, 0) >> 8 & 3);
    EXPECT_EQ(1, leaf(0x1f, PERM_MEM_R, 0) >> 10 & 1);
}

static void execute_permissions_follow_the_cpu(void)
{
    static const struct {
        unsigned perm, with, without;
    } want[] = {
        {PERM_MEM_R, 2, 2},
        {PERM_MEM_R | PERM_MEM_XU, 1, 0},
        {PERM_MEM_R | PERM_MEM_XS, 3, 0},
        {PERM_MEM_R | PERM_MEM_XU | PERM_MEM_XS, 0, 0},
    };
    for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++) {
        arch_features.xnx = true;
        EXPECT_EQ(want[i].with, leaf(0x1f, want[i].perm, 0) >> 53 & 3);
        arch_features.xnx = false;
        EXPECT_EQ(want[i].without, leaf(0x1f, want[i].perm, 0) >> 53 & 3);
    }
}

/* Arm ARM, "Using break-before-make when updating translation table entries". */
static bool needs_break(struct mem_attr attr)
{
    const struct mem_attr other = {.mad = 0x1f, .perm = PERM_MEM_ALL};
    const uint64_t differ = arch_host_leaf(attr, 0) ^ arch_host_leaf(other, 0);
    return differ & ARCH_PTAB_HOST.break_bits;
}

static void only_permissions_change_without_a_break(void)
{
    for (uint8_t perm = 1; perm <= PERM_MEM_ALL; perm++)
        EXPECT(!needs_break((struct mem_attr){.mad = 0x1f, .perm = perm}));
    for (uint32_t mad = 0; mad < 0x1f; mad++)
        if (arch_mad_is_valid(mad))
            EXPECT(needs_break((struct mem_attr){.mad = mad, .perm = PERM_MEM_ALL}));
}

static void reserved_mads_are_refused(void)
{
    for (uint32_t mad = 0; mad < 32; mad++)
        EXPECT_EQ((mad & 7) != 4 && mad >> 3 != 1, arch_mad_is_valid(mad));
    EXPECT(arch_mad_is_valid(0xffff'ffe0 | 0x1f));
}

static void kernel_mappings_are_never_executable(void)
{
    for (unsigned level = 0; level < 2; level++) {
        EXPECT(arch_kernel_leaf(KMAP_READ, level) & PTE_XN);
        EXPECT(arch_kernel_leaf(KMAP_READ, level) & PTE_READ_ONLY);
        EXPECT(arch_kernel_leaf(KMAP_WRITE, level) & PTE_XN);
        EXPECT_EQ(0, arch_kernel_leaf(KMAP_REGISTERS, level) >> 2 & 7);
    }
}

int main(void)
{
    what_goes_in_comes_out(true);
    what_goes_in_comes_out(false);
    attributes_leave_the_address_alone();
    leaves_are_told_from_tables();
    cacheability_becomes_memattr();
    execute_permissions_follow_the_cpu();
    only_permissions_change_without_a_break();
    reserved_mads_are_refused();
    kernel_mappings_are_never_executable();
    return expect_result();
}
