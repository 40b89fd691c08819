/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI: from the root pointer to a table (ACPI Specification 6.5, "Root System Description Pointer",
 * "System Description Table Header"). What is in a table is read by acpi_<table>.h.
 *
 * A table is a place in physical memory; each access maps it anew, so callers may use the window
 * between two calls. A field that a table is too short for reads as 0.
 */
#pragma once

#include "kernel/firmware/bytes.h"
#include "kernel/firmware/map.h"

struct acpi_table {
    firmware_map_t map;
    paddr_t base;
    uint32_t size; /* bytes, at least ACPI_HEADER_SIZE once found */
};

enum : uint32_t { ACPI_HEADER_SIZE = 36 };

/* Where the tables are listed: filled by acpi_open. */
struct acpi {
    struct acpi_table root; /* XSDT or RSDT                    */
    uint32_t entry_size;    /* bytes per address in it: 8 or 4 */
};

/* A register anywhere ("Generic Address Structure"). */
enum acpi_space : uint8_t { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1 };
struct acpi_register {
    uint64_t address; /* 0: there is none                                        */
    uint16_t width;   /* bits                                                    */
    uint8_t space;    /* enum acpi_space, or another number that firmware wrote  */
};

/*
 * Where is the root pointer on a PC with BIOS? Looks at every 16th byte of the first KiB of the EBDA,
 * then of [0xe0000, 0x100000). Answers paddr_none() if there is none.
 */
paddr_t acpi_find_rsdp_bios(firmware_map_t map);

/*
 * Check the root pointer at `rsdp` and the table it leads to: the XSDT if the revision is above 1 and
 * it names one, else the RSDT. Answers false if signature, length or a checksum is wrong.
 */
bool acpi_open(struct acpi *acpi, firmware_map_t map, paddr_t rsdp);

/*
 * The first table with `signature` whose length is at least ACPI_HEADER_SIZE and whose checksum is
 * right. Answers false if there is none. Only the first 1024 entries are looked at.
 */
bool acpi_find(const struct acpi *acpi, const char signature[static 4], struct acpi_table *out);

/* ---- For the readers of tables ---- */

/* Walks the structures in a table. Each acpi_<table>_begin makes one, _next uses it. */
struct acpi_walk {
    struct acpi_table table;
    uint32_t offset; /* of the next structure        */
    uint32_t left;   /* structures still to be found */
};

/* A walk over `left` structures that starts at `offset`. */
static inline struct acpi_walk acpi_walk_at(const struct acpi_table *table, uint32_t offset,
                                            uint32_t left)
{
    return (struct acpi_walk){.table = *table, .offset = offset, .left = left};
}

/*
 * The structure at walk->offset, `size` bytes of `table` (the mapped walk->table), and step over it. No
 * bytes, and the end of the walk, if `size` is below `minimum` or beyond the end, or none is left.
 */
struct bytes acpi_step(struct acpi_walk *walk, struct bytes table, uint32_t size, uint32_t minimum);

/* Map the whole table; no bytes if that fails. Good until the next call of table->map. */
struct bytes acpi_bytes(const struct acpi_table *table);

/* The Generic Address Structure at `offset`. */
struct acpi_register acpi_register_at(struct bytes table, uint64_t offset);
