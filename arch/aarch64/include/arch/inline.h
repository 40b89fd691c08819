/* SPDX-License-Identifier: GPL-2.0-only */
/* Sheet 2 of aarch64: functions too hot to call. */
#pragma once

#include <stdint.h>

#include "arch/types.h"
#include "kernel/base/bits.h"

struct cpu;

/* TPIDR_EL2 holds the CPU's struct from the first C function on and is never changed. */
static inline struct cpu *arch_cpu_local(void)
{
    struct cpu *cpu;
    __asm__("mrs %0, tpidr_el2" : "=r"(cpu));
    return cpu;
}

static inline void arch_cpu_relax(void)
{
    __asm__ volatile("yield");
}

/* The MMU may take an old view of a table until a DSB. Arm ARM, "Ordering of translation table walks". */
static inline void arch_ptab_sync(void)
{
    __asm__ volatile("dsb ishst\n isb" : : : "memory");
}

/* Zero the page, by the block that DC ZVA covers (DCZID_EL0, BS; at most 2 KiB). */
static inline void arch_page_zero(void *page)
{
    uint64_t bs;
    __asm__("mrs %0, dczid_el0" : "=r"(bs));
    const uint64_t block = UINT64_C(4) << (bs & 0xf);
    const uintptr_t end = (uintptr_t)page + PAGE_SIZE;
    for (uintptr_t at = (uintptr_t)page; at < end; at += block)
        __asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
}

/* System time counter: the physical counter, less the time the machine slept. */
extern uint64_t arch_stc_offset;

static inline uint64_t arch_stc_read(void)
{
    uint64_t count;
    /* The barrier keeps the read from being done early. Arm ARM, CNTPCT_EL0. */
    __asm__ volatile("isb\n mrs %0, cntpct_el0" : "=r"(count) : : "memory");
    return count - arch_stc_offset;
}

/* Hypercall slots P0..P4 are X0..X4. */
static inline uint64_t arch_ec_slot(const struct arch_ec *ec, unsigned n)
{
    return ec->regs.x[n];
}

static inline void arch_ec_set_slot(struct arch_ec *ec, unsigned n, uint64_t value)
{
    ec->regs.x[n] = value;
}

/* Where the EC will go on, for messages. */
static inline uint64_t arch_ec_ip(const struct arch_ec *ec)
{
    return ec->regs.elr;
}

static inline unsigned arch_phys_bits(void)
{
    return arch_features.hva_bits;
}

static inline unsigned arch_hva_bits(void)
{
    return arch_features.hva_bits;
}

/* Blocks of 1 GiB exist with the 4 KiB granule on every CPU. */
static inline unsigned arch_host_max_leaf(void)
{
    return 2;
}

/* The kernel itself needs EL2, so guests can be had wherever it runs. */
static inline bool arch_has_guests(void)
{
    return true;
}
