/* SPDX-License-Identifier: GPL-2.0-only */
/* Bringing CPUs up and letting them rest. */
#pragma once

#include "kernel/cpu/cpu.h"

/*
 * Program this CPU: control registers, descriptor tables or vectors with working stacks for every
 * fault, the hypercall entry, its interrupt controller interface (all sources masked), its timer
 * (stopped). Fills cpu->arch. Called once on each CPU after arch_platform_init, `cpu` being the
 * caller's. Prints one line per CPU.
 * Context: boot, interrupts off, one CPU at a time.
 */
void arch_cpu_init(struct cpu *cpu);

/*
 * Number all CPUs that arch_platform_init found, in their listed order, and start those other than
 * this one: cpu_create(false) makes number, struct and stack; one that cannot be started is dropped
 * without a gap (cpu_drop_last). At the boot CPU's own entry it calls cpu_create(true); what depends
 * on its number is programmed there. Returns when each started CPU is in boot_secondary or on its way;
 * a CPU that does not answer within a bounded time is dropped with a line that says so.
 * Context: boot CPU, once, after arch_cpu_init(&boot_cpu).
 */
void arch_cpu_start_others(void);

/*
 * Wait for an interrupt with interrupts on, then return with them off.
 * Context: this CPU has nothing to run.
 */
void arch_cpu_idle(void);

/*
 * Let interrupts that are pending on this CPU in, then return with interrupts off again. Their handlers
 * run on the current stack and return. Used where the kernel works for long.
 */
void arch_interrupt_window(void);

/*
 * Abandon the kernel stack and call `next` on an empty one.
 * Context: kernel stack of this CPU, interrupts off.
 */
[[noreturn]] void arch_cpu_restart(void (*next)(void));

/*
 * Interrupt `cpu`, another one, which then calls cpu_kicked() (kernel/cpu/remote.h). Stores made before
 * are seen there. Context: any.
 */
void arch_cpu_kick(const struct cpu *cpu);

/*
 * Called by cpu_kicked and while waiting for others: another CPU has asked this one to forget what it
 * holds of tables that changed. The active host space, unless it is dying (arch_space_hst_fini), is
 * read anew; the copy of its ports too. Context: this CPU, interrupts off; must not wait for others.
 */
void arch_cpu_serve(void);

/* Stop this CPU for good, interrupts off. */
[[noreturn]] void arch_cpu_stop(void);

/*
 * Print the registers that describe where the kernel is (as far as known) and a backtrace: return
 * addresses found on the kernel stack, most recent first, at most 16. Used by panic.
 */
void arch_cpu_dump(void);
