/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic Interrupt Controller: GICv2 (Arm IHI 0048) with memory-mapped CPU interface, GICv3 and
 * later (Arm IHI 0069) with system registers.
 */
#pragma once

#include "kernel/cpu/cpu.h"

/*
 * Find out which GIC `platform` describes, withhold its registers from user mode, and set up the
 * distributor with every interrupt disabled. Panics when there is none that can be used.
 * Context: boot CPU, once.
 */
void gic_init(void);

/* The listed CPU has what it needs to be started: with GICv3, a redistributor. */
struct platform_cpu;
bool gic_has_cpu(const struct platform_cpu *cpu);

/* Set up this CPU's private interrupts (disabled) and its interface. Context: `cpu` is this one. */
void gic_init_cpu(struct cpu *cpu);

/* Shared peripheral interrupts of this machine. */
uint16_t gic_pin_count(void);

/*
 * Take the pending interrupt of this CPU. As long as nothing is enabled it can only be a spurious one,
 * which is dropped. Context: interrupt taken.
 */
void gic_handle(void);
