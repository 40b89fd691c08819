/* SPDX-License-Identifier: GPL-2.0-only */
/* Setting up a CPU: control registers and MSRs (SDM vol. 3, "System Architecture Overview"). */

#include "arch/x86_64/cet.h"
#include "arch/x86_64/cpu.h"

#include "arch/contract/cpu.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/machine_check.h"
#include "arch/x86_64/mitigations.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/tables.h"
#include "kernel/device/console.h"

static_assert(offsetof(struct cpu, current) == CPU_CURRENT);
static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP);

enum : uint64_t {
    /* Entries 0..4: WB WT WC UC WP, the order of CA in memory attribute descriptors; the rest UC. */
    PAT_VALUE = 0x0000'0005'0001'0406,
    STAR_VALUE = (uint64_t)SEL_KERNEL_CODE << 32 | (uint64_t)SEL_KERNEL_DATA << 48,
    FMASK_VALUE = 0x1f'7700, /* TF IF DF IOPL NT RF VM AC VIF VIP */
};

/* An unknown bit in CR4 is a #GP on hardware and worse in emulators: each is asked for first. */
static uint64_t cr4_value(void)
{
    return CR4_DE | CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT |
           (cpu_has(CPU_MCE) ? CR4_MCE : 0) | (cpu_has(CPU_UMIP) ? CR4_UMIP : 0) |
           (cpu_has(CPU_XSAVE) ? CR4_OSXSAVE : 0) | (cpu_has(CPU_SMEP) ? CR4_SMEP : 0) |
           (cpu_has(CPU_SMAP) ? CR4_SMAP : 0) | (read_cr4() & CR4_CET); /* cet_prepare */
}

static void debug_registers_reset(void)
{
    /* SDM vol. 3, "Debug Registers": no breakpoints. */
    __asm__ volatile("mov %0, %%dr7" : : "r"(UINT64_C(0x400)));
    __asm__ volatile("mov %0, %%dr6" : : "r"(UINT64_C(0xffff'0ff0)));
}

static void syscall_init(void)
{
    if (cpu_has(CPU_SEP))
        wrmsr(IA32_SYSENTER_CS, 0); /* SYSENTER faults */
    wrmsr(IA32_STAR, STAR_VALUE);
    wrmsr(IA32_LSTAR, (uint64_t)entry_syscall);
    wrmsr(IA32_FMASK, FMASK_VALUE);
}

void cpu_set_number(const struct cpu *cpu)
{
    if (cpu_has(CPU_RDTSCP) || cpu_has(CPU_RDPID))
        wrmsr(IA32_TSC_AUX, cpu->id);
}

void arch_cpu_init(struct cpu *cpu)
{
    tables_load(cpu);
    write_cr0(CR0_KERNEL);
    write_cr4(cr4_value());
    wrmsr(IA32_PAT, PAT_VALUE);
    debug_registers_reset();
    syscall_init();
    fpu_init(cpu);
    mitigations_init(cpu);
    machine_check_init();
    lapic_init();
    cpu->arch.apic_id = lapic_id();
    cpu_set_number(cpu);
    const struct cpuid id = cpuid(1, 0);
    console_print(CONSOLE_INFO, "CPU: APIC ID %u, signature %#x, CR4 %#lx, CFP %s",
                  cpu->arch.apic_id, id.eax, read_cr4(), cet_level());
}

void arch_cpu_idle(void)
{
    trap_report_nmi(cpu_local());
    /* STI takes effect after the next instruction: no interrupt slips in between. An NMI does, and sends one. */
    __asm__ volatile("sti; hlt; cli" ::: "memory");
}

void arch_interrupt_window(void)
{
    /* As above: interrupts are let in behind the NOP. */
    __asm__ volatile("sti; nop; cli" ::: "memory");
}

[[noreturn]] void arch_cpu_stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt" ::: "memory");
}

uint64_t rdmsr_try(uint32_t msr)
{
    uint32_t low, high, done = msr;
    __asm__ volatile(".globl rdmsr_try_site\n"
                     "rdmsr_try_site:\n\t"
                     "rdmsr"
                     : "=a"(low), "=d"(high), "+c"(done));
    return done == msr ? (uint64_t)high << 32 | low : 0;
}
