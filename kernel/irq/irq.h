/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of devices as semaphores: the kernel ups, a driver counts down (interface specification,
 * 5.4.5, 5.5.2). Numbers are those of arch/contract/irq.h.
 *
 *   device --> arch: interrupt entry --> irq_raise --> sm_up
 *   driver --> ctrl_sm Down --> irq_prepare_down --> arch_irq_rearm, then the counter
 *   driver --> assign_int --> irq_assign --> arch_irq_assign
 *
 * The semaphores are made at boot and stay. irq_raise is declared by the contract.
 */
#pragma once

#include "arch/contract/irq.h"
#include "kernel/abi/status.h"
#include "kernel/obj/sm.h"

/*
 * Make the semaphores of interrupts 0..count-1, each routed to CPU 0. False if memory has run out.
 * Context: boot CPU, once; no interrupt has been assigned.
 */
[[nodiscard]] bool irq_init(unsigned count);

/* The semaphore of interrupt `n`. */
struct sm *irq_sm(unsigned n);

/* Whether an interrupt ups `sm`. */
static inline bool irq_is_source(const struct sm *sm)
{
    return sm->source != 0;
}

/*
 * Configure the interrupt that ups `sm`, and route it to setting->cpu, which exists. Answers what
 * assign_int does. Context: any CPU, interrupts off.
 */
struct irq_message irq_assign(const struct sm *sm, const struct irq_setting *setting);

/* The rest of irq_prepare_down, for interrupts. */
status_t irq_acknowledge(const struct sm *sm);

/*
 * To be called before `sm` is counted down: if an interrupt ups it, the next one may come.
 * Errors: BAD_CPU if that interrupt is routed to another CPU; then nothing was done.
 */
static inline status_t irq_prepare_down(const struct sm *sm)
{
    return irq_is_source(sm) ? irq_acknowledge(sm) : SUCCESS;
}
