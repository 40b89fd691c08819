/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/machine_check.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/regs.h"
#include "kernel/base/bits.h"
#include "kernel/device/console.h"

enum : uint32_t { BANK_STRIDE = 4, BANK_COUNT_MAX = 32, MODEL_NEHALEM = 0x1a };

/* Not every virtual machine that names the feature has the register: then it has no banks. */
static uint64_t capabilities(void)
{
    return cpu_has(CPU_MCE) && cpu_has(CPU_MCA) ? rdmsr_try(IA32_MCG_CAP) : 0;
}

/* Bank 32 would be where IA32_VMX_BASIC is (SDM vol. 4, "IA-32 Architectural MSRs"). */
static uint32_t bank_count(uint64_t cap)
{
    return (uint32_t)min_u64(cap & MCG_CAP_COUNT, BANK_COUNT_MAX);
}

/* Firmware owns the control register of bank 0 there (SDM vol. 3, "IA32_MCi_CTL MSRs"). */
static bool skips_bank_0(void)
{
    const uint32_t signature = cpuid(1, 0).eax;
    const uint32_t family = signature >> 8 & 0xf;
    const uint32_t model = (signature >> 4 & 0xf) | (signature >> 12 & 0xf0);
    return family == 6 && model < MODEL_NEHALEM;
}

void machine_check_init(void)
{
    const uint64_t cap = capabilities();
    const uint32_t count = bank_count(cap);
    if (count == 0)
        return;
    if (cap & MCG_CAP_CTL)
        wrmsr(IA32_MCG_CTL, ~UINT64_C(0));
    const bool skip = skips_bank_0();
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 || !skip)
            wrmsr(IA32_MC0_CTL + i * BANK_STRIDE, ~UINT64_C(0));
        wrmsr(IA32_MC0_STATUS + i * BANK_STRIDE, 0);
    }
    wrmsr(IA32_MCG_STATUS, 0);
}

static void print_bank(uint32_t i, uint64_t status)
{
    const uint32_t at = i * BANK_STRIDE;
    console_break_lock();
    console_print(CONSOLE_ERROR, "MCA: bank %u status %#018lx address %#lx misc %#lx", i, status,
                  status & MC_STATUS_ADDRV ? rdmsr(IA32_MC0_ADDR + at) : 0,
                  status & MC_STATUS_MISCV ? rdmsr(IA32_MC0_MISC + at) : 0);
}

/* An error that overwrites an uncorrected one hides whether the CPU may go on. */
static bool is_fatal(uint64_t status)
{
    const uint64_t lost = MC_STATUS_OVER | MC_STATUS_UC;
    return (status & MC_STATUS_PCC) || (status & lost) == lost;
}

enum machine_check machine_check_read(void)
{
    const uint32_t count = bank_count(capabilities());
    if (count == 0)
        return MACHINE_CHECK_FATAL;
    bool found = false;
    bool fatal = !(rdmsr(IA32_MCG_STATUS) & MCG_STATUS_RIPV);
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t status = rdmsr(IA32_MC0_STATUS + i * BANK_STRIDE);
        if (!(status & MC_STATUS_VAL))
            continue;
        print_bank(i, status);
        found = true;
        fatal = fatal || is_fatal(status);
        wrmsr(IA32_MC0_STATUS + i * BANK_STRIDE, 0);
    }
    wrmsr(IA32_MCG_STATUS, 0);
    if (fatal)
        return MACHINE_CHECK_FATAL;
    return found ? MACHINE_CHECK_HERE : MACHINE_CHECK_ELSEWHERE;
}
