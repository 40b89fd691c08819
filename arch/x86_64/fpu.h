/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x87, SSE, AVX state. The kernel itself uses none of it.
 *
 * Lazy: the registers keep the state of the EC that used them last, their owner; for all others CR0.TS
 * makes the first use trap. On CPUs that may compute with registers that are behind TS
 * (CVE-2018-3665) they are changed whenever the EC changes. Either way an EC finds its own state or that
 * which a fresh one has. Context of all: this CPU, interrupts off.
 */
#pragma once

#include "kernel/abi/status.h"
#include "kernel/obj/ec.h"

struct cpu;

/* Enable what the CPU has and put all of it into its initial state: nothing of the loader stays. */
void fpu_init(struct cpu *cpu);

/* Let `ec`, which is new, use the FPU. Errors: MEM_OBJ. */
status_t fpu_create(struct ec *ec);

/* Undo fpu_create, if it was called. Nothing of the state stays in this CPU. */
void fpu_destroy(struct ec *ec);

/* `ec`, the current one, has used the FPU: answers whether it may, and can now. */
bool fpu_use(struct cpu *cpu, struct ec *ec);

/* SWITCH_FPU is set, and `ec` runs next. */
void fpu_switch(struct cpu *cpu, struct ec *ec);
