/* SPDX-License-Identifier: GPL-2.0-only */
/* Mini UART of the BCM2835 family (BCM2711 ARM Peripherals, "Auxiliaries"). Base: the AUX block. */

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"

enum : size_t {
    AUX_ENABLES = 0x4,
    MU_IO = 0x40,
    MU_IIR = 0x48,
    MU_LCR = 0x4c,
    MU_CNTL = 0x60,
    MU_STAT = 0x64,
    MU_BAUD = 0x68,
};
enum : uint32_t {
    ENABLE_MINI_UART = 1 << 0,
    LCR_8BIT = 3,
    IIR_CLEAR_FIFOS = 6,
    CNTL_TX = 2,
    STAT_TX_FULL = 1 << 5,
    STAT_TX_DONE = 1 << 9,
};

static bool init(struct uart *u)
{
    mmio_write32(u->mmio, AUX_ENABLES, ENABLE_MINI_UART);
    mmio_write32(u->mmio, MU_LCR, LCR_8BIT);
    mmio_write32(u->mmio, MU_IIR, IIR_CLEAR_FIFOS);
    if (u->clock_hz != 0)
        mmio_write32(u->mmio, MU_BAUD, u->clock_hz / (8 * UART_BAUD) - 1);
    mmio_write32(u->mmio, MU_CNTL, CNTL_TX);
    return true;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    if (mmio_read32(u->mmio, MU_STAT) & STAT_TX_FULL)
        return false;
    mmio_write32(u->mmio, MU_IO, byte);
    return true;
}

static bool is_idle(struct uart *u)
{
    return mmio_read32(u->mmio, MU_STAT) & STAT_TX_DONE;
}

const struct uart_ops uart_mini = {
    .name = "BCM2835 mini UART", .init = init, .try_put = try_put, .is_idle = is_idle};
