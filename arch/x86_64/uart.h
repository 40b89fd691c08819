/* SPDX-License-Identifier: GPL-2.0-only */
/* 16550 UART behind I/O ports (National Semiconductor PC16550D). */
#pragma once

#include "kernel/device/console.h"

extern const struct uart_ops uart_16550_port;
