/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/testing/tables.h"

#include <string.h>

#include "kernel/firmware/testing/memory.h"

/* The checksum is the byte at `at`. */
static void seal(uint8_t *data, uint32_t size, unsigned at)
{
    data[at] = 0;
    uint8_t sum = 0;
    for (uint32_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + data[i]);
    data[at] = (uint8_t)-sum;
}

uint8_t *table_add(uint64_t base, const char *signature, uint32_t size)
{
    uint8_t *const table = memory_add(base, size);
    memcpy(table, signature, 4);
    put_le(table + 4, size, 4);
    return table;
}

void table_seal(uint8_t *table, uint32_t size)
{
    seal(table, size, 9);
}

uint8_t *rsdp_add(uint64_t base, uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
    uint8_t *const rsdp = memory_add(base, 36);
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = revision;
    put_le(rsdp + 16, rsdt, 4);
    put_le(rsdp + 20, 36, 4);
    put_le(rsdp + 24, xsdt, 8);
    seal(rsdp, 20, 8);
    seal(rsdp, 36, 32);
    return rsdp;
}

struct acpi_table table_at(uint64_t base, uint32_t size)
{
    return (struct acpi_table){memory_map, paddr(base), size};
}
