/* SPDX-License-Identifier: GPL-2.0-only */
/* Renesas SCIF (R-Car Series, 3rd Generation, "Serial Communication Interface with FIFO"). */

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"

/* SMR, SCR, FSR, FCR have 16 bits, FTDR 8. */
enum : size_t { SMR = 0x0, SCR = 0x8, FTDR = 0xc, FSR = 0x10, FCR = 0x18 };
enum : uint16_t {
    SCR_TX = 0x20,
    FCR_RESET_FIFOS = 6,
    FSR_TX_ROOM = 1 << 5, /* TDFE */
    FSR_TX_DONE = 1 << 6, /* TEND */
};

static bool init(struct uart *u)
{
    mmio_write16(u->mmio, SCR, 0);
    mmio_write16(u->mmio, FCR, FCR_RESET_FIFOS);
    mmio_write16(u->mmio, SMR, 0);
    mmio_write16(u->mmio, FCR, 0);
    mmio_write16(u->mmio, SCR, SCR_TX); /* the divisor stays as firmware left it */
    return true;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    const uint16_t status = mmio_read16(u->mmio, FSR);
    if (!(status & FSR_TX_ROOM))
        return false;
    mmio_write8(u->mmio, FTDR, byte);
    /* Both flags stay until they are cleared by writing 0. */
    mmio_write16(u->mmio, FSR, status & (uint16_t)~(FSR_TX_ROOM | FSR_TX_DONE));
    return true;
}

static bool is_idle(struct uart *u)
{
    return mmio_read16(u->mmio, FSR) & FSR_TX_DONE;
}

const struct uart_ops uart_scif = {
    .name = "SCIF", .init = init, .try_put = try_put, .is_idle = is_idle};
