/* SPDX-License-Identifier: GPL-2.0-only */
/* Between vectors.S and C. */
#pragma once

#include "kernel/cpu/cpu.h"
#include "kernel/obj/ec.h"

/*
 * A synchronous exception of EL0 other than a hypercall, or SError. `ec` is current, its registers are
 * saved, with ESR_EL2 and FAR_EL2; the stack is the kernel's.
 */
[[noreturn]] void event_enter(struct ec *ec);

/* General register `n`, 0 to 30. */
static inline uint64_t *regs_x(struct arch_regs *r, unsigned n)
{
    if (n < 18)
        return &r->x[n];
    if (n == 18)
        return &r->x18;
    return n == 30 ? &r->x30 : &r->x19[n - 19];
}

/*
 * What leaving the active host space for `next` (nullptr: for none) takes beside loading VTTBR_EL2, which
 * follows: for WORLD_STICKY. From a virtual CPU to the world of host threads.
 */
struct space_hst;
void world_leave(const struct space_hst *next);

/* The end of that: no space is active. Nothing is remembered of who ran there that another could find. */
void world_end(const struct cpu *cpu);

/* Drop this CPU's translations of the active space, of both stages. */
void world_forget_translations(void);

/* `space` maps `address`, whatever it allows there. Waits for who is changing the space. */
[[nodiscard]] bool space_maps(struct space_hst *space, uint64_t address);
