/* SPDX-License-Identifier: GPL-2.0-only */
/* Sheet 2 of x86_64: functions too hot to call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "arch/types.h"
#include "kernel/base/compiler.h"

struct cpu;

static inline struct cpu *arch_cpu_local(void)
{
    struct cpu *cpu;
    __asm__("mov %%gs:0, %0" : "=r"(cpu)); /* constant as long as this CPU runs: no volatile */
    return cpu;
}

static inline void arch_cpu_relax(void)
{
    __asm__ volatile("pause" ::: "memory");
}

/* Stores to page tables are seen by the MMU in order; nothing absent is remembered. */
static inline void arch_ptab_sync(void)
{
    __asm__ volatile("" ::: "memory");
}

static inline void arch_page_zero(void *page)
{
    void *to = page;
    size_t count = 4096 / sizeof(uint64_t);
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(0) : "memory");
}

/* Time stamp counter: the system time counter. Not ordered against other instructions. */
static inline uint64_t arch_stc_read(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* P0..P4 are RDI, RSI, RDX, RAX, R8. `n` is constant nearly everywhere, so the switch goes away. */
static inline uint64_t arch_ec_slot(const struct arch_ec *ec, unsigned n)
{
    switch (n) {
    case 0:
        return ec->regs.rdi;
    case 1:
        return ec->regs.rsi;
    case 2:
        return ec->regs.rdx;
    case 3:
        return ec->regs.rax;
    case 4:
        return ec->regs.r8;
    default:
        unreachable();
    }
}

static inline void arch_ec_set_slot(struct arch_ec *ec, unsigned n, uint64_t value)
{
    switch (n) {
    case 0:
        ec->regs.rdi = value;
        break;
    case 1:
        ec->regs.rsi = value;
        break;
    case 2:
        ec->regs.rdx = value;
        break;
    case 3:
        ec->regs.rax = value;
        break;
    case 4:
        ec->regs.r8 = value;
        break;
    default:
        unreachable();
    }
}

static inline uint64_t arch_ec_ip(const struct arch_ec *ec)
{
    return ec->regs.rip;
}

static inline void arch_ec_set_ip(struct arch_ec *ec, uint64_t ip)
{
    ec->regs.rip = ip;
}

/*
 * Short messages by words, the ends of which may overlap; others by a string instruction, which is quick
 * on long ones.
 */
static inline void arch_words_copy(void *to, const void *from, size_t count)
{
    uint64_t *const t = to;
    const uint64_t *const f = from;
    if (LIKELY(count == 1)) {
        t[0] = f[0];
    } else if (count <= 4) {
        /* Two at a time: more would not fit into the registers that need not be saved. */
        const uint64_t first = f[0], second = f[1];
        t[0] = first;
        t[1] = second;
        const uint64_t last_but_one = f[count - 2], last = f[count - 1];
        t[count - 2] = last_but_one;
        t[count - 1] = last;
    } else {
        __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    }
}

static inline unsigned arch_phys_bits(void)
{
    return cpu_limits.phys_bits;
}

/* Four-level paging: the lower half of the address space. */
static inline unsigned arch_hva_bits(void)
{
    return 47;
}

static inline unsigned arch_host_max_leaf(void)
{
    return cpu_limits.host_max_leaf;
}

/* Virtual CPUs are not supported yet. */
static inline bool arch_has_guests(void)
{
    return false;
}
