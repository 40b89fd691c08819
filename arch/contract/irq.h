/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of devices, numbered as in the NOVA object space (interface specification, 10.12): pins
 * 0..INTPIN-1 first, then INTMSI messages. Until they are assigned they are masked.
 */
#pragma once

#include <stdint.h>

/* What assign_int says. */
struct irq_setting {
    uint16_t cpu;
    uint16_t device; /* MSI: who may raise it; PCI BDF or stream ID                   */
    bool masked;     /* not signalled                                                 */
    bool level;      /* level-triggered, else edge                                    */
    bool low;        /* active low, else high                                         */
    bool guest;      /* a virtual machine acknowledges it; see ARCH_HAS_GUEST_IRQ     */
};

/* What a driver must program into the device so that it raises an MSI; 0 for pins. */
struct irq_message {
    uint32_t address;
    uint16_t data;
};

/*
 * Route and configure interrupt `n`. Repeated calls change the routing; an interrupt under way is
 * delivered once, to the old CPU or the new. Context: any CPU; callers exclude each other.
 */
struct irq_message arch_irq_assign(unsigned n, const struct irq_setting *setting);

/*
 * The driver asks for the next interrupt `n`, which is host-owned: what kept it from being delivered
 * again since irq_raise(n) ends. Nothing is to be done if it was not raised since. An interrupt whose
 * setting is masked stays masked. Context: the CPU it is routed to.
 */
void arch_irq_rearm(unsigned n);

/*
 * Called by the interrupt entry (kernel/irq/irq.c): interrupt `n` has come. A level-triggered one is
 * kept from coming again until arch_irq_rearm. Context: any CPU, interrupts off.
 */
void irq_raise(unsigned n);
