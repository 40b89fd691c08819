/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/psci.h"

#include "arch/aarch64/smc.h"
#include "kernel/device/console.h"

enum : uint32_t {
    PSCI_VERSION = 0x8400'0000,
    PSCI_SYSTEM_OFF = 0x8400'0008,
    PSCI_SYSTEM_RESET = 0x8400'0009,
    PSCI_FEATURES = 0x8400'000a,
    PSCI_CPU_ON = 0xc400'0003,
};

enum : int64_t { PSCI_0_2 = 0x0'0002, PSCI_1_0 = 0x1'0000 };

static int64_t version; /* major in bits 31-16, minor in 15-0; 0: none */

void psci_init(void)
{
    const int32_t answer = (int32_t)smc_call(PSCI_VERSION, 0, 0, 0);
    version = answer >= PSCI_0_2 ? answer : 0;
    if (version == 0)
        console_print(CONSOLE_WARN, "PSCI: firmware does not answer");
    else
        console_print(CONSOLE_INFO, "PSCI: version %u.%u", (unsigned)(version >> 16),
                      (unsigned)(version & 0xffff));
}

bool psci_is_present(void)
{
    return version != 0;
}

bool psci_has(uint32_t function)
{
    return version >= PSCI_1_0 && (int32_t)smc_call(PSCI_FEATURES, function, 0, 0) >= 0;
}

enum psci_status psci_cpu_on(uint64_t mpidr, paddr_t entry)
{
    return (enum psci_status)(int32_t)smc_call(PSCI_CPU_ON, mpidr, entry.raw, 0);
}

void psci_system_off(void)
{
    smc_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}

void psci_system_reset(void)
{
    smc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
}
