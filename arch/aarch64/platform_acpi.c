/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine as ACPI describes it: MADT, GTDT, FADT, IORT; consoles in SPCR and DBG2. */

#include "arch/aarch64/platform.h"
#include "kernel/base/bits.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/firmware/acpi.h"
#include "kernel/firmware/acpi_console.h"
#include "kernel/firmware/acpi_fadt.h"
#include "kernel/firmware/acpi_iommu.h"
#include "kernel/firmware/acpi_madt.h"
#include "kernel/firmware/acpi_misc.h"
#include "kernel/mm/kmap.h"
#include "platforms/drivers/drivers.h"

/* ACPI gives no sizes: what the architectures reserve for one frame. */
enum : uint64_t { GICC_SIZE = 0x2000, GICH_SIZE = 0x2000, ITS_SIZE = 0x2'0000 };
enum : uint64_t { SMMU_V3_SIZE = 0x2'0000, SMMU_V2_SIZE = 0x2'0000 };

enum : uint8_t { FLAG_EDGE = 1, FLAG_LEVEL = 4 }; /* as in a board's row */

static void read_gicc(const struct acpi_madt_entry *entry, const struct acpi_madt *madt)
{
    if (!entry->gicc.is_enabled || entry->gicc.parking_version != 0)
        return;
    if (platform.cpu_count == 0) {
        const uint64_t own = entry->gicc.gicc_base;
        platform.gicc = (struct board_range){own != 0 ? own : madt->local_base, GICC_SIZE};
        platform.gich = (struct board_range){entry->gicc.gich_base, GICH_SIZE};
    }
    platform_add_cpu(entry->gicc.mpidr, entry->gicc.gicr_base);
}

static void read_madt(const struct acpi_table *table)
{
    const struct acpi_madt madt = acpi_madt_read(table);
    struct acpi_walk walk = acpi_madt_begin(table);
    struct acpi_madt_entry entry;
    while (acpi_madt_next(&walk, &entry))
        switch (entry.type) {
        case ACPI_MADT_GICC:
            read_gicc(&entry, &madt);
            break;
        case ACPI_MADT_GICD:
            platform.gicd.base = entry.gicd.base;
            break;
        case ACPI_MADT_GICR:
            platform_add_gicr((struct board_range){entry.gicr.base, entry.gicr.size});
            break;
        case ACPI_MADT_ITS:
            nova_protect("ITS", paddr(entry.its.base), ITS_SIZE);
            break;
        case ACPI_MADT_LAPIC:
        case ACPI_MADT_IOAPIC:
        case ACPI_MADT_X2APIC:
            break;
        }
    /* The first frame pages of absent devices are not theirs. */
    if (platform.gicc.base == 0)
        platform.gicc.size = 0;
    if (platform.gich.base == 0)
        platform.gich.size = 0;
}

static struct board_irq irq_of(struct acpi_timer_irq irq)
{
    return (struct board_irq){.number = (uint16_t)(irq.gsiv - INTID_PPI),
                              .flags = irq.is_edge ? FLAG_EDGE : FLAG_LEVEL};
}

static void read_gtdt(const struct acpi *acpi)
{
    struct acpi_table table;
    struct acpi_gtdt gtdt;
    if (!acpi_find(acpi, "GTDT", &table) || !acpi_gtdt_read(&table, &gtdt)) {
        platform.timer_el2 = board.timer_el2;
        platform.timer_virt = board.timer_virt;
        return;
    }
    platform.timer_el2 = irq_of(gtdt.el2_physical);
    platform.timer_virt = irq_of(gtdt.el1_virtual);
}

static void read_fadt(const struct acpi *acpi)
{
    struct acpi_table table;
    struct acpi_fadt fadt;
    if (acpi_find(acpi, "FACP", &table) && acpi_fadt_read(&table, &fadt) &&
        fadt.arm_boot & ACPI_FADT_ARM_PSCI)
        platform.start = CPU_START_PSCI;
}

static void protect_smmus(const struct acpi *acpi)
{
    struct acpi_table table;
    if (!acpi_find(acpi, "IORT", &table))
        return;
    struct acpi_walk walk = acpi_iommu_begin(&table);
    struct acpi_iommu unit;
    while (acpi_iommu_next(&walk, &unit)) {
        const uint64_t least = unit.kind == ACPI_IOMMU_SMMU_V3 ? SMMU_V3_SIZE : SMMU_V2_SIZE;
        nova_protect("SMMU", paddr(unit.base), max_u64(unit.size, least));
    }
}

static void add_console(const struct acpi_console *console)
{
    const struct acpi_register *const base = &console->base;
    const struct uart_ops *const ops = uart_ops_of_acpi(console->subtype);
    if (ops == nullptr || base->space != ACPI_SPACE_MEMORY || base->width < 8)
        return;
    struct uart uart = {
        .ops = ops,
        .phys = base->address,
        .mmio = kmap_device(paddr(base->address), PAGE_SIZE),
        .stride_log2 = (uint8_t)min_u64(bit_highest(base->width / 8u), 2),
    };
    if (uart.mmio != nullptr)
        console_add_uart(&uart);
}

static void read_consoles(const struct acpi *acpi)
{
    struct acpi_table table;
    struct acpi_console console;
    if (acpi_find(acpi, "SPCR", &table) && acpi_spcr_read(&table, &console))
        add_console(&console);
    if (!acpi_find(acpi, "DBG2", &table))
        return;
    struct acpi_walk walk = acpi_dbg2_begin(&table);
    while (acpi_dbg2_next(&walk, &console))
        add_console(&console);
}

bool platform_read_acpi(const struct boot_config *config)
{
    struct acpi acpi;
    struct acpi_table madt;
    if (paddr_is_none(config->rsdp) || !acpi_open(&acpi, kmap_window, config->rsdp) ||
        !acpi_find(&acpi, "APIC", &madt))
        return false;
    if (!(config->options & BOOT_NOUART))
        read_consoles(&acpi);
    read_fadt(&acpi);
    read_madt(&madt);
    read_gtdt(&acpi);
    protect_smmus(&acpi);
    return true;
}
