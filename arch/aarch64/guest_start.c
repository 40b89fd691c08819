/* SPDX-License-Identifier: GPL-2.0-only */
/* What a virtual CPU begins with, by what its physical CPU has. */

#include "arch/aarch64/asm.h"
#include "arch/aarch64/ec.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/guest.h"
#include "arch/aarch64/guest_hcr.h"
#include "arch/aarch64/platform.h"
#include "arch/aarch64/sysreg.h"
#include "arch/aarch64/traps.h"
#include "kernel/base/bits.h"

/* ID registers of AArch64, as X0 to X9 show them at STARTUP. */
enum id : uint8_t {
    ID_PFR0,
    ID_PFR1,
    ID_DFR0,
    ID_DFR1,
    ID_ISAR0,
    ID_ISAR1,
    ID_ISAR2,
    ID_MMFR0,
    ID_MMFR1,
    ID_MMFR2,
    ID_COUNT,
};

static void read_ids(uint64_t id[ID_COUNT])
{
    id[ID_PFR0] = SYSREG_READ(id_aa64pfr0_el1);
    id[ID_PFR1] = SYSREG_READ(id_aa64pfr1_el1);
    id[ID_DFR0] = SYSREG_READ(id_aa64dfr0_el1);
    id[ID_DFR1] = SYSREG_READ(id_aa64dfr1_el1);
    id[ID_ISAR0] = SYSREG_READ(id_aa64isar0_el1);
    id[ID_ISAR1] = SYSREG_READ(id_aa64isar1_el1);
    id[ID_ISAR2] = SYSREG_READ(ID_AA64ISAR2_EL1);
    id[ID_MMFR0] = SYSREG_READ(id_aa64mmfr0_el1);
    id[ID_MMFR1] = SYSREG_READ(id_aa64mmfr1_el1);
    id[ID_MMFR2] = SYSREG_READ(ID_AA64MMFR2_EL1);
}

/* Bits of HCR_EL2 or HCRX_EL2 that are RES0 unless the field of an ID register is at least `min`. */
struct feature {
    uint64_t bits;
    enum id id;
    uint8_t shift;
    uint8_t min;
};

static const struct feature hcr_features[] = {
    {HCR_TWED, ID_MMFR1, 32, 1},
    {HCR_TID5 | HCR_DCT, ID_PFR1, 8, 2},        /* MTE2     */
    {HCR_TTLBOS | HCR_TTLBIS, ID_MMFR2, 56, 2}, /* EVT      */
    {HCR_TOCU | HCR_TICAB | HCR_TID4, ID_MMFR2, 56, 1},
    {HCR_AMVOFFEN, ID_PFR0, 44, 2},       /* AMUv1p1  */
    {HCR_GPF, ID_PFR0, 52, 1},            /* RME      */
    {HCR_TEA | HCR_TERR, ID_PFR0, 28, 1}, /* RAS      */
    {HCR_FWB, ID_MMFR2, 40, 1},
    {HCR_AT, ID_MMFR2, 24, 1}, /* NV       */
    {HCR_TME, ID_ISAR0, 24, 1},
    {HCR_TLOR, ID_MMFR1, 16, 1},
    {HCR_TID0, ID_PFR0, 0, 2}, /* EL0 in AArch32 */
};

/*
 * Bit 0, EnAS0, is nobody's: what it opens (ACCDATA_EL1) is not switched. Neither are the registers behind
 * the bits from 12 on.
 */
static const struct feature hcrx_features[] = {
    {UINT64_C(3) << 10, ID_ISAR2, 16, 1}, /* MSCEn, MCE2: MOPS      */
    {UINT64_C(1) << 9, ID_MMFR1, 56, 1},  /* CMOW                   */
    {UINT64_C(7) << 6, ID_PFR1, 36, 1},   /* VFNMI, VINMI, TALLINT  */
    {UINT64_C(1) << 5, ID_PFR1, 24, 1},   /* SMPME                  */
    {UINT64_C(3) << 3, ID_ISAR1, 56, 1},  /* FGTnXS, FnXS           */
    {UINT64_C(1) << 2, ID_ISAR1, 60, 2},  /* EnASR: LS64_V          */
    {UINT64_C(1) << 1, ID_ISAR1, 60, 1},  /* EnALS: LS64            */
};

/* What of `features` the CPU has, or has not. */
static uint64_t collect(const struct feature *features, size_t count, const uint64_t id[ID_COUNT],
                        bool present)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        if (((id[features[i].id] >> features[i].shift & 0xf) >= features[i].min) == present)
            bits |= features[i].bits;
    return bits;
}

/*
 * Pointer authentication: the keys that a guest would use are not switched. They are zero, unless the
 * kernel signs its own return addresses (cfp.h): then it is not there for guests.
 */
