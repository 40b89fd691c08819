/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions and interrupts. */

#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/dump.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/machine_check.h"
#include "arch/x86_64/ports.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/tables.h"
#include "arch/x86_64/vector.h"
#include "kernel/base/panic.h"
#include "kernel/cpu/cpu.h"
#include "kernel/device/console.h"

static uint8_t vector_of(const struct arch_regs *regs)
{
    return (uint8_t)regs->vector;
}

static bool is_user(const struct arch_regs *regs)
{
    return (regs->cs & 3) != 0;
}

/* Answers whether `ec` tries the instruction again. */
static bool is_dealt_with(struct ec *ec, uint8_t vector)
{
    switch (vector) {
    case VECTOR_GP:
        return ec->arch.regs.error == 0 && ports_use(cpu_local());
    case VECTOR_NM:
        return fpu_use(cpu_local(), ec);
    default:
        return false;
    }
}

[[noreturn]] void trap_user(struct ec *ec)
{
    const uint8_t vector = vector_of(&ec->arch.regs);
    if (vector >= VECTOR_EXCEPTIONS) {
        irq_handle(vector);
        sched_leave(ec);
    }
    if (is_dealt_with(ec, vector))
        arch_ec_resume(ec);
    ec_event(ec, vector);
}

/*
 * Stop because of what `regs` says. GS is the user's if the fault came between an entry and its
 * SWAPGS, or between SWAPGS and the exit.
 */
[[noreturn]] static void stop(const struct arch_regs *regs)
{
    if (!(rdmsr(IA32_GS_BASE) >> 63))
        __asm__ volatile("swapgs");
    struct cpu *const cpu = cpu_local();
    if (cpu->panicking)
        arch_cpu_stop();
    cpu->arch.fault = regs;
    panic("%s in the kernel", dump_vector_name(vector_of(regs)));
}

void trap_kernel(struct arch_regs *regs)
{
    if (vector_of(regs) < VECTOR_EXCEPTIONS)
        stop(regs);
    irq_handle(vector_of(regs));
}

/* SYSRET has found no instruction pointer in RCX: user mode's registers are in the CPU. */
[[noreturn]] static void refuse_sysret(struct cpu *cpu, const struct arch_regs *regs)
{
    struct ec *const ec = cpu->current;
    ec->arch.regs = *regs;
    ec->arch.regs.rip = regs->rcx;
    ec->arch.regs.cs = SEL_USER_CODE;
    ec->arch.regs.rflags = regs->r11;
    ec->arch.regs.ss = SEL_USER_DATA;
    entry_restart(ec, exit_refused, cpu->arch.tables->shadow_ist[IST_GP]);
}

/*
 * #GP in the kernel, where it was to be expected. RDMSR: let it read a register that there is, which
 * tells rdmsr_try enough. Its address must stay, as a shadow stack may know it.
 */
static void protection_fault(struct arch_regs *regs)
{
    struct cpu *const cpu = cpu_local();
    const char *const at = (const char *)regs->rip; /* NOLINT: text */
    if (at == rdmsr_try_site)
        regs->rcx = IA32_EFER;
    else if (at == exit_sysret || at == exit_sysret_same)
        refuse_sysret(cpu, regs);
    else if (at == exit_iret_site)
        entry_restart(cpu->current, exit_refused, cpu->arch.tables->shadow_ist[IST_GP]);
    else
        stop(regs);
}

void trap_report_nmi(struct cpu *cpu)
{
    if (cpu->arch.nmi_count == 0 || cpu->arch.nmi_reported)
        return;
    cpu->arch.nmi_reported = true;
    console_print(CONSOLE_WARN, "unexpected NMI on CPU %u; more of them are not reported", cpu->id);
}

/* In the kernel the console's lock may be held: then the line is left to arch_cpu_idle, which may be about to halt. */
static void nmi(const struct arch_regs *regs)
{
    struct cpu *const cpu = cpu_local();
    cpu->arch.nmi_count++;
    if (is_user(regs))
        trap_report_nmi(cpu);
    else if (cpu->sched.idle != nullptr && cpu->sched.current == cpu->sched.idle)
        lapic_send_self(VECTOR_KICK);
}

static void machine_check(const struct arch_regs *regs)
{
    const enum machine_check kind = machine_check_read();
    if (kind != MACHINE_CHECK_FATAL && is_user(regs)) {
        struct cpu *const cpu = cpu_local();
        struct ec *const ec = cpu->current;
        ec->arch.regs = *regs;
        entry_restart(ec, trap_user, cpu->arch.tables->shadow_ist[IST_MC]);
    }
    if (kind != MACHINE_CHECK_ELSEWHERE)
        stop(regs);
}

void trap_ist(struct arch_regs *regs)
{
    switch (vector_of(regs)) {
    case VECTOR_NMI:
        nmi(regs);
        break;
    case VECTOR_MC:
        machine_check(regs);
        break;
    case VECTOR_GP:
        protection_fault(regs);
        break;
    default:
        stop(regs);
    }
}
