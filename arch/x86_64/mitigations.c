/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SDM vol. 4, IA32_ARCH_CAPABILITIES, IA32_SPEC_CTRL; APM vol. 2, "Automatic IBRS"; the vendors' pages on
 * each of the flaws.
 */

#include "arch/x86_64/mitigations.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/patch.h"
#include "arch/x86_64/regs.h"
#include "kernel/device/console.h"

static uint64_t capabilities(void)
{
    return cpu_has(CPU_ARCH_CAPABILITIES) ? rdmsr(IA32_ARCH_CAPABILITIES) : 0;
}

/* Has the CPU all of `mask`? */
static bool is_said(uint64_t mask)
{
    return (capabilities() & mask) == mask;
}

bool mitigations_need_verw(void)
{
    const bool has_taa = cpu_has(CPU_RTM) && !is_said(ARCH_CAP_TAA_NO);
    const bool has_mds = cpu_has(CPU_MD_CLEAR) && (!is_said(ARCH_CAP_MDS_NO) || has_taa);
    const bool has_mmio = is_said(ARCH_CAP_FB_CLEAR) && !is_said(ARCH_CAP_MMIO_NO);
    const bool has_tsa =
        cpu_has(CPU_VERW_CLEAR) && !(cpu_has(CPU_TSA_SQ_NO) && cpu_has(CPU_TSA_L1_NO));
    return has_mds || has_mmio || has_tsa || is_said(ARCH_CAP_RFDS_CLEAR);
}

/* Programs do not steer the kernel's branches. */
static bool has_ibrs(void)
{
    return cpu_has(CPU_AUTO_IBRS) || is_said(ARCH_CAP_IBRS_ALL);
}

/* Programs do not steer each other's, if predictions are dropped in between. */
static bool has_barrier(void)
{
    return cpu_has(CPU_SPEC_CTRL) || cpu_has(CPU_AMD_IBPB);
}

static bool is_meltdown_proof(void)
{
    return cpu_vendor() == CPU_VENDOR_AMD || is_said(ARCH_CAP_RDCL_NO);
}

static const char *yes(bool is_on)
{
    return is_on ? "on" : "off";
}

static void report(void)
{
    console_print(CONSOLE_INFO, "SPECULATION: IBRS %s, IBPB %s, BHI_DIS_S %s, VERW %s",
                  yes(has_ibrs()), yes(has_barrier()), yes(cpu_has(CPU_BHI_CTRL)),
                  yes(patch_features >> FEATURE_VERW & 1));
    if (!has_ibrs())
        console_print(CONSOLE_WARN,
                      "SPECULATION: the CPU lets programs steer the kernel's branches");
    if (!is_meltdown_proof())
        console_print(CONSOLE_WARN,
                      "SPECULATION: the CPU may let programs read the kernel's memory");
}

void mitigations_init(struct cpu *cpu)
{
    if (cpu_has(CPU_AUTO_IBRS))
        wrmsr(IA32_EFER, rdmsr(IA32_EFER) | EFER_AIBRSE);
    else if (has_ibrs() || cpu_has(CPU_BHI_CTRL))
        wrmsr(IA32_SPEC_CTRL, (has_ibrs() ? SPEC_CTRL_IBRS : 0) |
                                  (cpu_has(CPU_BHI_CTRL) ? SPEC_CTRL_BHI_DIS_S : 0));
    if (has_barrier())
        cpu->arch.switch_work |= SWITCH_BARRIER;
    if (cpu == &boot_cpu)
        report();
}
