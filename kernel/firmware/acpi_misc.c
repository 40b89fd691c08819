/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi_misc.h"

enum : unsigned { GTDT_SIZE_MIN = 80, GTDT_EL1_VIRTUAL = 64, GTDT_EL2_PHYSICAL = 72 };
enum : uint32_t { GTDT_EDGE = 1 << 0, GTDT_ACTIVE_LOW = 1 << 1 };

enum : unsigned { HPET_BASE = 40 };

/* "Configuration Space Base Address Allocation Structure". */
enum : unsigned { MCFG_WINDOWS = 44, MCFG_WINDOW_SIZE = 16 };

static struct acpi_timer_irq timer_irq(struct bytes gtdt, unsigned offset)
{
    const uint32_t flags = bytes_le32(gtdt, offset + 4);
    return (struct acpi_timer_irq){
        .gsiv = bytes_le32(gtdt, offset),
        .is_edge = flags & GTDT_EDGE,
        .is_active_low = flags & GTDT_ACTIVE_LOW,
    };
}

bool acpi_gtdt_read(const struct acpi_table *gtdt, struct acpi_gtdt *out)
{
    const struct bytes b = acpi_bytes(gtdt);
    *out = (struct acpi_gtdt){
        .el1_virtual = timer_irq(b, GTDT_EL1_VIRTUAL),
        .el2_physical = timer_irq(b, GTDT_EL2_PHYSICAL),
    };
    return b.size >= GTDT_SIZE_MIN;
}

struct acpi_register acpi_hpet_read(const struct acpi_table *hpet)
{
    return acpi_register_at(acpi_bytes(hpet), HPET_BASE);
}

struct acpi_walk acpi_mcfg_begin(const struct acpi_table *mcfg)
{
    return acpi_walk_at(mcfg, MCFG_WINDOWS, UINT32_MAX);
}

bool acpi_mcfg_next(struct acpi_walk *walk, struct acpi_ecam *out)
{
    const struct bytes table = acpi_bytes(&walk->table);
    for (;;) {
        const struct bytes b = acpi_step(walk, table, MCFG_WINDOW_SIZE, MCFG_WINDOW_SIZE);
        if (b.size == 0)
            return false;
        *out = (struct acpi_ecam){
            .base = bytes_le64(b, 0),
            .segment = bytes_le16(b, 8),
            .bus_first = bytes_u8(b, 10),
            .bus_last = bytes_u8(b, 11),
        };
        if (out->bus_first <= out->bus_last)
            return true;
    }
}
