/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/protected.h"

#include "arch/x86_64/platform.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/cap/nova.h"

static const struct {
    uint32_t msr;
    uint8_t perm;
} allowed[] = {
    {0x174, PERM_MSR_RW},       /* IA32_SYSENTER_CS            */
    {0x175, PERM_MSR_RW},       /* IA32_SYSENTER_ESP           */
    {0x176, PERM_MSR_RW},       /* IA32_SYSENTER_EIP           */
    {0x277, PERM_MSR_RW},       /* IA32_PAT                    */
    {0xc000'0080, PERM_MSR_RW}, /* IA32_EFER                   */
    {0xc000'0100, PERM_MSR_RW}, /* IA32_FS_BASE                */
    {0xc000'0101, PERM_MSR_RW}, /* IA32_GS_BASE                */
    {0xc000'0102, PERM_MSR_RW}, /* IA32_KERNEL_GS_BASE         */
    {0x49, PERM_MSR_W},         /* IA32_PRED_CMD               */
    {0x10b, PERM_MSR_W},        /* IA32_FLUSH_CMD              */
    {0x10, PERM_MSR_R},         /* IA32_TSC                    */
    {0x17, PERM_MSR_R},         /* IA32_PLATFORM_ID            */
    {0x8b, PERM_MSR_R},         /* IA32_BIOS_SIGN_ID           */
    {0xcf, PERM_MSR_R},         /* IA32_CORE_CAPABILITIES      */
    {0xe7, PERM_MSR_R},         /* IA32_MPERF                  */
    {0xe8, PERM_MSR_R},         /* IA32_APERF                  */
    {0xfe, PERM_MSR_R},         /* IA32_MTRR_CAP               */
    {0x10a, PERM_MSR_R},        /* IA32_ARCH_CAPABILITIES      */
    {0x123, PERM_MSR_R},        /* IA32_MCU_OPT_CTRL           */
    {0x195, PERM_MSR_R},        /* IA32_OVERCLOCKING_STATUS    */
    {0x198, PERM_MSR_R},        /* IA32_PERF_STATUS            */
    {0x19c, PERM_MSR_R},        /* IA32_THERM_STATUS           */
    {0x1b1, PERM_MSR_R},        /* IA32_PACKAGE_THERM_STATUS   */
    {0xda0, PERM_MSR_R},        /* IA32_XSS                    */
    {0xc000'0081, PERM_MSR_R},  /* IA32_STAR                   */
    {0xc000'0082, PERM_MSR_R},  /* IA32_LSTAR                  */
    {0xc000'0084, PERM_MSR_R},  /* IA32_FMASK                  */
    {0xc000'0103, PERM_MSR_R},  /* IA32_TSC_AUX                */
};

void protected_msrs(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(allowed); i++)
        space_bit_store(nova_msr, allowed[i].msr, allowed[i].perm);
}

static void withhold(const struct acpi_register *r)
{
    if (r->address == 0 || r->space != ACPI_SPACE_IO)
        return;
    for (uint64_t i = 0; i < r->width / 8u; i++)
        space_bit_store(nova_pio, r->address + i, PERM_NONE);
}

void protected_ports(bool insecure)
{
    const struct acpi_fadt *const fadt = &platform.fadt;
    withhold(&fadt->pm1a_cnt);
    withhold(&fadt->pm1b_cnt);
    withhold(&fadt->pm2_cnt);
    if (fadt->smi_cmd != 0 && !insecure)
        space_bit_store(nova_pio, fadt->smi_cmd, PERM_NONE);
}
