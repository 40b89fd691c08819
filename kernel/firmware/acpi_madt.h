/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs and interrupt controllers (ACPI 6.5, "Multiple APIC Description Table", signature "APIC"). */
#pragma once

#include "kernel/firmware/acpi.h"

/* The header's own fields. */
struct acpi_madt {
    uint32_t local_base; /* local APIC, or GICC where an entry does not give its own */
    bool has_pic;        /* flags, PCAT_COMPAT: a pair of 8259 must be masked        */
};

enum acpi_madt_type : uint8_t {
    ACPI_MADT_LAPIC = 0,
    ACPI_MADT_IOAPIC = 1,
    ACPI_MADT_X2APIC = 9,
    ACPI_MADT_GICC = 11,
    ACPI_MADT_GICD = 12,
    ACPI_MADT_GICR = 14,
    ACPI_MADT_ITS = 15,
};

/* Addresses are physical, of register frames; 0 where firmware says none. */
struct acpi_madt_entry {
    enum acpi_madt_type type;
    union {
        struct { /* LAPIC, X2APIC: a CPU */
            uint32_t apic_id;
            bool is_usable; /* enabled, or may come online later */
        } cpu;
        struct {
            uint32_t id;
            uint32_t base;
            uint32_t gsi_base; /* first global interrupt of this controller */
        } ioapic;
        struct {
            bool is_enabled;
            uint32_t parking_version; /* not 0: started by the parking protocol, not PSCI */
            uint64_t gicc_base, gich_base, gicr_base;
            uint64_t mpidr;
        } gicc;
        struct {
            uint64_t base;
        } gicd;
        struct {
            uint64_t base;
            uint32_t size; /* bytes of the range of redistributors */
        } gicr;
        struct {
            uint64_t base;
        } its;
    };
};

struct acpi_madt acpi_madt_read(const struct acpi_table *madt);

/*
 * Walk the entries in their order:
 *     struct acpi_walk walk = acpi_madt_begin(&table);
 *     while (acpi_madt_next(&walk, &entry)) ...
 * Entries of other types, and those shorter than their type demands, are passed over. The walk ends
 * at the table's end and at an entry that is broken (shorter than its header, or beyond the end).
 */
struct acpi_walk acpi_madt_begin(const struct acpi_table *madt);
bool acpi_madt_next(struct acpi_walk *walk, struct acpi_madt_entry *out);
