/* SPDX-License-Identifier: GPL-2.0-only */
/* Control-flow enforcement (SDM vol. 1, "Control-Flow Enforcement Technology"). */
#pragma once

#include "kernel/cpu/cpu.h"

/* CR4 bits for what this image was built for and the CPU has. */
uint64_t cet_cr4(void);

/* Prepare this CPU for CR4.CET. Panics if there is no memory. */
void cet_init(struct cpu *cpu);
