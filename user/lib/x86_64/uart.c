/* SPDX-License-Identifier: GPL-2.0-only */
/* 16550 at the legacy COM1 ports (TI PC16550D data sheet, "Register Summary"). */
#include "user/lib/uart.h"

#include "kernel/abi/perm.h"
#include "user/lib/spaces.h"
#include "user/lib/x86_64/port.h"

enum : uint16_t { COM1 = 0x3f8, COM_ORDER = 3 };
enum : uint16_t { DATA = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };
enum : uint8_t {
    LCR_8BIT = 0x03,
    LCR_DIVISOR = 0x80,
    FCR_ENABLE = 0x01,
    MCR_DTR_RTS = 0x03,
    LSR_DATA = 0x01,
    LSR_ROOM = 0x20,
    IER_DATA = 0x01,
    ABSENT = 0xff, /* what a port without a device reads as */
};

static bool is_open;

status_t uart_open([[maybe_unused]] const struct bootinfo *info)
{
    const status_t status = port_open(COM1, COM_ORDER);
    if (status != SUCCESS)
        return status;
    if (port_read8(COM1 + LSR) == ABSENT)
        return BAD_DEV;

    port_write8(COM1 + IER, 0);
    port_write8(COM1 + LCR, LCR_DIVISOR);
    port_write8(COM1 + DATA, 1); /* divisor 1: 115200 baud from the 1.8432 MHz clock */
    port_write8(COM1 + IER, 0);
    port_write8(COM1 + LCR, LCR_8BIT);
    port_write8(COM1 + FCR, FCR_ENABLE);
    port_write8(COM1 + MCR, MCR_DTR_RTS);
    is_open = true;
    return SUCCESS;
}

void uart_put(char c)
{
    if (!is_open)
        return;
    while (!(port_read8(COM1 + LSR) & LSR_ROOM))
        cpu_relax();
    port_write8(COM1 + DATA, (uint8_t)c);
}

int uart_get(void)
{
    return is_open && (port_read8(COM1 + LSR) & LSR_DATA) ? port_read8(COM1 + DATA) : -1;
}

void uart_listen(void)
{
    if (is_open)
        port_write8(COM1 + IER, IER_DATA);
}
