/* SPDX-License-Identifier: GPL-2.0-only */
/* Arm ARM DDI 0487, "AArch64 System register descriptions", ID_AA64*. */
#include "user/vmm/idregs.h"

#include <stddef.h>

/* A field of 4 bits at bit `n`. */
#define F(n) (UINT64_C(0xf) << (n))

enum : unsigned { NO_LIMIT = 15 };

/* What is kept of a register of 64 bits; one field may be cut down to what is offered. */
struct row {
    uint8_t crm, op2;
    uint8_t hint; /* index in the hints                               */
    uint64_t keep;
    uint8_t field, limit; /* bit number and largest value */
    uint64_t fixed;       /* bits set whatever the CPU has  */
};

enum : uint64_t {
    PFR0_GIC = F(24),          /* if the interface is in system registers   */
    DFR0_DEBUG_V8 = 6,         /* DebugVer; one breakpoint, one watchpoint  */
    MMFR0_PARANGE_40_BITS = 2, /* guest-physical addresses have 40 bits     */
};

static const struct row rows[] = {
    /* PFR0: EL0 EL1 FP AdvSIMD GIC DIT CSV2 CSV3; not EL2 EL3 RAS SVE SEL2 MPAM AMU RME */
    {4, 0, 0, F(0) | F(4) | F(16) | F(20) | F(24) | F(48) | F(56) | F(60), 56, 1, 0},
    /* PFR1: BT SSBS; not MTE SME NMI and fractions */
    {4, 1, 1, F(0) | F(4), 0, NO_LIMIT, 0},
    /* DFR0: nothing of the CPU's: no PMU, trace, SPE */
    {5, 0, 2, 0, 0, NO_LIMIT, DFR0_DEBUG_V8},
    /* ISAR0: all but TME */
    {6, 0, 4, ~(F(0) | F(24)), 0, NO_LIMIT, 0},
    /* ISAR1: not APA API GPA GPI XS LS64 */
    {6, 1, 5, ~(F(4) | F(8) | F(24) | F(28) | F(56) | F(60)), 0, NO_LIMIT, 0},
    /* ISAR2: RPRES BC; not WFxT GPA3 APA3 MOPS */
    {6, 2, 6, F(4) | F(20), 0, NO_LIMIT, 0},
    /* MMFR0: PARange ASIDBits BigEnd SNSMem BigEndEL0 TGran16 TGran64 TGran4; not stage 2 FGT ECV */
    {7, 0, 7, F(0) | F(4) | F(8) | F(12) | F(16) | F(20) | F(24) | F(28), 0, MMFR0_PARANGE_40_BITS,
     0},
    /* MMFR1: HAFDBS HPDS PAN; not VMIDBits VH LO XNX TWED HCX */
    {7, 1, 8, F(0) | F(12) | F(20), 0, NO_LIMIT, 0},
    /* MMFR2: CnP UAO LSM VARange CCIDX ST AT IDS TTL BBM E0PD; not IESB NV FWB EVT */
    {7, 2, 9, F(0) | F(4) | F(8) | F(16) | F(20) | F(28) | F(32) | F(36) | F(48) | F(52) | F(60), 0,
     NO_LIMIT, 0},
};

/* AArch32's are pairs of 32 bits: the hint of each, the upper half if bit 7 is set. */
enum : uint8_t { HIGH = 0x80, NONE = 0xff };
static const uint8_t aarch32[3][8] = {
    /* PFR0 PFR1 DFR0 AFR0 MMFR0 to MMFR3 */
    {16, 16 | HIGH, NONE, NONE, 22, 22 | HIGH, 23, 23 | HIGH},
    /* ISAR0 to ISAR5 MMFR4 ISAR6 */
    {18 | HIGH, 19, 19 | HIGH, 20, 20 | HIGH, 21, 24, 21 | HIGH},
    /* MVFR0 to MVFR2, -, PFR2 DFR1 MMFR5 - */
    {29, 29 | HIGH, 30, NONE, 17, NONE, 24 | HIGH, NONE},
};

static uint64_t cut(const struct row *row, uint64_t value)
{
    const uint64_t field = value >> row->field & 15;
    value &= row->keep;
    if (field > row->limit)
        value = (value & ~F(row->field)) | (uint64_t)row->limit << row->field;
    return value | row->fixed;
}

uint64_t idreg_read(const uint64_t hints[31], unsigned crm, unsigned op2, bool has_gic_registers)
{
    if (crm >= 1 && crm <= 3 && op2 < 8) {
        const uint8_t hint = aarch32[crm - 1][op2];
        if (hint == NONE)
            return 0;
        return (uint32_t)(hints[hint & ~HIGH] >> (hint & HIGH ? 32 : 0));
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].crm != crm || rows[i].op2 != op2)
            continue;
        const uint64_t value = cut(&rows[i], hints[rows[i].hint]);
        const bool is_pfr0 = crm == 4 && op2 == 0;
        return is_pfr0 && !has_gic_registers ? value & ~(uint64_t)PFR0_GIC : value;
    }
    return 0;
}
