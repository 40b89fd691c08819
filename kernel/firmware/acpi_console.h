/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Serial ports that firmware describes (Microsoft, "Serial Port Console Redirection Table" and
 * "Debug Port Table 2", signatures "SPCR" and "DBG2").
 */
#pragma once

#include "kernel/firmware/acpi.h"

/* Serial subtypes of the Debug Port Table 2 that the kernel has drivers for. */
enum acpi_uart : uint16_t {
    ACPI_UART_16550 = 0x00,
    ACPI_UART_16550_SUBSET = 0x01,
    ACPI_UART_PL011 = 0x03,
    ACPI_UART_IMX = 0x0c,
    ACPI_UART_SBSA_32BIT = 0x0d,
    ACPI_UART_SBSA = 0x0e,
    ACPI_UART_BCM2835 = 0x10,
    ACPI_UART_16550_GAS = 0x12, /* register distance as the address structure says */
};

struct acpi_console {
    uint16_t subtype; /* enum acpi_uart, or another number */
    struct acpi_register base;
};

/* Answers false if the table names no address. */
bool acpi_spcr_read(const struct acpi_table *spcr, struct acpi_console *out);

/*
 * Walk the serial debug ports (port type 0x8000); of each the first address. Others are passed over;
 * the walk ends at a broken one.
 */
struct acpi_walk acpi_dbg2_begin(const struct acpi_table *dbg2);
bool acpi_dbg2_next(struct acpi_walk *walk, struct acpi_console *out);
