/* SPDX-License-Identifier: GPL-2.0-only */
/* UART of NXP i.MX processors (i.MX 8M Reference Manual, "Universal Asynchronous Receiver/Transmitter"). */

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"

enum : size_t {
    UTXD = 0x40,
    UCR1 = 0x80,
    UCR2 = 0x84,
    UCR3 = 0x88,
    UCR4 = 0x8c,
    UFCR = 0x90,
    USR2 = 0x98,
    UBIR = 0xa4,
    UBMR = 0xa8,
    UTS = 0xb4,
    UMCR = 0xb8,
};
enum : uint32_t {
    UCR1_ENABLE = 1 << 0,
    UCR2_8BIT_TX = 0x4024, /* ignore RTS, 8 bits, transmit; SRST (0) is active when clear */
    UCR3_MUXED = 0x14,     /* RXDMUXSEL: must be set on this chip                         */
    UFCR_DIV1 = 0x8281,    /* reference clock / 1, thresholds                             */
    UTS_SOFT_RESET = 1 << 0,
    UTS_TX_FULL = 1 << 4,
    USR2_TX_DONE = 1 << 3,
};
enum : unsigned { RESET_TRIES = 100'000 };

static bool init(struct uart *u)
{
    /* The soft reset clears all of UCR1: reset first, enable last. */
    mmio_write32(u->mmio, UCR2, UCR2_8BIT_TX);
    for (unsigned tries = 0; mmio_read32(u->mmio, UTS) & UTS_SOFT_RESET; tries++)
        if (tries == RESET_TRIES)
            return false;
    mmio_write32(u->mmio, UCR3, UCR3_MUXED);
    mmio_write32(u->mmio, UCR4, 0);
    mmio_write32(u->mmio, UFCR, UFCR_DIV1);
    mmio_write32(u->mmio, UMCR, 0);
    if (u->clock_hz != 0) {
        /* Baud = clock / 16 x (UBIR + 1) / (UBMR + 1), UBIR first; both in units of 100 baud. */
        mmio_write32(u->mmio, UBIR, 16 * UART_BAUD / 100 / 16 - 1);
        mmio_write32(u->mmio, UBMR, u->clock_hz / 100 / 16 - 1);
    }
    mmio_write32(u->mmio, UCR1, UCR1_ENABLE);
    return mmio_read32(u->mmio, UCR1) == UCR1_ENABLE && mmio_read32(u->mmio, UCR3) == UCR3_MUXED;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    if (mmio_read32(u->mmio, UTS) & UTS_TX_FULL)
        return false;
    mmio_write32(u->mmio, UTXD, byte);
    return true;
}

static bool is_idle(struct uart *u)
{
    return mmio_read32(u->mmio, USR2) & USR2_TX_DONE;
}

const struct uart_ops uart_imx = {
    .name = "i.MX", .init = init, .try_put = try_put, .is_idle = is_idle};
