/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Console: lines of text for people, kept in the memory buffer of the interface (appendix C.1) and,
 * while booting, sent to UARTs. The log is for the kernel's own troubles: nothing that user mode or a
 * guest can do repeatedly may print, except one line per EC killed.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/console.h"
#include "kernel/base/compiler.h"
#include "kernel/base/types.h"

struct sm;

/* What a line is about; each level can be switched off when building (CONSOLE_LEVEL). */
enum console_level : uint8_t { CONSOLE_ERROR, CONSOLE_WARN, CONSOLE_INFO, CONSOLE_DEBUG };

/*
 * A UART for output while booting. Drivers are const ops tables; `init` answers whether the device is
 * there. The console decides how long to wait.
 */
struct uart;
struct uart_ops {
    const char *name;
    bool (*init)(struct uart *u);                  /* set up for 115200 8N1; false: not there */
    bool (*try_put)(struct uart *u, uint8_t byte); /* false: no room yet                      */
    bool (*is_idle)(struct uart *u);               /* all bytes have left the wire            */
};

struct uart {
    const struct uart_ops *ops;
    uint64_t phys; /* registers, to recognise a device found twice; I/O port if `port` is set */
    volatile void
        *mmio;     /* registers, mapped by kmap_device                                        */
    uint16_t port; /* first I/O port, or 0 when memory-mapped                                  */
    uint8_t
        stride_log2; /* distance of registers: 1 << stride_log2 bytes                           */
    uint32_t
        clock_hz; /* reference clock; 0: firmware's divisor is kept                           */
};

enum : unsigned { CONSOLE_UART_MAX = 4 };

/*
 * Print one line; CR LF is added. Lines of several CPUs do not mix.
 * Context: any, also before boot_main has done anything.
 */
void console_print(enum console_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Start to use a UART; *u is copied. It first receives all that is in the memory buffer. Ignored when
 * the device does not answer, is in use already (same phys) or the table is full.
 * Context: boot CPU, while booting.
 */
void console_add_uart(const struct uart *u);

/* Wait until all has been sent (bounded), then leave the UARTs to user mode for good. */
void console_close_uarts(void);

/* Up this semaphore at each end of line from now on; it is set to the count of lines so far. */
void console_set_semaphore(struct sm *sm);

/* The memory buffer: one page in the image. */
paddr_t console_mbuf(void);

/*
 * Get the console's lock out of the way of a panic: its holder may be this very CPU, or one that died.
 * Waits a bounded time for it first.
 */
void console_break_lock(void);
