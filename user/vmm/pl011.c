/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/pl011.h"

/* Arm TRM DDI 0183, "Summary of registers". */
enum : uint64_t {
    DR = 0x00,
    FR = 0x18,
    IBRD = 0x24,
    FBRD = 0x28,
    LCR_H = 0x2c,
    CR = 0x30,
    IFLS = 0x34,
    IMSC = 0x38,
    RIS = 0x3c,
    MIS = 0x40,
    ICR = 0x44,
    PERIPH_ID = 0xfe0,
    END = 0x1000,
};

enum : uint32_t {
    FR_RXFE = 1 << 4,
    FR_RXFF = 1 << 6,
    FR_TXFE = 1 << 7,
    CR_RESET = 0x300, /* transmitter and receiver on, UART off */
    IFLS_RESET = 0x12,
    INT_RX = 1 << 4,
    INT_TX = 1 << 5,
    INT_ALL = 0x7ff,
};

static const uint8_t id[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

void pl011_reset(struct pl011 *uart)
{
    *uart = (struct pl011){
        .put = uart->put, .owner = uart->owner, .control = CR_RESET, .trigger = IFLS_RESET};
}

bool pl011_has_room(const struct pl011 *uart)
{
    return uart->count < PL011_FIFO_SIZE;
}

void pl011_receive(struct pl011 *uart, char c)
{
    if (!pl011_has_room(uart))
        return;
    uart->fifo[(uart->first + uart->count++) % PL011_FIFO_SIZE] = (uint8_t)c;
    uart->raised |= INT_RX;
}

bool pl011_is_raised(const struct pl011 *uart)
{
    return uart->raised & uart->mask;
}

static uint32_t read_data(struct pl011 *uart)
{
    if (uart->count == 0)
        return 0;
    const uint8_t c = uart->fifo[uart->first];
    uart->first = (uart->first + 1) % PL011_FIFO_SIZE;
    if (--uart->count == 0)
        uart->raised &= ~(uint32_t)INT_RX;
    return c;
}

/* The transmitter is always empty: what is written has been sent. */
static uint32_t read_flags(const struct pl011 *uart)
{
    return FR_TXFE | (uart->count == 0 ? FR_RXFE : 0) |
           (uart->count == PL011_FIFO_SIZE ? FR_RXFF : 0);
}

static uint32_t read(struct pl011 *uart, uint64_t at)
{
    if (at >= PERIPH_ID && at < END)
        return id[(at - PERIPH_ID) / 4];
    switch (at) {
    case DR:
        return read_data(uart);
    case FR:
        return read_flags(uart);
    case IBRD:
        return uart->integer_divisor;
    case FBRD:
        return uart->fraction_divisor;
    case LCR_H:
        return uart->line_control;
    case CR:
        return uart->control;
    case IFLS:
        return uart->trigger;
    case IMSC:
        return uart->mask;
    case RIS:
        return uart->raised;
    case MIS:
        return uart->raised & uart->mask;
    default:
        return 0;
    }
}

static void write(struct pl011 *uart, uint64_t at, uint32_t value)
{
    switch (at) {
    case DR:
        uart->put(uart->owner, (char)value);
        uart->raised |= INT_TX;
        break;
    case IBRD:
        uart->integer_divisor = value & 0xffff;
        break;
    case FBRD:
        uart->fraction_divisor = value & 0x3f;
        break;
    case LCR_H:
        uart->line_control = value & 0xff;
        break;
    case CR:
        uart->control = value & 0xffff;
        break;
    case IFLS:
        uart->trigger = value & 0x3f;
        break;
    case IMSC:
        uart->mask = value & INT_ALL;
        break;
    case ICR:
        uart->raised &= ~value;
        break;
    default:
        break;
    }
}

void pl011_access(struct pl011 *uart, struct mmio *access)
{
    if (access->is_write)
        write(uart, access->offset, (uint32_t)access->value);
    else
        access->value = read(uart, access->offset);
}
