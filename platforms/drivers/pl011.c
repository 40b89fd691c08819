/* SPDX-License-Identifier: GPL-2.0-only */
/* Arm PrimeCell UART PL011 (Arm DDI 0183). Registers are accessed with 16 bits. */

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"

enum : size_t { DR = 0x0, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30 };
enum : uint16_t { FR_BUSY = 1 << 3, FR_TXFF = 1 << 5 };
enum : uint16_t { LCR_H_8BIT_FIFO = 0x70, CR_TX_ON = 1 << 8 | 1 << 0 };

static bool init(struct uart *u)
{
    mmio_write16(u->mmio, CR, 0); /* UARTCR: disable before reprogramming */
    if (u->clock_hz != 0) {
        /* Divisor clock / (16 x baud) in 64ths, rounded. It takes effect with the write of LCR_H. */
        const uint64_t by64 = (UINT64_C(8) * u->clock_hz / UART_BAUD + 1) / 2;
        mmio_write16(u->mmio, IBRD, (uint16_t)(by64 / 64));
        mmio_write16(u->mmio, FBRD, by64 % 64);
    }
    mmio_write16(u->mmio, LCR_H, LCR_H_8BIT_FIFO);
    mmio_write16(u->mmio, CR, CR_TX_ON);
    return mmio_read16(u->mmio, LCR_H) == LCR_H_8BIT_FIFO && mmio_read16(u->mmio, CR) == CR_TX_ON;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    if (mmio_read16(u->mmio, FR) & FR_TXFF)
        return false;
    mmio_write16(u->mmio, DR, byte);
    return true;
}

static bool is_idle(struct uart *u)
{
    return !(mmio_read16(u->mmio, FR) & FR_BUSY);
}

const struct uart_ops uart_pl011 = {
    .name = "PL011", .init = init, .try_put = try_put, .is_idle = is_idle};
