/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/contract/platform.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/platform.h"
#include "arch/aarch64/psci.h"
#include "arch/aarch64/smmu.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/timer.h"
#include "kernel/abi/hip.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/mm/kmap.h"
#include "platforms/drivers/drivers.h"

struct platform platform;

/* Selectors that events take (interface specification, 7.6). */
enum : uint16_t { SEL_ARCH = 64, SEL_HST_NOVA = 2, SEL_GST_NOVA = 3 };

void arch_platform_console(const struct boot_config *config)
{
    const struct uart_ops *const ops = uart_ops_of(board.uart.kind);
    if (ops == nullptr || config->options & BOOT_NOUART)
        return;
    struct uart uart = {
        .ops = ops,
        .phys = board.uart.base,
        .mmio = kmap_device(paddr(board.uart.base), PAGE_SIZE),
        .stride_log2 = board.uart.stride_log2,
        .clock_hz = board.uart.clock_hz,
    };
    if (uart.mmio != nullptr)
        console_add_uart(&uart);
}

void platform_add_cpu(uint64_t mpidr, uint64_t gicr)
{
    if (platform.cpu_count < CPU_MAX)
        platform.cpu[platform.cpu_count++] =
            (struct platform_cpu){.mpidr = mpidr & MPIDR_AFFINITY, .gicr = gicr};
    else
        console_print(CONSOLE_WARN, "CPU with MPIDR %#lx is not used: too many", mpidr);
}

void platform_add_gicr(struct board_range region)
{
    if (platform.gicr_count < PLATFORM_GICR_MAX)
        platform.gicr[platform.gicr_count++] = region;
    else
        console_print(CONSOLE_WARN, "GICR at %#lx is not used: too many", region.base);
}

const struct platform_cpu *platform_find_cpu(uint64_t mpidr)
{
    for (uint16_t i = 0; i < platform.cpu_count; i++)
        if (platform.cpu[i].mpidr == mpidr)
            return &platform.cpu[i];
    return nullptr;
}

static void read_board(void)
{
    platform.gicd = board.gicd;
    if (board.gicr.size > 0)
        platform_add_gicr(board.gicr);
    platform.gicc = board.gicc;
    platform.gich = board.gich;
    platform.timer_el2 = board.timer_el2;
    platform.timer_virt = board.timer_virt;
    platform.start = board.start == BOARD_START_SPIN ? CPU_START_SPIN : CPU_START_PSCI;
    platform.spin_table = board.spin_table;
    for (uint16_t i = 0; i < board.cpu_count; i++)
        platform_add_cpu(board.cpu_mpidr[i], 0);
}

/* What nothing here can put right. */
static void check_cpu(void)
{
    if (SYSREG_READ(hcr_el2) & HCR_E2H)
        panic("CPU: HCR_EL2.E2H cannot be cleared: this CPU runs EL2 in VHE mode only");
    if (SYSREG_READ(cntfrq_el0) == 0)
        panic("CPU: CNTFRQ_EL0 is 0: firmware must set it to the frequency of the system counter");
    if (platform.timer_el2.flags == 0 || platform.timer_el2.number >= PPI_COUNT)
        panic("CPU: the interrupt of EL2's physical timer is not described");
}

void arch_platform_init(const struct boot_config *config)
{
    const bool has_acpi = platform_read_acpi(config);
    if (!has_acpi)
        read_board();
    console_print(CONSOLE_INFO, "BOARD: %s, described by %s", board.name,
                  has_acpi ? "ACPI" : "its row");
    check_cpu();
    if (platform.start == CPU_START_PSCI)
        psci_init();
    gic_init();
    smmu_init();
    for (unsigned i = 0; i < board.withhold_count; i++)
        nova_protect("withheld", paddr(board.withhold[i].base), board.withhold[i].size);
}

void arch_platform_hip(struct hip *hip)
{
    hip->length = HIP_LENGTH_AARCH64;
    hip->stc_frequency = arch_stc_frequency();
    hip->sel_hst_arch = hip->sel_gst_arch = SEL_ARCH;
    hip->sel_hst_nova = SEL_HST_NOVA;
    hip->sel_gst_nova = SEL_GST_NOVA;
    hip->int_pin = gic_pin_count();
    hip->int_msi = 0;
    /* Orders without partial failure: whole spaces, 2^28 pages; spaces that do not exist: 2^16. */
    hip->mco_hst = hip->mco_gst = 28;
    hip->mco_dma = 27;
    hip->mco_pio = hip->mco_msr = 16;
    hip->ki_max = 0;
    hip->features = 0; /* no SMMU is driven yet */
    hip->arch.aarch64 = (struct hip_arch_aarch64){};
}
