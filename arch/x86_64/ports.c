/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/ports.h"

#include "arch/contract/ec.h"
#include "arch/x86_64/space.h"
#include "arch/x86_64/tables.h"
#include "kernel/base/bits.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cpu/remote.h"

static_assert(IO_BITMAP_WORDS == SPACE_BIT_WORDS);

/* The TSS is read at each access (SDM vol. 1, "I/O Permission Bit Map"), so a store is enough. */
static void set_base(struct cpu *cpu, uint16_t base)
{
    cpu->arch.tables->tss.iomap_base = base;
}

static void open(struct cpu *cpu)
{
    cpu->arch.switch_work |= SWITCH_PORTS;
    set_base(cpu, IO_BITMAP_LOADED);
}

void ports_close(struct cpu *cpu)
{
    cpu->arch.switch_work &= ~SWITCH_PORTS;
    set_base(cpu, IO_BITMAP_NONE);
}

static struct space_bit *copied(const struct cpu *cpu)
{
    return atomic_load_explicit(&cpu->arch.ports, memory_order_relaxed);
}

/* Has nothing changed since the copy was made? */
static bool is_current(const struct cpu *cpu)
{
    return cpu->arch.ports_generation ==
           atomic_load_explicit(&copied(cpu)->generation, memory_order_acquire);
}

static struct space_bit *ports_of(const struct space_hst *host)
{
    struct kobject *const obj = atomic_load_explicit(&host->ports, memory_order_acquire);
    return obj == nullptr ? nullptr : CONTAINER_OF(obj, struct space_bit, obj);
}

static void copy(struct cpu *cpu, struct space_hst *host, struct space_bit *ports)
{
    atomic_store_explicit(&cpu->arch.ports_host, host, memory_order_relaxed);
    atomic_store_explicit(&cpu->arch.ports, ports, memory_order_relaxed);
    /* Pairs with that of arch_ports_flush: it finds the copy, or the copy what was changed before. */
    atomic_thread_fence(memory_order_seq_cst);
    cpu->arch.ports_generation = atomic_load_explicit(&ports->generation, memory_order_acquire);
    for (size_t i = 0; i < IO_BITMAP_WORDS; i++)
        cpu->arch.tables->io_bitmap[i] =
            atomic_load_explicit(&ports->deny[i], memory_order_relaxed);
}

bool ports_use(struct cpu *cpu)
{
    struct space_hst *const host = space_active(cpu);
    struct space_bit *const ports = ports_of(host);
    const bool is_open = (cpu->arch.switch_work & SWITCH_PORTS) != 0;
    const bool has_copy = ports != nullptr && ports == copied(cpu) && is_current(cpu);
    if (ports == nullptr || (is_open && has_copy))
        return false;
    if (!has_copy)
        copy(cpu, host, ports);
    open(cpu);
    return true;
}

void ports_serve(struct cpu *cpu)
{
    const struct space_hst *const host =
        atomic_load_explicit(&cpu->arch.ports_host, memory_order_relaxed);
    if (host == nullptr ||
        (!atomic_load_explicit(&host->arch.dying, memory_order_acquire) && is_current(cpu)))
        return;
    atomic_store_explicit(&cpu->arch.ports_host, nullptr, memory_order_release);
    atomic_store_explicit(&cpu->arch.ports, nullptr, memory_order_relaxed);
    ports_close(cpu);
}

void arch_ports_flush(struct space_bit *ports)
{
    uint64_t asked[CPU_MAX / 64] = {};
    ports_serve(cpu_local());
    atomic_thread_fence(memory_order_seq_cst); /* pairs with that of ports_load */
    for (uint16_t i = 0; i < cpu_count; i++) {
        struct cpu *const cpu = cpu_table[i];
        if (cpu == cpu_local() ||
            atomic_load_explicit(&cpu->arch.ports, memory_order_acquire) != ports)
            continue;
        asked[i / 64] |= bit(i % 64);
        cpu_ask(cpu);
    }
    for (uint16_t i = 0; i < cpu_count; i++)
        if (asked[i / 64] & bit(i % 64))
            cpu_await(cpu_table[i]);
}
