/* SPDX-License-Identifier: GPL-2.0-only */
/* System registers by the names of the Arm ARM (DDI 0487), and barriers. */
#pragma once

#include <stdint.h>

/* The name, or what it is defined as. */
#define SYSREG_NAME_(name) #name
#define SYSREG_NAME(name) SYSREG_NAME_(name)

#define SYSREG_READ(name)                                                                          \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("mrs %0, " SYSREG_NAME(name) : "=r"(value_) : : "memory");                \
        value_;                                                                                    \
    })

#define SYSREG_WRITE(name, value)                                                                  \
    __asm__ volatile("msr " SYSREG_NAME(name) ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

/* Registers that the assembler knows only with an extension, by their encoding. */
#define ID_AA64ISAR2_EL1 s3_0_c0_c6_2
#define ID_AA64MMFR2_EL1 s3_0_c0_c7_2
#define ID_DFR1_EL1 s3_0_c0_c3_5
#define ID_ISAR6_EL1 s3_0_c0_c2_7
#define ID_MMFR4_EL1 s3_0_c0_c2_6
#define ID_MMFR5_EL1 s3_0_c0_c3_6
#define HCRX_EL2 s3_4_c1_c2_2
#define VSESR_EL2 s3_4_c5_c2_3
#define VDISR_EL2 s3_4_c12_c1_1
#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_SRE_EL2 s3_4_c12_c9_5

/* Bits high..low of `reg`. */
static inline uint64_t sysreg_field(uint64_t reg, unsigned high, unsigned low)
{
    return reg << (63 - high) >> (63 - high + low);
}

static inline void isb(void)
{
    __asm__ volatile("isb" : : : "memory");
}

static inline void dsb_sy(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

static inline void dsb_ish(void)
{
    __asm__ volatile("dsb ish" : : : "memory");
}

static inline void dsb_ishst(void)
{
    __asm__ volatile("dsb ishst" : : : "memory");
}

/* Translations of the VMID in VTTBR_EL2 are gone, of both stages: here, or from all CPUs. Arm ARM, TLBI. */
static inline void tlbi_vmalls12e1(void)
{
    __asm__ volatile("tlbi vmalls12e1\n dsb nsh" : : : "memory");
}

static inline void tlbi_vmalls12e1is(void)
{
    __asm__ volatile("tlbi vmalls12e1is\n dsb ish" : : : "memory");
}
