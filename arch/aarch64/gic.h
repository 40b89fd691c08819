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

/*
 * Let the private peripheral interrupt `intid` (16 to 31) of this CPU through. gic_handle knows what it
 * means. Context: this CPU, after gic_init_cpu.
 */
void gic_enable_private(unsigned intid, bool level);

/*
 * A private interrupt of this CPU is active: taken and not yet ended. Virtual CPUs share those of their
 * physical one. Context: this CPU.
 */
bool gic_private_is_active(unsigned intid);
void gic_private_set_active(unsigned intid, bool active);

/* The virtual CPU interface of this CPU (GICH registers; ICH_*_EL2). The maintenance interrupt is never used. */
struct guest_gic;
struct gic_guest_ops {
    bool is_exposed; /* host threads may reach it, too: GICV is memory, which can be delegated */
    void (*init)(struct arch_cpu_guests *guests); /* how much of it there is                   */
    void (*save)(struct guest_gic *state);
    void (*load)(const struct guest_gic *state);
    void (*off)(void); /* nothing is left in it */
};

/* For this machine; known once gic_init is done. */
extern const struct gic_guest_ops *gic_guest;

/* A virtual CPU here may deactivate the physical interrupt `intid`: a pin routed here with G, or its timer. */
bool gic_guest_may_end(unsigned intid);

/* Shared peripheral interrupts of this machine. */
uint16_t gic_pin_count(void);

/*
 * Take one interrupt that is pending on this CPU, if there is still one, and do what it demands: a kick
 * is cpu_kicked, the timers sched_timer and guest_timer_fired, a pin irq_raise. Further ones come when interrupts are let in
 * again, so the work is bounded however many there are.
 * Context: interrupt taken, interrupts off.
 */
void gic_handle(void);
