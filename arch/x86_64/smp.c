/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting the other CPUs (SDM vol. 3, "Multiple-Processor (MP) Initialization"). */

#include <stdatomic.h>

#include "arch/contract/boot.h"
#include "arch/contract/cpu.h"
#include "arch/contract/space.h"
#include "arch/inline.h"
#include "arch/x86_64/cet.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/platform.h"
#include "arch/x86_64/smp.h"
#include "arch/x86_64/space.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/device/console.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kmap.h"
#include "kernel/mm/phys.h"

enum : uint64_t { SIPI_WAIT_US = 200, START_WAIT_US = 1'000'000 };
enum : unsigned { PML4_KERNEL = 511 };

/* trampoline.S */
extern const uint64_t trampoline[], trampoline_end[];
extern const uint32_t trampoline_cr3[];

uint64_t smp_kernel_cr3;
_Atomic(struct cpu *) smp_next;

/*
 * The CPU that is being started. Whoever takes it away decides: the CPU itself, when it has done all it
 * does before boot_secondary, or the boot CPU, which then gives its number to another.
 */
static _Atomic(struct cpu *) starting;

static bool starting_take(struct cpu *cpu)
{
    /* Release: who sees it taken sees what the CPU did. */
    return atomic_compare_exchange_strong_explicit(&starting, &cpu, nullptr, memory_order_acq_rel,
                                                   memory_order_acquire);
}

[[noreturn]] void smp_enter(struct cpu *cpu)
{
    arch_cpu_init(cpu);
    cet_enter(cet_prepare(cpu));
    if (!starting_take(cpu))
        arch_cpu_stop(); /* too late */
    boot_secondary(cpu);
}

/*
 * Root of the tables that a CPU needs on its way: the kernel, and the trampoline at its physical
 * address. Three frames in the pool, for the time of starting.
 */
struct way {
    uint64_t *table[3]; /* PML4, PDPT, PD */
};

static bool way_make(struct way *w)
{
    for (unsigned i = 0; i < ARRAY_SIZE(w->table); i++) {
        w->table[i] = frame_alloc(0, FRAME_ZERO);
        if (w->table[i] == nullptr)
            return false;
    }
    w->table[0][0] = virt_to_phys(w->table[1]).raw | ARCH_PTAB_KERNEL.table;
    w->table[0][PML4_KERNEL] = arch_kernel_root()[PML4_KERNEL];
    w->table[1][0] = virt_to_phys(w->table[2]).raw | ARCH_PTAB_KERNEL.table;
    w->table[2][0] = PTE_P | PTE_A | PTE_PS;
    return true;
}

static void way_free(struct way *w)
{
    for (unsigned i = 0; i < ARRAY_SIZE(w->table); i++)
        if (w->table[i] != nullptr)
            frame_free(w->table[i], 0);
}

/* The start page, and what it held before. */
struct start_page {
    volatile uint64_t *at;
    uint64_t saved[32];
};

static size_t trampoline_words(void)
{
    return (size_t)(trampoline_end - trampoline);
}

static bool page_prepare(struct start_page *p, uint64_t cr3)
{
    ASSERT(trampoline_words() <= ARRAY_SIZE(p->saved));
    p->at = kmap_device(paddr(TRAMPOLINE_BASE), PAGE_SIZE);
    if (p->at == nullptr)
        return false;
    for (size_t i = 0; i < trampoline_words(); i++) {
        p->saved[i] = p->at[i];
        p->at[i] = trampoline[i];
    }
    volatile uint32_t *const slot =
        (volatile uint32_t *)p->at + (trampoline_cr3 - (const uint32_t *)trampoline);
    *slot = (uint32_t)cr3;
    return true;
}

static void page_restore(struct start_page *p)
{
    for (size_t i = 0; i < trampoline_words(); i++)
        p->at[i] = p->saved[i]; /* NOLINT: as many as were saved */
}

static uint64_t deadline(uint64_t us)
{
    return arch_stc_read() + platform.stc_frequency / 1'000'000 * us;
}

static bool is_claimed(void)
{
    return atomic_load_explicit(&smp_next, memory_order_acquire) == nullptr;
}

static bool wait_claimed(uint64_t us)
{
    const uint64_t end = deadline(us);
    while (!is_claimed()) {
        if (arch_stc_read() > end)
            return false;
        arch_cpu_relax();
    }
    return true;
}

static bool wait_ready(struct cpu *cpu)
{
    const uint64_t end = deadline(START_WAIT_US);
    while (atomic_load_explicit(&starting, memory_order_acquire) == cpu) {
        if (arch_stc_read() > end)
            return !starting_take(cpu);
        arch_cpu_relax();
    }
    return true;
}

/* Answers whether the CPU is up. */
static bool start(struct cpu *cpu, uint32_t apic_id)
{
    atomic_store_explicit(&starting, cpu, memory_order_relaxed);
    /* Release: the CPU that takes it finds its struct filled. */
    atomic_store_explicit(&smp_next, cpu, memory_order_release);
    lapic_send_init(apic_id);
    lapic_send_sipi(apic_id, TRAMPOLINE_BASE);
    if (!wait_claimed(SIPI_WAIT_US)) {
        lapic_send_sipi(apic_id, TRAMPOLINE_BASE);
        /* Whoever takes the pointer decides: a CPU that comes later finds nothing, and stops. */
        if (!wait_claimed(START_WAIT_US) && atomic_exchange(&smp_next, nullptr) != nullptr) {
            lapic_send_init(apic_id);
            return false;
        }
    }
    return wait_ready(cpu);
}

static void start_all(void)
{
    bool self = false, room = true;
    for (uint16_t i = 0; i < platform.cpu_count; i++) {
        const uint32_t apic_id = platform.apic_id[i];
        const bool boot = apic_id == boot_cpu.arch.apic_id;
        if (!room && !boot)
            continue;
        struct cpu *const cpu = cpu_create(boot);
        if (cpu == nullptr) {
            room = false;
        } else if (boot) {
            self = true;
            cpu_set_number(cpu);
        } else if (!start(cpu, apic_id)) {
            console_print(CONSOLE_WARN, "CPU: the one with APIC ID %u does not start", apic_id);
            cpu_drop_last();
        }
    }
    if (!self)
        panic("ACPI: the boot CPU, APIC ID %u, is not in the MADT", boot_cpu.arch.apic_id);
}

void arch_cpu_start_others(void)
{
    struct way way = {};
    struct start_page page;
    smp_kernel_cr3 = space_kernel_cr3();
    if (!way_make(&way) || !page_prepare(&page, virt_to_phys(way.table[0]).raw))
        panic("no memory to start CPUs: build with a larger pool");
    /*
     * Emulators that let CPUs take turns give each the time up to the next timer event, and count it
     * as spent when a CPU is reset. Short intervals keep both small; hardware does not care.
     */
    lapic_ticks(true);
    start_all();
    lapic_ticks(false);
    page_restore(&page);
    way_free(&way);
}
