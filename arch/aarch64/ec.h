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
 * Leave the host space and the FPU state that this CPU has active, where that takes more than loading
 * others: WORLD_STICKY. Afterwards none is.
 */
void world_leave(void);

/* `space` maps `address`, whatever it allows there. Waits for who is changing the space. */
struct space_hst;
[[nodiscard]] bool space_maps(struct space_hst *space, uint64_t address);
