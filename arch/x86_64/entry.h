/* SPDX-License-Identifier: GPL-2.0-only */
/* Between entry.S and C. */
#pragma once

#include "kernel/obj/ec.h"

/* Entry point for SYSCALL: an address for IA32_LSTAR, not a function. */
extern const char entry_syscall[];

/*
 * Load the registers of `ec` and go to user mode, by SYSRET if it came by SYSCALL, else by IRET.
 * Context: its spaces are active, RSP0 points to its registers; interrupts off.
 */
[[noreturn]] void exit_to_user(struct ec *ec);

/*
 * Go on with `next`, on the kernel stack from its top; `shadow_token` is that of the interrupt stack in
 * use, which is left for good. Context: an interrupt stack of this CPU, entered from user mode.
 */
[[noreturn]] void entry_restart(struct ec *ec, void (*next)(struct ec *), uint64_t shadow_token);

/* Called by entry.S, interrupts off: */
[[noreturn]] void
trap_user(struct ec *ec);                 /* exception or interrupt in user mode, registers saved */
void trap_kernel(struct arch_regs *regs); /* the same in the kernel; returns after an interrupt   */
void trap_ist(struct arch_regs *regs);    /* NMI, #DF, #MC anywhere, on a stack of its own        */
[[noreturn]] void
exit_refused(struct ec *ec); /* the instruction pointer is none that user mode has   */
