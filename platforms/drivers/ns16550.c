/* SPDX-License-Identifier: GPL-2.0-only */
/* 16550-compatible UART in memory (National Semiconductor PC16550D). */

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"

/* Register numbers; their distance is 1 << stride_log2 bytes. With LCR_DLAB, 0 and 1 are the divisor. */
enum ns16550_reg : uint8_t {
    THR = 0,
    IER = 1,
    FCR = 2,
    LCR = 3,
    MCR = 4,
    LSR = 5,
    DLL = 0,
    DLM = 1
};
enum : uint8_t { LCR_8N1 = 3, LCR_DLAB = 0x80, FCR_FIFO = 1, MCR_DTR_RTS = 3 };
enum : uint8_t { LSR_THR_EMPTY = 1 << 5, LSR_IDLE = 1 << 6 };

static uint8_t get(const struct uart *u, enum ns16550_reg reg)
{
    return mmio_read8(u->mmio, (size_t)reg << u->stride_log2);
}

static void set(struct uart *u, enum ns16550_reg reg, uint8_t value)
{
    mmio_write8(u->mmio, (size_t)reg << u->stride_log2, value);
}

static bool init(struct uart *u)
{
    if (u->clock_hz != 0) {
        const uint32_t divisor = u->clock_hz / (16 * UART_BAUD);
        set(u, LCR, LCR_DLAB);
        set(u, DLL, divisor & 0xff);
        set(u, DLM, divisor >> 8 & 0xff);
    }
    set(u, LCR, LCR_8N1);
    set(u, FCR, FCR_FIFO);
    set(u, IER, 0);
    set(u, MCR, MCR_DTR_RTS);
    return get(u, IER) == 0 && get(u, LCR) == LCR_8N1;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    if (!(get(u, LSR) & LSR_THR_EMPTY))
        return false;
    set(u, THR, byte);
    return true;
}

static bool is_idle(struct uart *u)
{
    return get(u, LSR) & LSR_IDLE;
}

const struct uart_ops uart_ns16550 = {
    .name = "NS16550", .init = init, .try_put = try_put, .is_idle = is_idle};
