/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/irq/irq.h"

#include <stdatomic.h>

#include "arch/types.h"
#include "kernel/base/bits.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/mm/frame.h"

struct irq {
    struct sm *sm;
    _Atomic uint16_t cpu;
    _Atomic bool guest; /* a guest acknowledges it, Down does not */
};

static struct irq *irqs; /* by number */

/* Who assigns excludes others; arch_irq_assign writes a few registers. */
static struct spinlock assigning;

static struct irq *irq_of(const struct sm *sm)
{
    return &irqs[sm->source - 1];
}

bool irq_init(unsigned count)
{
    unsigned order = 0;
    while (bit(order) * PAGE_SIZE < count * sizeof *irqs)
        order++;
    irqs = frame_alloc(order, FRAME_ZERO);
    if (irqs == nullptr)
        return false;
    for (unsigned n = 0; n < count; n++) {
        struct sm *const sm = sm_create(nullptr, 0);
        if (sm == nullptr)
            return false; /* the kernel does not start: nobody misses what was made */
        sm->source = (uint16_t)(n + 1);
        irqs[n].sm = sm;
    }
    return true;
}

struct sm *irq_sm(unsigned n)
{
    return irqs[n].sm;
}

void irq_raise(unsigned n)
{
    (void)sm_up(irqs[n].sm); /* at the end of its counter it stays there */
}

struct irq_message irq_assign(const struct sm *sm, const struct irq_setting *setting)
{
    struct irq *const irq = irq_of(sm);
    SPIN_GUARD(&assigning);
    /* Relaxed: who counts down at the same time may see the old values as well as the new. */
    atomic_store_explicit(&irq->cpu, setting->cpu, memory_order_relaxed);
    atomic_store_explicit(&irq->guest, ARCH_HAS_GUEST_IRQ && setting->guest, memory_order_relaxed);
    return arch_irq_assign(sm->source - 1u, setting);
}

status_t irq_acknowledge(const struct sm *sm)
{
    const struct irq *const irq = irq_of(sm);
    if (atomic_load_explicit(&irq->cpu, memory_order_relaxed) != cpu_local()->id)
        return BAD_CPU;
    if (!atomic_load_explicit(&irq->guest, memory_order_relaxed))
        arch_irq_rearm(sm->source - 1u);
    return SUCCESS;
}
