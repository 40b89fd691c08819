/* SPDX-License-Identifier: GPL-2.0-only */
/* Between entry.S and C. */
#pragma once

#include "kernel/obj/ec.h"

/* Entry point for SYSCALL: an address for IA32_LSTAR, not a function. */
extern const char entry_syscall[];

/* Instructions that fault if the EC's instruction pointer is none: for trap_ist. */
extern const char exit_sysret[], exit_sysret_same[], exit_iret_site[];

/*
 * Go on with `next`, on the kernel stack from its top; `shadow_token` is that of the interrupt stack in
 * use, which is left for good. Context: an interrupt stack of this CPU, entered from user mode or from
 * one of the instructions above.
 */
[[noreturn]] void entry_restart(struct ec *ec, void (*next)(struct ec *), uint64_t shadow_token);

/* Called by entry.S, interrupts off: */

/* Interrupt, or exception that the kernel may have caused or deals with, in user mode; registers saved. */
[[noreturn]] void trap_user(struct ec *ec);

/* The same in the kernel. Returns after an interrupt. */
void trap_kernel(struct arch_regs *regs);

/* NMI, #DF, #MC anywhere, #GP in the kernel: on a stack of its own. */
void trap_ist(struct arch_regs *regs);

/* `ec` runs next, and more than CR3 has to change for that, or may have to. */
void ec_switch(struct ec *ec);

/* The instruction pointer of `ec` is none: as if user mode had jumped there. */
[[noreturn]] void exit_refused(struct ec *ec);
