/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/device/console.h"

#include "kernel/base/bits.h"
#include "kernel/base/format.h"
#include "kernel/mm/phys.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/sync/spinlock.h"

#ifndef CONSOLE_LEVEL
#define CONSOLE_LEVEL CONSOLE_INFO /* lines up to this level are printed */
#endif

enum : unsigned {
    LINE_MAX = 192,         /* characters of a line; the rest is cut off     */
    PUT_TRIES = 1'000'000,  /* polls for room before a UART is given up      */
    DRAIN_TRIES = 5'000'000 /* polls for the last bytes to leave the wire    */
};

alignas(PAGE_SIZE) static struct mbuf ring;

static struct {
    struct spinlock lock;
    struct uart uart[CONSOLE_UART_MAX] GUARDED_BY(&lock);
    unsigned uart_count GUARDED_BY(&lock);
    uint64_t lines GUARDED_BY(&lock);
    struct sm *semaphore GUARDED_BY(&lock);
} console;

static void ring_put(char c)
{
    /* Indices are the consumer's to write too: take them modulo the size, whatever they hold. */
    const uint32_t at =
        atomic_load_explicit(&ring.write, memory_order_relaxed) % MBUF_SIZE % MBUF_CHARS;
    const uint32_t next = (at + 1) % MBUF_CHARS;
    uint32_t read = atomic_load_explicit(&ring.read, memory_order_acquire);
    if (read % MBUF_SIZE % MBUF_CHARS == next)
        /* Full: drop the oldest, unless the consumer has just taken it. */
        atomic_compare_exchange_strong_explicit(&ring.read, &read, (next + 1) % MBUF_CHARS,
                                                memory_order_relaxed, memory_order_relaxed);
    ring.text[at] = c;
    /* The character is there before the index says so; pairs with the consumer's load. */
    atomic_store_explicit(&ring.write, next, memory_order_seq_cst);
}

/* Send a byte; false when the device has not made room for a long time. */
static bool uart_put(struct uart *u, char c)
{
    for (unsigned tries = 0; tries < PUT_TRIES; tries++) {
        if (u->ops->try_put(u, (uint8_t)c))
            return true;
        arch_cpu_relax();
    }
    return false;
}

static void uarts_put(char c) REQUIRES(&console.lock)
{
    for (unsigned i = 0; i < console.uart_count;) {
        if (uart_put(&console.uart[i], c))
            i++;
        else
            console.uart[i] = console.uart[--console.uart_count];
    }
}

static void put(char c) REQUIRES(&console.lock)
{
    ring_put(c);
    uarts_put(c);
}

void console_print(enum console_level level, const char *fmt, ...)
{
    if (level > CONSOLE_LEVEL)
        return;
    char line[LINE_MAX];
    va_list args;
    va_start(args, fmt);
    format_va(line, sizeof line, fmt, args);
    va_end(args);

    SPIN_GUARD(&console.lock);
    for (const char *c = line; *c != '\0'; c++)
        put(*c);
    put('\r');
    put('\n');
    console.lines++;
    if (console.semaphore != nullptr)
        (void)sm_up(console.semaphore); /* saturates */
}

void console_add_uart(const struct uart *u)
{
    SPIN_GUARD(&console.lock);
    for (unsigned i = 0; i < console.uart_count; i++)
        if (console.uart[i].phys == u->phys)
            return;
    if (console.uart_count == CONSOLE_UART_MAX)
        return;
    struct uart *const mine = &console.uart[console.uart_count];
    *mine = *u;
    if (!mine->ops->init(mine))
        return;
    console.uart_count++;
    const uint32_t end = atomic_load_explicit(&ring.write, memory_order_relaxed);
    for (uint32_t at = atomic_load_explicit(&ring.read, memory_order_relaxed); at != end;
         at = (at + 1) % MBUF_CHARS)
        if (!uart_put(mine, ring.text[at])) {
            console.uart_count--;
            return;
        }
}

void console_close_uarts(void)
{
    SPIN_GUARD(&console.lock);
    for (unsigned i = 0; i < console.uart_count; i++)
        for (unsigned tries = 0;
             tries < DRAIN_TRIES && !console.uart[i].ops->is_idle(&console.uart[i]); tries++)
            arch_cpu_relax();
    console.uart_count = 0;
}

void console_set_semaphore(struct sm *sm)
{
    SPIN_GUARD(&console.lock);
    console.semaphore = sm;
    SPIN_GUARD(&sm->lock);
    sm->count = console.lines;
}

paddr_t console_mbuf(void)
{
    return virt_to_phys(&ring);
}

void console_break_lock(void) NO_THREAD_SAFETY_ANALYSIS
{
    struct spinlock *const l = &console.lock;
    for (unsigned tries = 0; tries < PUT_TRIES; tries++) {
        if (atomic_load_explicit(&l->owner, memory_order_relaxed) ==
            atomic_load_explicit(&l->next, memory_order_relaxed))
            return;
        arch_cpu_relax();
    }
    atomic_store_explicit(&l->owner, atomic_load_explicit(&l->next, memory_order_relaxed),
                          memory_order_release);
}
