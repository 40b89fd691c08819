/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine of several CPUs in one thread, on which the whole portable core runs as it is. The test is
 * user mode, devices and time: it makes the ECs enter the kernel, and decides when interrupts come.
 *
 *             sim_hypercall, sim_event, sim_interrupt
 *      SIM_USER ------------------------------------> SIM_ENTERED --+
 *         ^                                                         |  sim_step
 *         +----------------- arch_ec_resume ------------------------+----> SIM_WINDOW, SIM_SPIN
 *      SIM_IDLE <--------------- arch_cpu_idle ---------------------+
 *
 * Each CPU has a stack of its own, so an entry can stop wherever other CPUs may come between: at an
 * interrupt window, and where it waits for another CPU.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "arch/contract/irq.h"
#include "arch/contract/power.h"
#include "arch/sim/sim.h"

enum : unsigned { SIM_CPU_MAX = 8, SIM_INT_PIN = 4, SIM_INT_MSI = 4 };
enum : uint64_t { SIM_FREQUENCY = 1'000'000 };

struct ec;

/* What a CPU is doing. */
enum sim_state : uint8_t {
    SIM_OFF,
    SIM_USER,
    SIM_IDLE,
    SIM_ENTERED, /* about to run in the kernel                        */
    SIM_WINDOW,  /* in the kernel, about to let interrupts in          */
    SIM_SPIN,    /* in the kernel, waiting for another CPU             */
    SIM_ACCESS,  /* in the kernel, about to access memory (sim_pause)  */
};

/* Kinds of interrupts. */
enum : unsigned { SIM_KICK = 1, SIM_TIMER = 2, SIM_IRQ = 4, SIM_ALL = 7 };

/*
 * Boot: boot_main runs to its end on CPU 0, boot_secondary on the others. Then root runs on CPU 0, and all
 * others are idle. The pool has about `pages` pages.
 */
void sim_boot(unsigned cpus, size_t pages);

/*
 * If not nullptr: changes what a boot loader tells sim_boot, and the page where it left root's image. Then
 * there need not be a root.
 */
struct boot_entry;
extern void (*sim_loader)(struct boot_entry *entry, void *image);

enum sim_state sim_state_of(unsigned cpu);

/* The EC that `cpu` runs; nullptr when it is idle. */
struct ec *sim_user(unsigned cpu);

/*
 * The EC that runs on `cpu` makes a hypercall. The entry runs to its end, with interrupts that are pending
 * coming in where the kernel lets them; others CPUs take theirs only where this one waits for them.
 * Answers who runs then.
 */
struct ec *sim_hypercall(unsigned cpu, uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3,
                         uint64_t p4);

/* The EC that runs on `cpu` raises an exception. Otherwise as sim_hypercall. */
struct ec *sim_event(unsigned cpu, unsigned event);

/* `cpu` takes interrupts of these kinds (SIM_KICK...) that are pending. Otherwise as sim_hypercall. */
struct ec *sim_interrupt(unsigned cpu, unsigned kinds);

/* All CPUs take all interrupts, until none is pending. */
void sim_settle(void);

/* Interrupts that are pending at `cpu` (SIM_KICK...). */
unsigned sim_pending(unsigned cpu);

/* Time goes on by `ticks`. Interrupts of timers become pending, no more. */
void sim_advance(uint64_t ticks);

/* STC for which the timer of `cpu` is set; UINT64_MAX: it is off. How often timers were set at all. */
uint64_t sim_timer(unsigned cpu);
uint64_t sim_timer_sets(void);

/* Device interrupt `n` comes, at the CPU it is routed to; it is lost if it was not assigned or is masked. */
void sim_raise(unsigned n);

/* What assign_int last said about interrupt `n`. */
const struct irq_setting *sim_irq_setting(unsigned n);

/* What the platform was last asked for by ctrl_hw, and what it answers to it. */
extern struct sim_power {
    enum sleep_state state;
    uint8_t a, b;
    status_t answer;
} sim_power;

/*
 * By hand: begin a hypercall, an exception, or taking interrupts, without running; run a CPU that is in the kernel until
 * it leaves or stops; let it run to its end. Between steps the test may do as it likes with other CPUs.
 */
void sim_begin(unsigned cpu, uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4);
void sim_begin_event(unsigned cpu, unsigned event);
void sim_begin_interrupt(unsigned cpu, unsigned kinds);
enum sim_state sim_step(unsigned cpu);
struct ec *sim_finish(unsigned cpu);

/* The CPU that runs in the kernel stops, so that others may come between. Context: kernel stack, watch.h. */
void sim_pause(void);

/* The deepest that the kernel stack of `cpu` was in use when it stopped, in bytes, since the last call. */
size_t sim_stack_used(unsigned cpu);

/*
 * Would an access of the EC that runs on `cpu` to `va` succeed, for `perm` (PERM_MEM_*)? The answer is
 * remembered by the CPU as its TLB would, until the kernel makes it forget.
 */
bool sim_may_access(unsigned cpu, uint64_t va, uint8_t perm);

/* Likewise to I/O port `port`, by way of a copied bitmap. */
bool sim_may_use_port(unsigned cpu, uint16_t port);

/*
 * The register of the FPU, as the EC that runs on `cpu` sees it, until another one uses it there; nullptr if use of
 * the FPU raises an exception.
 */
uint64_t *sim_fpu(unsigned cpu);

/* Does `cpu` remember a translation that its tables do not say any more, or a port that is denied by now? */
bool sim_remembers_more(unsigned cpu);

/*
 * A flush of a space asks CPUs and waits for them, as on x86_64, instead of telling them at once as on
 * aarch64. For tests that are built with SIM_BREAK_BITS=0.
 */
extern bool sim_flush_asks;

/* Architectural messages: words 0..4 are P0..P4. */
enum : uint32_t {
    SIM_MTD_SLOTS = 1 << 0,
    SIM_MTD_IP = 1 << 1,     /* word 5                */
    SIM_MTD_SP = 1 << 2,     /* word 6                */
    SIM_MTD_EVENT = 1 << 3,  /* word 7; read only     */
    SIM_MTD_SPACES = 1 << 4, /* word 8; write only, guest */
    SIM_MTD_POISON = UINT32_C(1) << 31,
};
