/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/root/text.h"

#include <stdarg.h>

#include "kernel/base/format.h"
#include "user/lib/console.h"

enum : size_t { LINE_MAX = 256 };

void text_heading(const char *fmt, ...)
{
    char line[LINE_MAX];
    va_list args;
    va_start(args, fmt);
    format_va(line, sizeof line, fmt, args);
    va_end(args);
    print("\n%s\n", line);
}

void text_row(const char *name, const char *fmt, ...)
{
    char line[LINE_MAX];
    va_list args;
    va_start(args, fmt);
    format_va(line, sizeof line, fmt, args);
    va_end(args);
    print("  %-18s %s\n", name, line);
}

void text_range(const char *name, uint64_t start, uint64_t end, const char *remark)
{
    char size[TEXT_SIZE_MAX];
    text_row(name, "%012lx - %012lx  %10s%s%s", start, end, text_size(size, end - start),
             remark[0] != '\0' ? "  " : "", remark);
}

const char *text_size(char to[TEXT_SIZE_MAX], uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    uint64_t tenths = 0;

    for (; bytes >= 1024; unit++) {
        tenths = bytes % 1024 * 10 / 1024;
        bytes /= 1024;
    }
    format(to, TEXT_SIZE_MAX, "%lu.%lu %s", bytes, tenths, units[unit]);
    return to;
}
