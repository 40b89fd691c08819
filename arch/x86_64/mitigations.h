/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done against leaks by speculation, as the CPU reports: doc/decisions/0010. */
#pragma once

#include "kernel/cpu/cpu.h"

/* Must VERW clear the CPU's buffers on each way to user mode? */
bool mitigations_need_verw(void);

/* Enable on this CPU what it has. Prints what is in effect, and what is missing, on the boot CPU. */
void mitigations_init(struct cpu *cpu);
