/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Register state of execution contexts, and the way out to user mode.
 *
 * struct arch_ec (arch/types.h) is the first member of struct ec: entry code saves the registers of
 * the interrupted EC there. Slots P0..P4 of a hypercall are read and written by arch_ec_slot and
 * arch_ec_set_slot (arch/inline.h).
 */
#pragma once

#include "kernel/obj/ec.h"

/*
 * Make a host EC start at `ip` with stack pointer `sp`; every other register as a fresh EC has it:
 * zero, flags as the interface says. Used for root and, with ip 0, for every new host EC.
 */
void arch_ec_init_host(struct ec *ec, uaddr_t ip, uaddr_t sp);

/* Put the boot loader's registers where root finds them (X0..X2; RDI, RSI). */
void arch_ec_set_boot_regs(struct ec *ec, const uint64_t reg[3]);

/*
 * Leave the kernel into `ec`, which becomes current on this CPU: its host space (and port space)
 * are active, its registers loaded. The one exit for host ECs.
 * Context: kernel stack of this CPU, interrupts off; the stack is abandoned.
 */
[[noreturn]] void arch_ec_resume(struct ec *ec);

/*
 * The port space `ports` was changed (generation counted up): on return no CPU uses a copy of its
 * bitmap from before. Only where ARCH_HAS_PIO; others never see it called.
 */
struct space_bit;
void arch_ports_flush(struct space_bit *ports);

/*
 * Called by the entry code, with the registers of `ec` saved in it, on this CPU's kernel stack,
 * interrupts off (kernel/hypercall/entry.c, kernel/obj/ec.c):
 */
[[noreturn]] void hypercall_enter(struct ec *ec);          /* hypercall: slots in the frame */
[[noreturn]] void ec_event(struct ec *ec, unsigned event); /* exception number `event`      */
