/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/irq.h"

#include <stdatomic.h>

#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/contract/irq.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/platform.h"
#include "arch/x86_64/vector.h"
#include "kernel/base/bits.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/sync/spinlock.h"

static_assert(VECTOR_DEVICE + INTERRUPT_COUNT == VECTOR_TIMER);

/* How an interrupt is set. Nothing: as before the first assignment. */
enum state : uint8_t {
    ENABLED = 1 << 0,
    LEVEL = 1 << 1,   /* pins only                                         */
    LOW = 1 << 2,     /* pins only                                         */
    WAITING = 1 << 3, /* LEVEL: has come and is masked until arch_irq_rearm */
};

/* Those of pins are changed, together with the I/O APICs, under the lock: a few register accesses. */
static struct spinlock pins;
static _Atomic uint8_t states[INTERRUPT_COUNT];

static bool is_open(uint8_t state)
{
    return (state & (ENABLED | WAITING)) == ENABLED;
}

static uint32_t pin_entry(unsigned n, uint8_t state)
{
    return (VECTOR_DEVICE + n) | (state & LOW ? IOAPIC_LOW : 0) |
           (state & LEVEL ? IOAPIC_LEVEL : 0) | (is_open(state) ? 0 : IOAPIC_MASKED);
}

static uint8_t state_of(unsigned n)
{
    /* Relaxed: who needs more than a hint holds the lock, or was told by the semaphore. */
    return atomic_load_explicit(&states[n], memory_order_relaxed);
}

static void state_set(unsigned n, uint8_t state)
{
    atomic_store_explicit(&states[n], state, memory_order_relaxed);
}

/*
 * I/O APICs and messages have eight bits for the destination. A CPU that they cannot name still gets
 * its interrupts: the boot CPU takes them, and ups the semaphore from there.
 */
static uint8_t destination(uint16_t cpu)
{
    static_assert((CPU_MAX & (CPU_MAX - 1)) == 0, "index_nospec");
    const uint32_t apic_id = cpu_table[index_nospec(cpu, CPU_MAX)]->arch.apic_id;
    return (uint8_t)(apic_id < LAPIC_ID_ALL ? apic_id : boot_cpu.arch.apic_id);
}

/* SDM vol. 3, "Message Address Register Format", "Message Data Register Format": fixed, edge. */
static struct irq_message assign_message(unsigned n, const struct irq_setting *setting)
{
    state_set(n, setting->masked ? 0 : ENABLED);
    return (struct irq_message){
        .address = (uint32_t)LAPIC_MSI_BASE | (uint32_t)destination(setting->cpu) << 12,
        .data = (uint16_t)(VECTOR_DEVICE + n),
    };
}

struct irq_message arch_irq_assign(unsigned n, const struct irq_setting *setting)
{
    if (n >= platform.int_pin)
        return assign_message(n, setting);
    SPIN_GUARD(&pins);
    uint8_t state = (setting->masked ? 0 : ENABLED) | (setting->low ? LOW : 0);
    if (setting->level)
        state |= LEVEL | (state_of(n) & WAITING);
    state_set(n, state);
    ioapic_route(n, pin_entry(n, state), destination(setting->cpu));
    return (struct irq_message){};
}

void arch_irq_rearm(unsigned n)
{
    if (!(state_of(n) & WAITING))
        return;
    SPIN_GUARD(&pins);
    const uint8_t state = state_of(n) & ~WAITING;
    state_set(n, state);
    ioapic_set(n, pin_entry(n, state));
}

/* Answers whether it is to be signalled: not if it was on its way while it was disabled. */
static bool take_level(unsigned n)
{
    SPIN_GUARD(&pins);
    const uint8_t state = state_of(n);
    if (!is_open(state))
        return false;
    state_set(n, state | WAITING);
    ioapic_set(n, pin_entry(n, state | WAITING));
    return true;
}

static void device(unsigned n)
{
    const uint8_t state = state_of(n);
    const bool signal = state & LEVEL ? take_level(n) : is_open(state);
    lapic_eoi(); /* a level-triggered pin that is still asserted would come again if it was not masked */
    if (signal)
        irq_raise(n);
}

void irq_handle(uint8_t vector)
{
    switch (vector) {
    case VECTOR_SPURIOUS:
        /* A device can be told to send it as a message: without an end that would shut out all others. */
        if (lapic_is_in_service(VECTOR_SPURIOUS))
            lapic_eoi();
        break;
    case VECTOR_TIMER:
        lapic_eoi();
        sched_timer();
        break;
    case VECTOR_KICK:
        lapic_eoi();
        cpu_kicked();
        break;
    default:
        if (vector - VECTOR_DEVICE < INTERRUPT_COUNT)
            device(vector - VECTOR_DEVICE);
        else
            lapic_eoi(); /* nobody's */
    }
}

void arch_cpu_kick(const struct cpu *cpu)
{
    lapic_send_vector(cpu->arch.apic_id, VECTOR_KICK);
}
