/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/uart.h"

#include "arch/x86_64/insn.h"

/* Registers, as offsets from the first port. With DLAB set, 0 and 1 are the divisor. */
enum reg : uint16_t { THR = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };

enum : uint8_t {
    FCR_ENABLE_CLEAR = 0x07, /* FIFOs on, both emptied             */
    LCR_8N1 = 0x03,
    LCR_DLAB = 0x80,
    MCR_DTR_RTS = 0x03,
    LSR_THRE = 0x20, /* room for a byte                            */
    LSR_TEMT = 0x40, /* all has left the wire                      */
    IER_PROBE = 0x0a,
};
enum : uint32_t { BAUD = 115200, OVERSAMPLING = 16 };

static uint8_t reg_read(const struct uart *u, enum reg r)
{
    return in8((uint16_t)(u->port + (r << u->stride_log2)));
}

static void reg_write(const struct uart *u, enum reg r, uint8_t value)
{
    out8((uint16_t)(u->port + (r << u->stride_log2)), value);
}

static bool reg_holds(const struct uart *u, enum reg r, uint8_t value)
{
    reg_write(u, r, value);
    return reg_read(u, r) == value;
}

static bool init(struct uart *u)
{
    /* Where nothing answers, reads give ones, or the last value on the bus. */
    if (!reg_holds(u, LCR, LCR_8N1) || !reg_holds(u, IER, IER_PROBE) || !reg_holds(u, IER, 0))
        return false;
    if (u->clock_hz != 0) {
        const uint32_t divisor = u->clock_hz / (OVERSAMPLING * BAUD);
        reg_write(u, LCR, LCR_DLAB | LCR_8N1);
        reg_write(u, THR, (uint8_t)divisor);
        reg_write(u, IER, (uint8_t)(divisor >> 8));
        reg_write(u, LCR, LCR_8N1);
    }
    reg_write(u, FCR, FCR_ENABLE_CLEAR);
    reg_write(u, MCR, MCR_DTR_RTS);
    return true;
}

static bool try_put(struct uart *u, uint8_t byte)
{
    if (!(reg_read(u, LSR) & LSR_THRE))
        return false;
    reg_write(u, THR, byte);
    return true;
}

static bool is_idle(struct uart *u)
{
    return reg_read(u, LSR) & LSR_TEMT;
}

const struct uart_ops uart_16550_port = {
    .name = "16550", .init = init, .try_put = try_put, .is_idle = is_idle};
