/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/base/panic.h"

#include "arch/contract/cpu.h"
#include "kernel/base/format.h"
#include "kernel/device/console.h"

enum : size_t { PANIC_TEXT_MAX = 160 };

[[noreturn]] void panic(const char *fmt, ...)
{
    struct cpu *const cpu = cpu_local();
    /* A fault while we report one: the report cannot be finished, so stop instead of looping. */
    if (cpu->panicking)
        arch_cpu_stop();
    cpu->panicking = true;

    char text[PANIC_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    format_va(text, sizeof text, fmt, args);
    va_end(args);

    console_break_lock();
    console_print(CONSOLE_ERROR, "PANIC on CPU %u: %s", cpu->id, text);
    arch_cpu_dump();
    console_print(CONSOLE_ERROR, "CPU %u is stopped", cpu->id);
    arch_cpu_stop();
}
