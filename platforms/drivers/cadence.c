/* SPDX-License-Identifier: GPL-2.0-only */
/* Cadence UART (Zynq UltraScale+ Device TRM UG1085, "UART Controller"; registers UG1087). */

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"

enum : size_t {
    CR = 0x0,
    MR = 0x4,
    IDR = 0xc,
    BAUDGEN = 0x18,
    SR = 0x2c,
    FIFO = 0x30,
    BDIV = 0x34,
};
enum : uint32_t {
    CR_OFF = 0x28,             /* receiver and transmitter disabled        */
    CR_RESET_ENABLE_TX = 0x1b, /* both paths reset, transmitter enabled  */
    MR_8N1 = 0x20,
    IDR_ALL = 0x3fff,
    BDIV_5 = 4, /* one bit is BDIV + 1 ticks of the baud generator */
    SR_TX_EMPTY = 1 << 3,
    SR_TX_FULL = 1 << 4,
    SR_TX_ACTIVE = 1 << 11,
};

static bool init(struct uart *u)
{
    mmio_write32(u->mmio, CR, CR_OFF);
    mmio_write32(u->mmio, MR, MR_8N1);
    mmio_write32(u->mmio, IDR, IDR_ALL);
    if (u->clock_hz != 0) {
        mmio_write32(u->mmio, BAUDGEN, u->clock_hz / UART_BAUD / 5);
        mmio_write32(u->mmio, BDIV, BDIV_5);
    }
    mmio_write32(u->mmio, CR, CR_RESET_ENABLE_TX);
    return true;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    if (mmio_read32(u->mmio, SR) & SR_TX_FULL)
        return false;
    mmio_write32(u->mmio, FIFO, byte);
    return true;
}

static bool is_idle(struct uart *u)
{
    return (mmio_read32(u->mmio, SR) & (SR_TX_EMPTY | SR_TX_ACTIVE)) == SR_TX_EMPTY;
}

const struct uart_ops uart_cadence = {
    .name = "Cadence", .init = init, .try_put = try_put, .is_idle = is_idle};
