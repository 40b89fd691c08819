/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The serial line of a root task: one implementation per CPU, polled. The kernel uses
 * UARTs while it boots and lets go of them before root starts (interface specification, C.2).
 */
#pragma once

#include "kernel/abi/status.h"
#include "user/lib/bootinfo.h"

/*
 * Get access to the UART: on x86_64 the legacy port COM1, on aarch64 the one that the device tree
 * names or, without a device tree, that of QEMU's "virt" board.
 * BAD_DEV if there is none; else the status of the hypercall that failed.
 */
status_t uart_open(const struct bootinfo *info);

/* Send one byte, waiting for room. Does nothing before a successful uart_open(). */
void uart_put(char c);

/* A byte that has arrived, or -1. */
int uart_get(void);

/* Have it interrupt when something arrives. */
void uart_listen(void);
