/* SPDX-License-Identifier: GPL-2.0-only */
/* UART of Amlogic Meson processors (S922X Datasheet, "UART"). */

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"

enum : size_t { WFIFO = 0x0, CONTROL = 0x8, STATUS = 0xc, MISC = 0x10, REG5 = 0x14 };
enum : uint32_t {
    CONTROL_CLEAR_RESET = 7 << 22, /* clear errors, reset receiver and transmitter */
    CONTROL_TWO_WIRE_TX = 1 << 15 | 1 << 12,
    REG5_NEW_BAUD_XTAL = 3 << 23, /* use bits 22-0, from the crystal divided by 3  */
    STATUS_TX_FULL = 1 << 21,
    STATUS_TX_BUSY = 1 << 25,
};

static bool init(struct uart *u)
{
    if (u->clock_hz != 0) {
        mmio_write32(u->mmio, CONTROL, CONTROL_CLEAR_RESET);
        mmio_write32(u->mmio, MISC, 0);
        mmio_write32(u->mmio, REG5, REG5_NEW_BAUD_XTAL + u->clock_hz / 3 / UART_BAUD);
    }
    mmio_write32(u->mmio, CONTROL, CONTROL_TWO_WIRE_TX);
    return true;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    if (mmio_read32(u->mmio, STATUS) & STATUS_TX_FULL)
        return false;
    mmio_write32(u->mmio, WFIFO, byte);
    return true;
}

static bool is_idle(struct uart *u)
{
    return !(mmio_read32(u->mmio, STATUS) & STATUS_TX_BUSY);
}

const struct uart_ops uart_meson = {
    .name = "Meson", .init = init, .try_put = try_put, .is_idle = is_idle};
