/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions and interrupts. */

#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/dump.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/irq.h"
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

[[noreturn]] void trap_user(struct ec *ec)
{
    const uint8_t vector = vector_of(&ec->arch.regs);
    if (vector >= VECTOR_EXCEPTIONS) {
        irq_handle(vector);
        sched_leave(ec);
    }
    if (vector == VECTOR_PF)
        ec->arch.cr2 = read_cr2();
    if (vector == VECTOR_GP && ec->arch.regs.error == 0 && ports_load(cpu_local(), ec->ports))
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

/*
 * #GP where it was to be expected: let the instruction read a register that there is, which tells
 * rdmsr_try enough. Its address must stay, as a shadow stack may know it.
 */
static bool fix_up(struct arch_regs *regs)
{
    if (vector_of(regs) != VECTOR_GP || regs->rip != (uint64_t)rdmsr_try_site)
        return false;
    regs->rcx = IA32_EFER;
    return true;
}

void trap_kernel(struct arch_regs *regs)
{
    if (fix_up(regs))
        return;
    if (vector_of(regs) < VECTOR_EXCEPTIONS)
        stop(regs);
    irq_handle(vector_of(regs));
}

void trap_report_nmi(struct cpu *cpu)
{
    if (cpu->arch.nmi_count == 0 || cpu->arch.nmi_reported)
        return;
    cpu->arch.nmi_reported = true;
    console_print(CONSOLE_WARN, "unexpected NMI on CPU %u; more of them are not reported", cpu->id);
}

/* In the kernel the console's lock may be held: then the line is left to arch_cpu_idle. */
static void nmi(const struct arch_regs *regs)
{
    struct cpu *const cpu = cpu_local();
    cpu->arch.nmi_count++;
    if (is_user(regs))
        trap_report_nmi(cpu);
}

static void machine_check(const struct arch_regs *regs)
{
    if (!machine_check_is_fatal() && is_user(regs)) {
        struct cpu *const cpu = cpu_local();
        struct ec *const ec = cpu->current;
        ec->arch.regs = *regs;
        entry_restart(ec, trap_user, cpu->arch.tables->shadow_ist[IST_MC]);
    }
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
    default:
        stop(regs);
    }
}
