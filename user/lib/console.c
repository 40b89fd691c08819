/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/console.h"

#include <stdarg.h>

#include "kernel/base/format.h"
#include "user/lib/uart.h"

status_t console_open(const struct bootinfo *info)
{
    return uart_open(info);
}

void console_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            uart_put('\r');
        uart_put(text[i]);
    }
}

void print(const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    const size_t length = format_va(text, sizeof text, fmt, args);
    va_end(args);
    console_write(text, length < sizeof text ? length : sizeof text - 1);
}

int console_get(void)
{
    return uart_get();
}

void console_listen(void)
{
    uart_listen();
}
