/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Register state of execution contexts, and the ways between them and the kernel.
 *
 * struct arch_ec (arch/types.h) is the first member of struct ec, ec->host follows it: entry and exit
 * code know both. Slots P0..P4 of a hypercall are read and written by arch_ec_slot and
 * arch_ec_set_slot, the instruction pointer by arch_ec_ip and arch_ec_set_ip (arch/inline.h).
 *
 * A hypercall that ends in the thread that made it is the common case, so not all registers are saved
 * for it: those that C preserves stay in the CPU. They go into the frame when something else is to run.
 *
 *   entry: save what C may change --> hypercall_handler[number](ec) --+-- a status -------> restore that,
 *                                       |                             |                     leave
 *                                       |                             +-- anything else --> save the rest,
 *                                       |                                      hypercall_finish(ec, status)
 *                                       +-- arch_ec_switch(ec, next) ---> save the rest,
 *                                                                         as arch_ec_resume(next)
 *
 * "A status" is one below HYPERCALL_RARE while cpu->sched.again is not set. Hazards are not asked for: who
 * raises one for the EC that runs makes the scheduler look (ctrl_ec, cpu_kicked), or interrupts it.
 */
#pragma once

#include "kernel/obj/ec.h"

/*
 * Give a new host EC its first state: it starts at `ip` with stack pointer `sp`; every other register
 * is as a fresh EC has it: zero, flags as the interface says. With `fpu` it gets an area for its FPU
 * state, which starts as the interface says; without, use of the FPU raises an event.
 * Errors: MEM_OBJ.
 */
status_t arch_ec_init_host(struct ec *ec, uaddr_t ip, uaddr_t sp, bool fpu);

/*
 * Give a new virtual CPU, whose CPU is ec->cpu, the state that its STARTUP event shows (the CPU's part of
 * the interface says what that is), with `sp` where a host EC has its stack pointer; `fpu` as above.
 * Errors: MEM_OBJ. Only where arch_has_guests; others never see it called.
 */
status_t arch_ec_init_guest(struct ec *ec, uaddr_t sp, bool fpu);

/*
 * The time that the virtual CPU `ec` sees stands still for `ticks` of the STC, which have passed since it
 * last ran. Only where arch_has_guests. Context: its CPU.
 */
void arch_ec_hide_time(struct ec *ec, uint64_t ticks);

/*
 * Undo arch_ec_init_host or arch_ec_init_guest: nothing of `ec` stays in this CPU (FPU registers, cpu->current).
 * Context: the EC's CPU, or any if it has never run.
 */
void arch_ec_fini(struct ec *ec);

/* Put the boot loader's registers where root finds them (X0..X2; RDI, RSI). */
void arch_ec_set_boot_regs(struct ec *ec, const uint64_t reg[3]);

/*
 * Leave the kernel into `ec`, whose frame holds all its registers. It becomes current on this CPU: its host
 * space (and port space), or its guest space, are active, its FPU state is loaded or FPU use traps.
 * Context: kernel stack of this CPU, interrupts off; the stack is abandoned.
 */
[[noreturn]] void arch_ec_resume(struct ec *ec);

/*
 * Only within a hypercall of `ec`, the running EC: leave the kernel into `next`, another one on this CPU,
 * in the middle of what the handler does. Does not return; declared as handlers are, so that it can be
 * their last call.
 */
status_t arch_ec_switch(struct ec *ec, struct ec *next);

/* The same if `next` came into the kernel by an event. arch_ec_switch is for threads that made a hypercall. */
status_t arch_ec_switch_back(struct ec *ec, struct ec *next);

/*
 * Architectural message (interface specification, 4.4.2, 7.7.3, 8.7.3): copy what `mtd` selects of the
 * state of `ec`, which raised `event`, into the UTCB of its handler. The rest of the UTCB stays.
 */
struct utcb;
void arch_ec_load_utcb(struct ec *ec, struct utcb *utcb, uint32_t mtd, unsigned event);

/*
 * The way back: what `mtd` selects goes from the UTCB of `handler` into `ec`, filtered so that no state
 * gets there that user mode must not have. Spaces that it selects are looked up in the handler's object
 * space (ec_assign_guest). False if `ec` must not go on: POISON, illegal state, a virtual CPU without a
 * guest space. Context: a read section.
 */
[[nodiscard]] bool arch_ec_store_utcb(struct ec *ec, const struct ec *handler, uint32_t mtd);

/*
 * The port space `ports` was changed (generation counted up): on return no CPU uses a copy of its
 * bitmap from before. Only where ARCH_HAS_PIO; others never see it called.
 */
struct space_bit;
void arch_ports_flush(struct space_bit *ports);

/*
 * Called by the entry code on this CPU's kernel stack, interrupts off:
 *
 * Hypercalls by number (kernel/hypercall/entry.c). The frame holds slots P0..P4 and all other registers
 * that C may change. 0 and 1, calls and replies, are ipc_call and ipc_reply: they may be called directly.
 */
extern status_t (*const hypercall_handler[16])(struct ec *ec);
status_t ipc_call(struct ec *ec);
status_t ipc_reply(struct ec *ec);
static constexpr status_t HYPERCALL_RARE = MEM_OBJ; /* NO_ANSWER is beyond it */

/*
 * The handler of `ec` answered `status`, which is none or not the whole story; all registers of `ec` are
 * in its frame.
 */
[[noreturn]] void hypercall_finish(struct ec *ec, status_t status);

/* Exception number `event` of `ec`, all registers in its frame (kernel/ipc/event.c). */
[[noreturn]] void ec_event(struct ec *ec, unsigned event);

/* An interrupt came while `ec` ran and has been handled; all registers in its frame. */
[[noreturn]] void sched_leave(struct ec *ec);

/* The CPU's one-shot timer has fired; called by the interrupt entry wherever it came. Returns. */
void sched_timer(void);
