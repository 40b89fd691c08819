/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/ports.h"

#include "arch/contract/ec.h"
#include "arch/x86_64/tables.h"

static_assert(IO_BITMAP_WORDS == SPACE_BIT_WORDS);

/* The TSS is read at each access (SDM vol. 1, "I/O Permission Bit Map"), so a store is enough. */
static void set_base(struct cpu *cpu, uint16_t base)
{
    cpu->arch.tables->tss.iomap_base = base;
}

static bool is_loaded(const struct cpu *cpu, const struct space_bit *ports)
{
    return ports != nullptr && cpu->arch.ports == ports &&
           cpu->arch.ports_generation ==
               atomic_load_explicit(&ports->generation, memory_order_acquire);
}

void ports_switch(struct cpu *cpu, const struct space_bit *ports)
{
    set_base(cpu, is_loaded(cpu, ports) ? IO_BITMAP_LOADED : IO_BITMAP_NONE);
}

bool ports_load(struct cpu *cpu, struct space_bit *ports)
{
    struct cpu_tables *const t = cpu->arch.tables;
    if (ports == nullptr || (t->tss.iomap_base == IO_BITMAP_LOADED && is_loaded(cpu, ports)))
        return false;
    /* Acquire, first: changes made after the count was read leave the copy stale by that count. */
    cpu->arch.ports_generation = atomic_load_explicit(&ports->generation, memory_order_acquire);
    for (size_t i = 0; i < IO_BITMAP_WORDS; i++)
        t->io_bitmap[i] = atomic_load_explicit(&ports->deny[i], memory_order_relaxed);
    cpu->arch.ports = ports;
    set_base(cpu, IO_BITMAP_LOADED);
    return true;
}

/* Other CPUs do not run user mode yet. */
void arch_ports_flush(struct space_bit *ports)
{
    struct cpu *const cpu = cpu_local();
    if (cpu->arch.ports != ports)
        return;
    cpu->arch.ports = nullptr;
    set_base(cpu, IO_BITMAP_NONE);
}
