/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end. `panic` is for broken hardware, a broken boot and broken invariants of our own: it says
 * why on the console and stops this CPU. No input of user mode may lead here.
 */
#pragma once

#include "kernel/base/compiler.h"

/* Print `fmt` as the last line, registers and a backtrace, and stop. Context: any. */
[[noreturn]] COLD void panic(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* What the kernel guarantees to itself; never a check of input. */
#define ASSERT(cond)                                                                               \
    do {                                                                                           \
        if (UNLIKELY(!(cond)))                                                                     \
            panic("assertion failed: %s (%s:%d)", #cond, __FILE__, __LINE__);                      \
    } while (0)
