/* SPDX-License-Identifier: GPL-2.0-only */
/* Which registers of newer extensions a CPU has that trap others, and what is in them: by its ID registers alone. */
#pragma once

#include "arch/aarch64/sysreg.h"

#define HFGRTR_EL2 s3_4_c1_c1_4
#define HFGWTR_EL2 s3_4_c1_c1_5
#define HFGITR_EL2 s3_4_c1_c1_6
#define HDFGRTR_EL2 s3_4_c3_c1_4
#define HDFGWTR_EL2 s3_4_c3_c1_5
#define HFGRTR2_EL2 s3_4_c3_c1_2
#define HFGWTR2_EL2 s3_4_c3_c1_3
#define HFGITR2_EL2 s3_4_c3_c1_7
#define HDFGRTR2_EL2 s3_4_c3_c1_0
#define HDFGWTR2_EL2 s3_4_c3_c1_1
#define MPAMIDR_EL1 s3_0_c10_c4_4
#define MPAM0_EL1 s3_0_c10_c5_1
#define MPAM1_EL1 s3_0_c10_c5_0
#define MPAM2_EL2 s3_4_c10_c5_0
#define MPAMHCR_EL2 s3_4_c10_c4_0

/* Fine-grained traps: ID_AA64MMFR0_EL1.FGT. */
static inline bool has_fgt(uint64_t mmfr0)
{
    return sysreg_field(mmfr0, 59, 56) != 0;
}

static inline bool has_fgt2(uint64_t mmfr0)
{
    return sysreg_field(mmfr0, 59, 56) >= 2;
}

/* HCRX_EL2: ID_AA64MMFR1_EL1.HCX. */
static inline bool has_hcx(uint64_t mmfr1)
{
    return sysreg_field(mmfr1, 43, 40) != 0;
}

/* Memory partitioning: ID_AA64PFR0_EL1.MPAM, and ID_AA64PFR1_EL1.MPAM_frac, as there is a version 0.1. */
static inline bool has_mpam(uint64_t pfr0, uint64_t pfr1)
{
    return sysreg_field(pfr0, 43, 40) != 0 || sysreg_field(pfr1, 19, 16) != 0;
}

/* MPAMHCR_EL2: MPAMIDR_EL1.HAS_HCR. */
static inline bool has_mpamhcr(uint64_t mpamidr)
{
    return sysreg_field(mpamidr, 17, 17) != 0;
}

/*
 * MPAM2_EL2: the kernel in the default partition; MPAM0_EL1, MPAM1_EL1 and MPAMSM_EL1 trap, and MPAMIDR_EL1 where
 * HAS_TIDR says that this bit can do that.
 */
static inline uint64_t mpam2_value(uint64_t mpamidr)
{
    enum : uint64_t {
        TRAPMPAM1EL1 = UINT64_C(1) << 48,
        TRAPMPAM0EL1 = UINT64_C(1) << 49,
        TIDR = UINT64_C(1) << 58, /* the same bit as MPAMIDR_EL1.HAS_TIDR */
    };
    return TRAPMPAM0EL1 | TRAPMPAM1EL1 | (mpamidr & TIDR);
}

/* MPAMHCR_EL2: partitions are not virtual; MPAMIDR_EL1 traps. */
enum : uint64_t { MPAMHCR_TRAP_MPAMIDR = UINT64_C(1) << 31 };
