/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/smmu.h"

#include "kernel/base/bits.h"
#include "kernel/base/mmio.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/mm/kmap.h"
#include "platforms/board.h"

/* Arm IHI 0062, global register space 0: identification registers. */
enum : size_t { SMMU_IDR0 = 0x20, SMMU_IDR1 = 0x24 };
enum : uint32_t { IDR0_NUMSMRG = 0xff, IDR1_PAGESIZE = UINT32_C(1) << 31, IDR1_NUMCB = 0xff };

/* SMMU_IDR1.NUMPAGENDXB n: 2^(n+1) pages in each half of the frame, global and context banks. */
static uint64_t frame_size(uint32_t idr1)
{
    const uint64_t page = idr1 & IDR1_PAGESIZE ? 64 * KIB : 4 * KIB;
    return 2 * page << ((idr1 >> 28 & 7) + 1);
}

static void find(const struct board_smmu *smmu)
{
    const volatile void *const regs = kmap_device(paddr(smmu->base), PAGE_SIZE);
    if (regs == nullptr)
        return;
    const uint32_t idr0 = mmio_read32(regs, SMMU_IDR0), idr1 = mmio_read32(regs, SMMU_IDR1);
    if (idr0 == 0 && idr1 == 0)
        return;
    console_print(CONSOLE_INFO, "SMMU: %#lx has %u stream groups, %u contexts; not used yet",
                  smmu->base, idr0 & IDR0_NUMSMRG, idr1 & IDR1_NUMCB);
    nova_protect("SMMU", paddr(smmu->base), frame_size(idr1));
}

void smmu_init(void)
{
    for (unsigned i = 0; i < board.smmu_count; i++)
        find(&board.smmu[i]);
}
