/* SPDX-License-Identifier: GPL-2.0-only */
/* Between vectors.S and C. */
#pragma once

#include "kernel/obj/ec.h"

/*
 * A synchronous exception of EL0 other than a hypercall, or SError. `ec` is current, its registers are
 * saved, with ESR_EL2 and FAR_EL2; the stack is the kernel's.
 */
[[noreturn]] void event_enter(struct ec *ec);

/*
 * What leaving the active host space for `next` (nullptr: for none) takes beside loading VTTBR_EL2, which
 * follows: for WORLD_STICKY.
 */
struct space_hst;
void world_leave(const struct space_hst *next);

/* `space` maps `address`, whatever it allows there. Waits for who is changing the space. */
[[nodiscard]] bool space_maps(struct space_hst *space, uint64_t address);
