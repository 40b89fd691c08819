/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls between ECs of one CPU, explicit (ipc_call) and implicit (events), and what an EC does next.
 *
 * An EC is a thread of control without a kernel stack: when it gets the CPU, its continuation runs.
 *
 *   cont              meaning                                            who changes it
 *   ec_resume         leaves the kernel, or waits for a message          itself, by blocking
 *   ec_cont_blocked   waits at a semaphore; SCs that run into it park    up, timeout
 *   ec_cont_call      tries its ipc_call again: the callee was busy      success
 *   ec_cont_event     sends its event, again if the handler was busy     success
 *   ec_cont_startup   raises STARTUP                                     success
 *   ec_cont_hypercall goes on with a hypercall that was preempted        success
 *   ec_cont_dying     killed; takes with it those whose events it has    itself
 *   ec_cont_dead      killed; or a global thread that waits for a call   nobody
 *
 * While a caller waits, its `callee` leads to who works for it, and `caller` leads back, tagged with
 * CALLER_*. A local thread without a caller (CALLER_NONE) waits for a message. A call takes no lock, no
 * atomic operation and no reference: only the CPU of both touches their state, and neither goes while it
 * is active.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/status.h"
#include "kernel/obj/ec.h"

/* Tags in the low bits of ec->caller. */
enum : uintptr_t {
    CALLER_EVENT = 1,  /* entered by an event: the reply is architectural */
    CALLER_ZOMBIE = 2, /* without references: goes when it has replied    */
    CALLER_NONE = 4,   /* instead of an address; 0 is who is dead         */
    CALLER_TAGS = 7,
};

/* Pending before an EC leaves the kernel (ec->hazard). */
enum : uint32_t {
    HAZARD_RECALL = 1 << 0,  /* set from any CPU                             */
    HAZARD_ILLEGAL = 1 << 1, /* state that must not run: killed on leaving */
    HAZARD_TIMER = 1 << 2,   /* virtual CPU: its virtual timer has fired   */
};

/* Continuations. None returns. */
void ec_resume(struct ec *ec); /* leave the kernel, unless a hazard has to be dealt with */
void ec_cont_blocked(struct ec *ec);
void ec_cont_call(struct ec *ec);
void ec_cont_event(struct ec *ec);
void ec_cont_startup(struct ec *ec);
void ec_cont_dying(struct ec *ec);
void ec_cont_dead(struct ec *ec);

/* `self`, which runs, dies, and with it who depends on it; says `why` on the console. */
[[noreturn]] void ec_kill(struct ec *self, const char *why);

/* A blocked EC is released. Context: its CPU; it is blocked, and its wake-up was sent to it. */
void ec_wake(struct ec *ec);

/* A blocked EC dies: what it waits for is gone. Context: as ec_wake. */
void ec_bury(struct ec *ec);

/* A blocked EC's time is up. Context: its CPU, in sched_timer. */
void ec_timeout(struct timeout *t);
