/* SPDX-License-Identifier: GPL-2.0-only */
/* Text output of a root task, and input by bytes. */
#pragma once

#include <stddef.h>

#include "kernel/abi/status.h"
#include "user/lib/bootinfo.h"

/*
 * Get a UART, as user/lib/uart.h says. Needs spaces_open(). If this fails, the functions below stay
 * silent.
 */
status_t console_open(const struct bootinfo *info);

/* Write `size` bytes of `text`; LF goes out as CR LF. Waits for the line. */
void console_write(const char *text, size_t size);

/* Write formatted text as kernel/base/format.h defines it, cut at 511 characters. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A byte that has arrived, or -1 if there is none. */
int console_get(void);

/* Have the UART interrupt when something arrives. */
void console_listen(void);
