/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small tables: timers and PCI configuration space (ACPI 6.5, "Generic Timer Description Table";
 * IA-PC HPET Specification 1.0a, "The ACPI 2.0 HPET Description Table"; PCI Firmware Specification 3.3,
 * "MCFG Table Description"). Signatures "GTDT", "HPET", "MCFG".
 */
#pragma once

#include "kernel/firmware/acpi.h"

/* An interrupt of the generic timer. */
struct acpi_timer_irq {
    uint32_t gsiv; /* interrupt number (INTID) */
    bool is_edge, is_active_low;
};

struct acpi_gtdt {
    struct acpi_timer_irq el1_virtual, el2_physical;
};

/* Answers false if the table is shorter than 80 bytes. */
bool acpi_gtdt_read(const struct acpi_table *gtdt, struct acpi_gtdt *out);

/* Registers of the HPET; address 0 if the table is too short to tell. */
struct acpi_register acpi_hpet_read(const struct acpi_table *hpet);

/* Configuration space: bus b, device d, function f at base + (b << 20 | d << 15 | f << 12). */
struct acpi_ecam {
    uint64_t base;
    uint16_t segment;
    uint8_t bus_first, bus_last;
};

/* Walk the windows; those whose last bus is below the first are passed over. */
struct acpi_walk acpi_mcfg_begin(const struct acpi_table *mcfg);
bool acpi_mcfg_next(struct acpi_walk *walk, struct acpi_ecam *out);
