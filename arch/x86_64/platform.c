/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine, from ACPI tables. */

#include "arch/x86_64/platform.h"

#include "arch/contract/platform.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/pic.h"
#include "arch/x86_64/power.h"
#include "arch/x86_64/protected.h"
#include "arch/x86_64/stc.h"
#include "arch/x86_64/timer.h"
#include "arch/x86_64/uart.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/firmware/acpi.h"
#include "kernel/firmware/acpi_console.h"
#include "kernel/firmware/acpi_iommu.h"
#include "kernel/firmware/acpi_madt.h"
#include "kernel/mm/kmap.h"

enum : uint16_t { COM1 = 0x3f8 };
enum : uint32_t { UART_CLOCK = 1'843'200 };
enum : uint64_t { IOMMU_SIZE_VTD = 4 * KIB, IOMMU_SIZE_AMD = 16 * KIB };
enum : uint16_t { EVENTS_HOST = 32, EVENTS_GUEST = 256, EVENTS_NOVA = 2 };
enum : uint8_t { ORDER_PER_LEVEL = 9, ORDER_BITS = 16 };

struct platform platform;

void arch_platform_console(const struct boot_config *config)
{
    if (config->options & BOOT_NOUART)
        return;
    console_add_uart(&(struct uart){
        .ops = &uart_16550_port, .phys = COM1, .port = COM1, .clock_hz = UART_CLOCK});
}

/* A 16550 that firmware describes; the divisor stays, as its clock is not known. */
static void add_console(const struct acpi_console *c)
{
    const bool is_16550 = c->subtype == ACPI_UART_16550 || c->subtype == ACPI_UART_16550_SUBSET ||
                          c->subtype == ACPI_UART_16550_GAS;
    if (is_16550 && c->base.space == ACPI_SPACE_IO && c->base.address <= UINT16_MAX)
        console_add_uart(&(struct uart){
            .ops = &uart_16550_port, .phys = c->base.address, .port = (uint16_t)c->base.address});
}

static void find_consoles(const struct acpi *acpi)
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

/* A CPU may be listed twice, as local APIC and as x2APIC. */
static void add_cpu(uint32_t apic_id)
{
    for (unsigned i = 0; i < platform.cpu_count; i++)
        if (platform.apic_id[i] == apic_id)
            return;
    if (!lapic_reaches(apic_id)) {
        console_print(CONSOLE_WARN, "CPU: APIC ID %u cannot be addressed, not used", apic_id);
        return;
    }
    if (platform.cpu_count < CPU_MAX)
        platform.apic_id[platform.cpu_count++] = apic_id;
}

static void read_madt(const struct acpi_table *table)
{
    if (acpi_madt_read(table).has_pic)
        pic_disable();
    struct acpi_walk walk = acpi_madt_begin(table);
    struct acpi_madt_entry entry;
    while (acpi_madt_next(&walk, &entry))
        switch (entry.type) {
        case ACPI_MADT_LAPIC:
        case ACPI_MADT_X2APIC:
            if (entry.cpu.is_usable)
                add_cpu(entry.cpu.apic_id);
            break;
        case ACPI_MADT_IOAPIC:
            platform.int_pin = (uint16_t)max_u64(
                platform.int_pin,
                ioapic_init(paddr(entry.ioapic.base), entry.ioapic.gsi_base, INTERRUPT_COUNT));
            break;
        case ACPI_MADT_GICC:
        case ACPI_MADT_GICD:
        case ACPI_MADT_GICR:
        case ACPI_MADT_ITS:
            break;
        }
}

/* Answers whether x2APIC mode may be used. */
static bool protect_iommus(const struct acpi *acpi)
{
    static const char signatures[][5] = {"DMAR", "IVRS"};
    struct acpi_table table;
    struct acpi_iommu unit;
    for (unsigned i = 0; i < ARRAY_SIZE(signatures); i++) {
        if (!acpi_find(acpi, signatures[i], &table))
            continue;
        struct acpi_walk walk = acpi_iommu_begin(&table);
        while (acpi_iommu_next(&walk, &unit))
            nova_protect(
                "IOMMU", paddr(unit.base),
                max_u64(unit.size, unit.kind == ACPI_IOMMU_VTD ? IOMMU_SIZE_VTD : IOMMU_SIZE_AMD));
    }
    enum : uint8_t { OPT_OUT = ACPI_DMAR_INTR_REMAP | ACPI_DMAR_X2APIC_OPT_OUT };
    return !acpi_find(acpi, "DMAR", &table) || (acpi_dmar_flags(&table) & OPT_OUT) != OPT_OUT;
}

void arch_platform_init(const struct boot_config *config)
{
    struct acpi acpi;
    struct acpi_table table;
    platform.rsdp = paddr_is_none(config->rsdp) ? acpi_find_rsdp_bios(kmap_window) : config->rsdp;
    if (paddr_is_none(platform.rsdp) || !acpi_open(&acpi, kmap_window, platform.rsdp))
        panic("no ACPI tables: this machine cannot be run");

    platform.has_fadt = acpi_find(&acpi, "FACP", &table) && acpi_fadt_read(&table, &platform.fadt);
    if (!platform.has_fadt)
        console_print(CONSOLE_WARN, "ACPI: no usable FADT: no power control");
    stc_begin();
    if (!(config->options & BOOT_NOUART))
        find_consoles(&acpi);
    lapic_setup(protect_iommus(&acpi));
    lapic_init();
    timer_begin(!(config->options & BOOT_NODL));
    if (!acpi_find(&acpi, "APIC", &table))
        panic("ACPI: no MADT: this machine cannot be run");
    read_madt(&table);
    protected_ports(config->options & BOOT_INSECURE);
    protected_msrs();
    power_init();
    platform.stc_frequency = stc_end();
    timer_end(platform.stc_frequency);
    console_print(CONSOLE_INFO, "ACPI: %u CPUs, %u interrupt pins, STC %lu kHz", platform.cpu_count,
                  platform.int_pin, platform.stc_frequency / 1000);
}

void arch_platform_hip(struct hip *hip)
{
    hip->length = HIP_LENGTH_X86_64;
    hip->acpi_rsdp = platform.rsdp.raw;
    hip->stc_frequency = platform.stc_frequency;
    hip->sel_hst_arch = EVENTS_HOST;
    hip->sel_gst_arch = EVENTS_GUEST;
    hip->sel_hst_nova = EVENTS_NOVA;
    hip->sel_gst_nova = EVENTS_NOVA;
    hip->int_pin = platform.int_pin;
    hip->int_msi = INTERRUPT_COUNT - platform.int_pin;
    /* Guest and DMA spaces do not exist yet: pages of 4 KiB promise least. */
    hip->mco_hst = (uint8_t)(ORDER_PER_LEVEL * (1 + arch_host_max_leaf()));
    hip->mco_gst = ORDER_PER_LEVEL;
    hip->mco_dma = ORDER_PER_LEVEL;
    hip->mco_pio = ORDER_BITS;
    hip->mco_msr = ORDER_BITS;
    hip->ki_max = cpu_limits.key_max;
}
