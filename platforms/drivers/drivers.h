/* SPDX-License-Identifier: GPL-2.0-only */
/* UARTs for output while booting: polled, 115200 8N1, no interrupts. */
#pragma once

#include "kernel/device/console.h"
#include "platforms/board.h"

/* The driver for a UART in a board's row; nullptr if there is none. */
const struct uart_ops *uart_ops_of(enum board_uart_kind kind);

/* The driver for a UART that ACPI describes, by its DBG2 subtype; nullptr if there is none. */
const struct uart_ops *uart_ops_of_acpi(uint16_t subtype);

extern const struct uart_ops uart_ns16550, uart_pl011, uart_imx, uart_mini, uart_meson,
    uart_cadence, uart_scif;

enum : uint32_t { UART_BAUD = 115'200 };
