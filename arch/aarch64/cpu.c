/* SPDX-License-Identifier: GPL-2.0-only */
/* Control registers of one CPU: what EL2 uses, and the world a host thread finds at EL0. */

#include "arch/aarch64/cpu.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/guest.h"
#include "arch/aarch64/mitigations.h"
#include "arch/aarch64/sysreg.h"
#include "arch/aarch64/timer.h"
#include "arch/aarch64/traps.h"
#include "arch/contract/cpu.h"
#include "kernel/base/bits.h"
#include "kernel/device/console.h"

struct arch_features arch_features;

/* Physical address bits by ID_AA64MMFR0_EL1.PARange; larger ones are used as 48. */
static const uint8_t pa_bits[] = {32, 36, 40, 42, 44, 48};

/* Arm ARM, VTCR_EL2: RES1 31, 4 KiB, inner-shareable write-back walks, SL0 = 1 (start at level 1). */
enum : uint64_t { VTCR_BASE = 0x8000'3540, VTCR_PS_SHIFT = 16, VTCR_VS = 1 << 19 };

/* Arm ARM, MDCR_EL2: debug, trace and performance registers trap. */
enum : uint64_t {
    MDCR_TPM = 1 << 6,
    MDCR_TDE = 1 << 8,
    MDCR_TPMS = 1 << 14,
    MDCR_TTRF = 1 << 19,
    MDCR_TDCC = 1 << 27,
};

/* Arm ARM, CPTR_EL2 with E2H = 0: RES1 bits, SVE (TZ), SME (TSM) and trace (TTA) trap; TFP: fpu.h. */
enum : uint64_t { CPTR_RES1 = 0x22ff, CPTR_TZ = 1 << 8, CPTR_TSM = 1 << 12, CPTR_TTA = 1 << 20 };
enum : uint64_t { CPTR_TAM = 1 << 30 };

/*
 * Arm ARM, SCTLR_EL1, as EL0 under EL2 sees it: caches on, alignment checked, CTR_EL0, DC ZVA and cache
 * maintenance allowed (UCT, DZE, UCI); WFI, WFE and interrupt masks trap; pointer authentication off,
 * so EL0 can neither use nor guess the kernel's key.
 */
enum : uint64_t { SCTLR_EL1_HOST = 0x0400'd01f };

enum : uint64_t {
    CPACR_FPEN = 3 << 20,      /* SIMD and FP without trap; SVE and SME trap     */
    CNTKCTL_EL0VCTEN = 1 << 1, /* CNTVCT_EL0 and CNTFRQ_EL0 are readable at EL0  */
};

static unsigned pa_range(void)
{
    const uint64_t range = sysreg_field(SYSREG_READ(id_aa64mmfr0_el1), 3, 0);
    return (unsigned)min_u64(range, ARRAY_SIZE(pa_bits) - 1);
}

uint64_t cpu_mpidr(void)
{
    return SYSREG_READ(mpidr_el1) & MPIDR_AFFINITY;
}

static struct arch_features read_features(void)
{
    const uint64_t mmfr1 = SYSREG_READ(id_aa64mmfr1_el1);
    return (struct arch_features){
        .hva_bits = (uint8_t)min_u64(40, pa_bits[pa_range()]),
        .vmid_bits = sysreg_field(mmfr1, 7, 4) == 2 ? 16 : 8,
        .xnx = sysreg_field(mmfr1, 31, 28) != 0,
    };
}

void cpu_find_features(void)
{
    arch_features = read_features();
}

bool cpu_has_features(void)
{
    const struct arch_features own = read_features();
    return own.hva_bits >= arch_features.hva_bits && own.vmid_bits >= arch_features.vmid_bits &&
           own.xnx >= arch_features.xnx;
}

static bool has_pauth(void)
{
    /* APA, API; GPA, GPI; APA3 */
    return sysreg_field(SYSREG_READ(id_aa64isar1_el1), 11, 4) != 0 ||
           sysreg_field(SYSREG_READ(ID_AA64ISAR2_EL1), 15, 12) != 0;
}

/* Keys that the kernel does not use hold nothing of firmware's. */
static void clear_keys(void)
{
    if (!has_pauth())
        return;
#if !CFP_RETURN
    SYSREG_WRITE(s3_0_c2_c1_0, 0); /* APIAKeyLo_EL1 */
    SYSREG_WRITE(s3_0_c2_c1_1, 0);
#endif
    SYSREG_WRITE(s3_0_c2_c1_2, 0); /* APIBKeyLo_EL1 */
    SYSREG_WRITE(s3_0_c2_c1_3, 0);
    SYSREG_WRITE(s3_0_c2_c2_0, 0); /* APDAKeyLo_EL1 */
    SYSREG_WRITE(s3_0_c2_c2_1, 0);
    SYSREG_WRITE(s3_0_c2_c2_2, 0); /* APDBKeyLo_EL1 */
    SYSREG_WRITE(s3_0_c2_c2_3, 0);
    SYSREG_WRITE(s3_0_c2_c3_0, 0); /* APGAKeyLo_EL1 */
    SYSREG_WRITE(s3_0_c2_c3_1, 0);
}

static void init_debug(void)
{
    const uint64_t dfr0 = SYSREG_READ(id_aa64dfr0_el1);
    const uint64_t pmu = sysreg_field(dfr0, 11, 8);
    uint64_t mdcr = MDCR_TDE;
    if (pmu != 0 && pmu != 0xf)
        mdcr |= MDCR_TPM;
    if (sysreg_field(dfr0, 35, 32) != 0)
        mdcr |= MDCR_TPMS;
    if (sysreg_field(dfr0, 43, 40) != 0)
        mdcr |= MDCR_TTRF;
    if (has_fgt(SYSREG_READ(id_aa64mmfr0_el1)))
        mdcr |= MDCR_TDCC;
    SYSREG_WRITE(mdcr_el2, mdcr);
    SYSREG_WRITE(mdscr_el1, 0);
    SYSREG_WRITE(osdlr_el1, 0);
    SYSREG_WRITE(oslar_el1, 0);
}

/* Everything is in the default partition, and guests cannot change that. */
static void init_partitions(void)
{
    if (!has_mpam(SYSREG_READ(id_aa64pfr0_el1), SYSREG_READ(id_aa64pfr1_el1)))
        return;
    const uint64_t mpamidr = SYSREG_READ(MPAMIDR_EL1);
    SYSREG_WRITE(MPAM2_EL2, mpam2_value(mpamidr));
    SYSREG_WRITE(MPAM1_EL1, 0);
    SYSREG_WRITE(MPAM0_EL1, 0);
    if (has_mpamhcr(mpamidr))
        SYSREG_WRITE(MPAMHCR_EL2, MPAMHCR_TRAP_MPAMIDR);
}

/*
 * Traps that newer extensions add have unknown reset values. 0 is what there was before them: in the first
 * registers no trap that would be new, and all there are for what is newer still and not switched.
 */
static void init_new_traps(void)
{
    const uint64_t mmfr0 = SYSREG_READ(id_aa64mmfr0_el1);
    if (has_fgt(mmfr0)) {
        SYSREG_WRITE(HFGRTR_EL2, 0);
        SYSREG_WRITE(HFGWTR_EL2, 0);
        SYSREG_WRITE(HFGITR_EL2, 0);
        SYSREG_WRITE(HDFGRTR_EL2, 0);
        SYSREG_WRITE(HDFGWTR_EL2, 0);
    }
    if (has_fgt2(mmfr0)) {
        SYSREG_WRITE(HFGRTR2_EL2, 0);
        SYSREG_WRITE(HFGWTR2_EL2, 0);
        SYSREG_WRITE(HFGITR2_EL2, 0);
        SYSREG_WRITE(HDFGRTR2_EL2, 0);
        SYSREG_WRITE(HDFGWTR2_EL2, 0);
    }
    if (has_hcx(SYSREG_READ(id_aa64mmfr1_el1)))
        SYSREG_WRITE(HCRX_EL2, 0);
    init_partitions();
}

static void init_traps(void)
{
    uint64_t cptr = CPTR_RES1 | CPTR_TFP | CPTR_TZ | CPTR_TSM | CPTR_TTA;
    if (sysreg_field(SYSREG_READ(id_aa64pfr0_el1), 47, 44) != 0)
        cptr |= CPTR_TAM;
    SYSREG_WRITE(cptr_el2, cptr);
    SYSREG_WRITE(hstr_el2, 0);
    init_debug();
    init_new_traps();
}

void cpu_load_host(void)
{
    SYSREG_WRITE(hcr_el2, HCR_HOST);
    isb(); /* stage 1 is off: what it is described by may change now */
    SYSREG_WRITE(cntv_ctl_el0, 0);
    SYSREG_WRITE(sctlr_el1, SCTLR_EL1_HOST);
    SYSREG_WRITE(tcr_el1, 0); /* TBI0: no part of an address is ignored, though stage 1 is off */
    SYSREG_WRITE(cpacr_el1, CPACR_FPEN);
    SYSREG_WRITE(cntkctl_el1, CNTKCTL_EL0VCTEN);
    SYSREG_WRITE(cntvoff_el2, arch_stc_offset);
}

static void init_host(void)
{
    const uint64_t vs = arch_features.vmid_bits == 16 ? VTCR_VS : 0;
    SYSREG_WRITE(vtcr_el2, VTCR_BASE | vs | (uint64_t)pa_range() << VTCR_PS_SHIFT |
                               (64 - arch_features.hva_bits));
    SYSREG_WRITE(vttbr_el2, 0);
    SYSREG_WRITE(cnthctl_el2, 0); /* the physical counter and timer trap */
    SYSREG_WRITE(cntp_ctl_el0, 0);
    cpu_load_host();
    isb();
    __asm__ volatile("tlbi alle1\n dsb nsh\n isb" : : : "memory");
}

void arch_cpu_init(struct cpu *cpu)
{
    cpu->arch.mpidr = cpu_mpidr();
    clear_keys();
    init_traps();
    init_host();
    gic_init_cpu(cpu);
    timer_init_cpu();
    guest_init_cpu(cpu);
    mitigations_init(cpu);
    const uint64_t sctlr = SYSREG_READ(sctlr_el2);
    console_print(
        CONSOLE_INFO, "CPU with MPIDR %#lx: MIDR %#lx, %u-bit addresses, %u-bit VMIDs, CFP %s",
        cpu->arch.mpidr, SYSREG_READ(midr_el1), pa_bits[pa_range()], arch_features.vmid_bits,
        cpu_cfp_name(sctlr >> SCTLR_BT_BIT & 1, (sctlr & SCTLR_ENIA) != 0));
}

void arch_interrupt_window(void)
{
    /* An exception overwrites what a hypercall has left in these registers (vectors.S). */
    const uint64_t elr = SYSREG_READ(elr_el2), spsr = SYSREG_READ(spsr_el2);
    __asm__ volatile("msr daifclr, #2\n isb\n msr daifset, #2" : : : "memory");
    SYSREG_WRITE(elr_el2, elr);
    SYSREG_WRITE(spsr_el2, spsr);
}

void arch_cpu_idle(void)
{
    /* WFI wakes for a masked interrupt too; then it is let in. Arm ARM, "Wait for Interrupt". */
    dsb_sy();
    __asm__ volatile("wfi" : : : "memory");
    arch_interrupt_window();
}

[[noreturn]] void arch_cpu_stop(void)
{
    __asm__ volatile("msr daifset, #0xf" : : : "memory");
    for (;;)
        __asm__ volatile("wfe" : : : "memory");
}
