/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first byte chooses: the way from a root pointer to a table, or one table. Checksums are not for a
 * fuzzer to guess: those of root pointer and root table are put right.
 */
#include <string.h>

#include "kernel/firmware/acpi_console.h"
#include "kernel/firmware/acpi_fadt.h"
#include "kernel/firmware/acpi_iommu.h"
#include "kernel/firmware/acpi_madt.h"
#include "kernel/firmware/acpi_misc.h"
#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/testing/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum : uint64_t { RSDP = 0x1000, XSDT = 0x2000, TABLES = 0x3000 };

/* The input is the XSDT's list of addresses, padded, and the memory that they are likely to name. */
static void search(const uint8_t *data, size_t size)
{
    rsdp_add(RSDP, 2, 0, XSDT);
    const uint32_t list = size < 64 ? (uint32_t)size : 64;
    uint8_t *const xsdt = table_add(XSDT, "XSDT", 36 + list);
    memcpy(xsdt + 36, data, list);
    table_seal(xsdt, 36 + list);
    memory_add_copy(TABLES, data + list, size - list);

    struct acpi acpi;
    struct acpi_table table;
    if (acpi_open(&acpi, memory_map, paddr(RSDP)))
        acpi_find(&acpi, "APIC", &table);
}

static void open_raw(const uint8_t *data, size_t size)
{
    struct acpi acpi;
    struct acpi_table table;
    memory_add_copy(0, data, size);
    acpi_find_rsdp_bios(memory_map);
    if (acpi_open(&acpi, memory_map, paddr(0)))
        acpi_find(&acpi, "FACP", &table);
}

static void read_madt(const struct acpi_table *table)
{
    struct acpi_madt_entry entry;
    acpi_madt_read(table);
    for (struct acpi_walk walk = acpi_madt_begin(table); acpi_madt_next(&walk, &entry);)
        continue;
}

static void read_consoles(const struct acpi_table *table)
{
    struct acpi_console console;
    acpi_spcr_read(table, &console);
    for (struct acpi_walk walk = acpi_dbg2_begin(table); acpi_dbg2_next(&walk, &console);)
        continue;
}

static void read_iommus(const struct acpi_table *table)
{
    struct acpi_iommu unit;
    acpi_dmar_flags(table);
    for (struct acpi_walk walk = acpi_iommu_begin(table); acpi_iommu_next(&walk, &unit);)
        continue;
}

static void read_others(const struct acpi_table *table)
{
    struct acpi_fadt fadt;
    struct acpi_gtdt gtdt;
    struct acpi_ecam ecam;
    acpi_fadt_read(table, &fadt);
    acpi_gtdt_read(table, &gtdt);
    acpi_hpet_read(table);
    for (struct acpi_walk walk = acpi_mcfg_begin(table); acpi_mcfg_next(&walk, &ecam);)
        continue;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const struct acpi_table *) = {read_madt, read_consoles,
                                                                 read_iommus, read_others};

    if (size < 1)
        return 0;
    const unsigned choice = data[0] % 6;
    data++;
    size--;
    memory_reset();
    if (choice == 4) {
        search(data, size);
    } else if (choice == 5) {
        open_raw(data, size);
    } else {
        memory_add_copy(0, data, size);
        const struct acpi_table table = table_at(0, (uint32_t)size);
        readers[choice](&table);
    }
    memory_reset();
    return 0;
}
