/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi_madt.h"

enum : unsigned { MADT_LOCAL_BASE = 36, MADT_FLAGS = 40, MADT_ENTRIES = 44, ENTRY_HEADER = 2 };

enum : uint32_t {
    MADT_PCAT_COMPAT = 1 << 0,
    LAPIC_ENABLED = 1 << 0,
    LAPIC_ONLINE_CAPABLE = 1 << 1,
    GICC_ENABLED = 1 << 0,
};

/* SDM vol. 3, "Determining IPI Destination". */
enum : uint32_t { LAPIC_ALL = 0xff, X2APIC_ALL = 0xffff'ffff };

struct acpi_madt acpi_madt_read(const struct acpi_table *madt)
{
    const struct bytes b = acpi_bytes(madt);
    return (struct acpi_madt){
        .local_base = bytes_le32(b, MADT_LOCAL_BASE),
        .has_pic = bytes_le32(b, MADT_FLAGS) & MADT_PCAT_COMPAT,
    };
}

struct acpi_walk acpi_madt_begin(const struct acpi_table *madt)
{
    return acpi_walk_at(madt, MADT_ENTRIES, UINT32_MAX);
}

/* The identifier `all` addresses every CPU at once: it is nobody's own. */
static bool is_usable(uint32_t flags, uint32_t apic_id, uint32_t all)
{
    return flags & (LAPIC_ENABLED | LAPIC_ONLINE_CAPABLE) && apic_id != all;
}

/* Answers whether `b` is of a type we know and as long as the type demands. */
static bool read_entry(struct bytes b, struct acpi_madt_entry *out)
{
    *out = (struct acpi_madt_entry){.type = (enum acpi_madt_type)bytes_u8(b, 0)};
    switch (out->type) {
    case ACPI_MADT_LAPIC:
        out->cpu.apic_id = bytes_u8(b, 3);
        out->cpu.is_usable = is_usable(bytes_le32(b, 4), out->cpu.apic_id, LAPIC_ALL);
        return b.size >= 8;
    case ACPI_MADT_IOAPIC:
        out->ioapic.id = bytes_u8(b, 2);
        out->ioapic.base = bytes_le32(b, 4);
        out->ioapic.gsi_base = bytes_le32(b, 8);
        return b.size >= 12;
    case ACPI_MADT_X2APIC:
        out->cpu.apic_id = bytes_le32(b, 4);
        out->cpu.is_usable = is_usable(bytes_le32(b, 8), out->cpu.apic_id, X2APIC_ALL);
        return b.size >= 16;
    case ACPI_MADT_GICC:
        out->gicc.is_enabled = bytes_le32(b, 12) & GICC_ENABLED;
        out->gicc.parking_version = bytes_le32(b, 16);
        out->gicc.gicc_base = bytes_le64(b, 32);
        out->gicc.gich_base = bytes_le64(b, 48);
        out->gicc.gicr_base = bytes_le64(b, 60);
        out->gicc.mpidr = bytes_le64(b, 68);
        return b.size >= 76;
    case ACPI_MADT_GICD:
        out->gicd.base = bytes_le64(b, 8);
        return b.size >= 24;
    case ACPI_MADT_GICR:
        out->gicr.base = bytes_le64(b, 4);
        out->gicr.size = bytes_le32(b, 12);
        return b.size >= 16;
    case ACPI_MADT_ITS:
        out->its.base = bytes_le64(b, 8);
        return b.size >= 20;
    }
    return false;
}

bool acpi_madt_next(struct acpi_walk *walk, struct acpi_madt_entry *out)
{
    const struct bytes table = acpi_bytes(&walk->table);
    for (;;) {
        const uint32_t size = bytes_u8(table, (uint64_t)walk->offset + 1);
        const struct bytes entry = acpi_step(walk, table, size, ENTRY_HEADER);
        if (entry.size == 0)
            return false;
        if (read_entry(entry, out))
            return true;
    }
}
