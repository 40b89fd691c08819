/* SPDX-License-Identifier: GPL-2.0-only */
/* Sheet 2 of the simulated CPU: functions too hot to call. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "arch/types.h"

struct cpu;
extern struct cpu *sim_cpu_current;

/* The system time counter: stands still unless a test moves it. */
extern uint64_t sim_stc;

/* What a CPU does while it waits for another; nullptr: nothing. */
extern void (*sim_relax)(void);

static inline struct cpu *arch_cpu_local(void)
{
    return sim_cpu_current;
}

static inline void arch_cpu_relax(void)
{
    if (sim_relax != nullptr)
        sim_relax();
}

static inline uint64_t arch_stc_read(void)
{
    return sim_stc;
}

static inline void arch_ptab_sync(void)
{
}

static inline void arch_page_zero(void *page)
{
    memset(page, 0, 4096);
}

static inline uint64_t arch_ec_slot(const struct arch_ec *ec, unsigned n)
{
    return ec->regs.slot[n];
}

static inline void arch_ec_set_slot(struct arch_ec *ec, unsigned n, uint64_t value)
{
    ec->regs.slot[n] = value;
}

static inline uint64_t arch_ec_ip(const struct arch_ec *ec)
{
    return ec->regs.ip;
}

static inline void arch_ec_set_ip(struct arch_ec *ec, uint64_t ip)
{
    ec->regs.ip = ip;
}

static inline void arch_words_copy(void *to, const void *from, size_t count)
{
    memcpy(to, from, count * sizeof(uint64_t));
}

static inline unsigned arch_phys_bits(void)
{
    return 46;
}

static inline unsigned arch_hva_bits(void)
{
    return 47;
}

static inline unsigned arch_host_max_leaf(void)
{
    return 2;
}

static inline bool arch_has_guests(void)
{
    return true;
}
