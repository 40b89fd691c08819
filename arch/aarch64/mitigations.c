/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/mitigations.h"

#include "arch/aarch64/psci.h"
#include "arch/aarch64/smc.h"
#include "kernel/device/console.h"

/* SMC Calling Convention (Arm DEN 0028), "Arm Architecture Calls". */
enum : uint32_t {
    SMCCC_VERSION = 0x8000'0000,
    SMCCC_ARCH_FEATURES = 0x8000'0001,
    SMCCC_ARCH_WORKAROUND_1 = 0x8000'8000, /* CVE-2017-5715: forget branches             */
    SMCCC_ARCH_WORKAROUND_2 = 0x8000'7fff, /* CVE-2018-3639: loads do not pass stores    */
    SMCCC_ARCH_WORKAROUND_3 = 0x8000'3fff, /* CVE-2022-23960: forget branch history, too */
};

/* Boot writes, one CPU at a time, before there is a host space. */
static bool on_leave;

/* This CPU needs `call`: 0 says so, 1 that this CPU does not, a negative number that nobody knows it. */
static bool is_needed(uint32_t call)
{
    return (int32_t)smc_call(SMCCC_ARCH_FEATURES, call, 0, 0) == 0;
}

void mitigations_init(struct cpu *cpu)
{
    cpu->arch.leave_call = 0;
    if (!psci_has(SMCCC_VERSION))
        return;
    if (is_needed(SMCCC_ARCH_WORKAROUND_3))
        cpu->arch.leave_call = SMCCC_ARCH_WORKAROUND_3;
    else if (is_needed(SMCCC_ARCH_WORKAROUND_1))
        cpu->arch.leave_call = SMCCC_ARCH_WORKAROUND_1;
    on_leave = on_leave || cpu->arch.leave_call != 0;

    const bool stores = is_needed(SMCCC_ARCH_WORKAROUND_2);
    if (stores)
        smc_call(SMCCC_ARCH_WORKAROUND_2, 1, 0, 0);
    if (stores || cpu->arch.leave_call != 0)
        console_print(CONSOLE_INFO, "CPU with MPIDR %#lx: firmware call %#x per space, loads %s",
                      cpu->arch.mpidr, cpu->arch.leave_call,
                      stores ? "wait for stores" : "as the CPU has them");
}

bool mitigations_on_leave(void)
{
    return on_leave;
}

void mitigations_leave(const struct cpu *cpu)
{
    if (cpu->arch.leave_call != 0)
        smc_call(cpu->arch.leave_call, 0, 0, 0);
}
