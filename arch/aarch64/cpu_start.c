/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting the other CPUs, one at a time. */

#include "arch/aarch64/asm.h"
#include "arch/aarch64/cpu.h"
#include "arch/aarch64/fault.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/platform.h"
#include "arch/aarch64/psci.h"
#include "arch/aarch64/start.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/cpu.h"
#include "arch/contract/timer.h"
#include "kernel/base/mmio.h"
#include "kernel/device/console.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kmap.h"
#include "kernel/mm/phys.h"

enum : uint64_t { START_TIMEOUT_MS = 1000 };

/*
 * The CPU that is being started, until one of two takes it from here: that CPU, which then works, or the
 * boot CPU, which then goes on without it. Nobody else ever gets the struct and the stack of a CPU that
 * was given up: it may still come and use them, on its way to rest.
 */
static _Atomic(struct cpu *) awaited;

static bool take_awaited(struct cpu *cpu)
{
    struct cpu *expected = cpu;
    return atomic_compare_exchange_strong_explicit(&awaited, &expected, nullptr,
                                                   memory_order_relaxed, memory_order_relaxed);
}

bool start_claim(struct cpu *cpu)
{
    return take_awaited(cpu);
}

static paddr_t entry_address(void)
{
    return virt_to_phys(start_secondary_entry);
}

/* Until the CPU has come, or the time is over. */
static bool wait_claim(struct cpu *cpu)
{
    const uint64_t end = arch_stc_read() + arch_stc_frequency() * START_TIMEOUT_MS / 1000;
    while (atomic_load_explicit(&awaited, memory_order_relaxed) == cpu) {
        if (arch_stc_read() > end)
            return !take_awaited(cpu);
        arch_cpu_relax();
    }
    return true;
}

/*
 * The entry address goes to memory, past the caches that the waiting CPU does not look into. A line that
 * the loader has written there must not come later: cleaning goes by the address, whatever its mapping.
 */
static bool write_spin_table(uint16_t listed)
{
    const paddr_t at = paddr(platform.spin_table + 8 * (uint64_t)listed);
    volatile void *const slot = kmap_device(at, 8);
    if (slot == nullptr)
        return false;
    __asm__ volatile("dc civac, %0\n dsb sy" : : "r"(slot) : "memory");
    mmio_write64(slot, 0, entry_address().raw);
    dsb_sy();
    __asm__ volatile("sev" : : : "memory");
    return true;
}

/* Without firmware the others wait in start.S; like a spin table, they look past the caches. */
static void wake_parked(void)
{
    __asm__ volatile("dc cvac, %0\n dsb sy\n sev" : : "r"(&start_slot) : "memory");
}

static bool wake(uint16_t listed)
{
    if (start_el3[1] != 0) {
        wake_parked();
        return true;
    }
    if (platform.start == CPU_START_SPIN)
        return write_spin_table(listed);
    if (platform.start != CPU_START_PSCI || !psci_is_present())
        return false;
    return psci_cpu_on(platform.cpu[listed].mpidr, entry_address()) == PSCI_SUCCESS;
}

/* Answers whether there may be room for another. */
static bool start(uint16_t listed)
{
    struct cpu *const cpu = cpu_create(false);
    if (cpu == nullptr)
        return false;
    void *const stack = frame_alloc(0, FRAME_ZERO);
    if (stack == nullptr) {
        console_print(CONSOLE_WARN, "CPU %u: no memory for its emergency stack", cpu->id);
        cpu_drop_last();
        return false;
    }
    fault_use_stack(cpu, stack);
    cpu->arch.mpidr = platform.cpu[listed].mpidr;

    atomic_store_explicit(&awaited, cpu, memory_order_relaxed);
    start_slot.cpu = cpu;
    /* Release: pairs with the LDAR in start.S. */
    atomic_store_explicit(&start_slot.mpidr, cpu->arch.mpidr | MPIDR_VALID, memory_order_release);
    if (wake(listed) && wait_claim(cpu))
        return true;
    atomic_store_explicit(&start_slot.mpidr, 0, memory_order_relaxed);
    console_print(CONSOLE_WARN, "CPU with MPIDR %#lx does not start", cpu->arch.mpidr);
    cpu_drop_last();
    return true;
}

void arch_cpu_start_others(void)
{
    const uint64_t self = cpu_mpidr();
    bool found = false, room = true;
    for (uint16_t i = 0; i < platform.cpu_count; i++) {
        if (platform.cpu[i].mpidr == self)
            found = found || cpu_create(true) != nullptr;
        else if (room && gic_has_cpu(&platform.cpu[i]))
            room = start(i);
    }
    if (!found)
        cpu_create(true); /* a list that omits the CPU that reads it */
}
