/* SPDX-License-Identifier: GPL-2.0-only */
/* Between vectors.S and C. `ec` is current, its registers are saved, the stack is the kernel's. */
#pragma once

#include "kernel/obj/ec.h"

/* A synchronous exception other than a hypercall, or SError. */
[[noreturn]] void event_enter(struct ec *ec);

/* An interrupt. */
[[noreturn]] void irq_enter(struct ec *ec);

/*
 * Make the host space of `space` the one EL0 runs in. With a shared VMID the translations of the
 * others go first. The return to EL0 synchronises.
 */
struct space_hst;
void space_switch(const struct space_hst *space);
