/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The serial line of a root task: one implementation per CPU, polled, output only. The kernel uses
 * UARTs while it boots and lets go of them before root starts (interface specification, C.2).
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/status.h"

/*
 * Get access to the UART. `boot0` is the first boot register: on aarch64 it may be the physical
 * address of a device tree that names the UART.
 * BAD_DEV if there is none; else the status of the hypercall that failed.
 */
status_t uart_open(uint64_t boot0);

/* Send one byte, waiting for room. Does nothing before a successful uart_open(). */
void uart_put(char c);
