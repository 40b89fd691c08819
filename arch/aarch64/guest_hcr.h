/* SPDX-License-Identifier: GPL-2.0-only */
/* Which bits of HCR_EL2 are the kernel's while a guest runs. doc/abi/deviations.md says why. */
#pragma once

#include "arch/aarch64/hcr.h"
#include "arch/types.h"

enum : uint64_t {
    HCR_FORCED_1 = HCR_TID5 | HCR_TERR | HCR_TLOR | HCR_TSW | HCR_TACR | HCR_TIDCP | HCR_TSC |
                   HCR_TID3 | HCR_TID1 | HCR_TID0 | HCR_TWE | HCR_TWI | HCR_BSU_INNER | HCR_FB |
                   HCR_AMO | HCR_IMO | HCR_FMO | HCR_PTW | HCR_SWIO | HCR_VM,
    HCR_FORCED_0 = HCR_ATA | HCR_ENSCXT | HCR_FIEN | HCR_NV2 | HCR_NV1 | HCR_NV | HCR_APK |
                   HCR_E2H_BIT | HCR_ID | HCR_CD | HCR_TGE | HCR_DC,
};
static_assert((HCR_FORCED_1 & HCR_FORCED_0) == 0);

/* HCR_EL2 of a guest whose VMM asks for `vmm`, on a CPU that has `has` for guests. */
static inline uint64_t guest_hcr(const struct arch_cpu_guests *has, uint64_t vmm)
{
    return (vmm | HCR_FORCED_1) & ~has->hcr_clear;
}
