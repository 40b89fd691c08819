/* SPDX-License-Identifier: GPL-2.0-only */
/* What every test has: a pool of memory, a console, checks. */

#include "arch/sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/device/console.h"
#include "kernel/mm/frame.h"

enum : size_t { CONSOLE_TEXT = 1 << 16 };

alignas(2 * MIB) static char pool[SIM_POOL_PAGES * PAGE_SIZE];
static char console_text[CONSOLE_TEXT];
static size_t console_size;
static char panic_text[256];
static jmp_buf *panic_catcher;

struct cpu *sim_cpu_current;
uint64_t sim_stc;
void (*sim_relax)(void);

void sim_run(const char *name, void (*test)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        test();
        exit(0);
    }
    int status = -1;
    const bool good = child > 0 && waitpid(child, &status, 0) == child && status == 0;
    printf("%s %s\n", good ? "ok" : "not ok", name);
    fflush(stdout);
    if (!good)
        exit(1);
}

void sim_start(size_t pages)
{
    CHECK(pages <= SIM_POOL_PAGES);
    memset(pool, 0xa5, sizeof pool);
    console_size = 0;
    console_text[0] = '\0';
    frame_init(pool, pool + pages * PAGE_SIZE);
}

void *sim_pool(void)
{
    return pool;
}

const char *sim_console(void)
{
    return console_text;
}

[[noreturn]] void sim_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
    abort();
}

void sim_check_eq(const char *file, int line, const char *what, uint64_t a, uint64_t b)
{
    if (a == b)
        return;
    fprintf(stderr, "%s:%d: check failed: %s: %#lx, %#lx\n", file, line, what, a, b);
    abort();
}

const char *sim_panics(void (*call)(void *), void *arg)
{
    jmp_buf here;
    panic_catcher = &here;
    panic_text[0] = '\0';
    const bool caught = setjmp(here) != 0;
    if (!caught)
        call(arg);
    panic_catcher = nullptr;
    return caught ? panic_text : nullptr;
}

[[noreturn]] void panic(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(panic_text, sizeof panic_text, fmt, args);
    va_end(args);
    if (panic_catcher == nullptr)
        sim_fail("panic", 0, panic_text);
    longjmp(*panic_catcher, 1);
}

void console_print([[maybe_unused]] enum console_level level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int n = vsnprintf(console_text + console_size, CONSOLE_TEXT - console_size, fmt, args);
    va_end(args);
    console_size += (size_t)n < CONSOLE_TEXT - console_size ? (size_t)n : 0;
}
