/* SPDX-License-Identifier: GPL-2.0-only */
/* Text output of a root task. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/status.h"

/*
 * Get a UART; `boot0` as in user/lib/uart.h. Needs spaces_open(). If this fails, the functions
 * below stay silent.
 */
status_t console_open(uint64_t boot0);

/* Write `size` bytes of `text`; LF goes out as CR LF. Waits for the line. */
void console_write(const char *text, size_t size);

/* Write formatted text as kernel/base/format.h defines it, cut at 511 characters. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
