/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 2 of host threads. */
#pragma once

#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"

/* Write VTTBR_EL2 of this CPU; with a shared VMID its translations of others go first. */
void space_switch(struct cpu *cpu, const struct arch_space_hst *space);

/* Make `space` the one EL0 runs in. Context: this is `cpu`; the return to EL0 synchronises. */
static inline void space_activate(struct cpu *cpu, const struct arch_space_hst *space)
{
    if (UNLIKELY(cpu->arch.vttbr != space->vttbr))
        space_switch(cpu, space);
}