static bool may_authenticate(const uint64_t id[ID_COUNT])
{
    return !CFP_RETURN && sysreg_field(id[ID_ISAR1], 11, 4) != 0;
}

static uint64_t hcr_clear(const uint64_t id[ID_COUNT])
{
    uint64_t clear = HCR_FORCED_0 | collect(hcr_features, ARRAY_SIZE(hcr_features), id, false);
    if (!may_authenticate(id))
        clear |= HCR_API;
    if (sysreg_field(id[ID_PFR0], 15, 12) != 0)
        clear |= HCR_HCD; /* RES0 where EL3 is implemented */
    return clear;
}

/* Arm ARM, SPSR_EL2.M: where an exception return from EL2 to a guest may lead. */
enum : uint32_t {
    MODES_A64 = UINT32_C(1) << 0x0 | UINT32_C(1) << 0x4 | UINT32_C(1) << 0x5, /* EL0t, EL1t, EL1h */
    MODE_USR = UINT32_C(1) << 0x10,
    MODES_A32 = MODE_USR | UINT32_C(1) << 0x11 | UINT32_C(1) << 0x12 | UINT32_C(1) << 0x13 |
                UINT32_C(1) << 0x17 | UINT32_C(1) << 0x1b | UINT32_C(1) << 0x1f,
};

static bool has_a32(uint64_t pfr0, unsigned level)
{
    return (pfr0 >> 4 * level & 0xf) == 2;
}

void guest_init_cpu(struct cpu *cpu)
{
    uint64_t id[ID_COUNT];
    read_ids(id);
    const uint64_t pfr0 = id[ID_PFR0];
    cpu->arch.guests = (struct arch_cpu_guests){
        .hcr_clear = hcr_clear(id),
        .hcrx_mask =
            has_hcx(id[ID_MMFR1]) ? collect(hcrx_features, ARRAY_SIZE(hcrx_features), id, true) : 0,
        .modes = {has_a32(pfr0, 1) ? MODES_A32 : 0, MODES_A64 | (has_a32(pfr0, 0) ? MODE_USR : 0)},
        .has_ras = sysreg_field(pfr0, 31, 28) != 0,
    };
    gic_guest->init(&cpu->arch.guests);
    gic_guest->off();
    if (platform.timer_virt.flags != 0)
        gic_enable_private(platform_virtual_timer_intid(),
                           platform.timer_virt.flags & PLATFORM_IRQ_LEVEL);
    if (cpu->arch.guests.has_ras)
        SYSREG_WRITE(VSESR_EL2, 0);
}

/* Two words of AArch32 in one register. */
#define PAIR(low, high) (SYSREG_READ(low) & UINT32_MAX) | SYSREG_READ(high) << 32

/* X16 to X24, X29, X30. */
static void hint_a32(struct arch_regs *r)
{
    *regs_x(r, 16) = PAIR(id_pfr0_el1, id_pfr1_el1);
    *regs_x(r, 17) = SYSREG_READ(id_dfr0_el1) << 32; /* ID_PFR2_EL1 says nothing of use */
    *regs_x(r, 18) = PAIR(ID_DFR1_EL1, id_isar0_el1);
    *regs_x(r, 19) = PAIR(id_isar1_el1, id_isar2_el1);
    *regs_x(r, 20) = PAIR(id_isar3_el1, id_isar4_el1);
    *regs_x(r, 21) = PAIR(id_isar5_el1, ID_ISAR6_EL1);
    *regs_x(r, 22) = PAIR(id_mmfr0_el1, id_mmfr1_el1);
    *regs_x(r, 23) = PAIR(id_mmfr2_el1, id_mmfr3_el1);
    *regs_x(r, 24) = PAIR(ID_MMFR4_EL1, ID_MMFR5_EL1);
}

void guest_start(struct ec *ec)
{
    const struct arch_cpu_guests *const has = &cpu_local()->arch.guests;
    struct arch_guest *const g = ec->arch.guest;
    struct arch_regs *const r = &ec->arch.regs;
    read_ids(r->x); /* X0 to X9; X10 and X11, of SME and SVE, stay 0 */
    if (has->modes[0] != 0)
        hint_a32(r);
    *regs_x(r, 29) = PAIR(mvfr0_el1, mvfr1_el1);
    *regs_x(r, 30) = SYSREG_READ(mvfr2_el1) & UINT32_MAX;
    g->hcr_el2 = guest_hcr(has, 0);
    g->vpidr_el2 = SYSREG_READ(midr_el1);
    g->vmpidr_el2 = SYSREG_READ(mpidr_el1);
    g->gic.elrsr = (uint32_t)low_bits(has->list_count);
}
