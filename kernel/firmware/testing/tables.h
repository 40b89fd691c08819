/* SPDX-License-Identifier: GPL-2.0-only */
/* ACPI tables for tests, in the simulated memory. */
#pragma once

#include "kernel/firmware/acpi.h"

/* Room for a table of `size` bytes at `base` with header, to be filled and then sealed. */
uint8_t *table_add(uint64_t base, const char *signature, uint32_t size);

/* Make the bytes of a table sum up to zero. */
void table_seal(uint8_t *table, uint32_t size);

/* A root pointer of `revision` (0 or 2) at `base`, sealed; it names an RSDT and an XSDT. */
uint8_t *rsdp_add(uint64_t base, uint8_t revision, uint32_t rsdt, uint64_t xsdt);

/* The table at `base`, as acpi_find would answer it. */
struct acpi_table table_at(uint64_t base, uint32_t size);
