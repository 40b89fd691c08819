/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scheduling on one CPU: 128 priorities, first in first out within each; higher always preempts lower.
 *
 *              sched_ready                      dispatch
 *   (parked) ---------------> ready queue -------------------> current
 *       ^                         ^                               |
 *       |                         +---- preempted, budget used ---+
 *       +--------------- its EC blocks (sched_park) --------------+
 *
 * An SC with budget left goes to the head of its level, one without is refilled and goes to the tail.
 * Donation is not seen here: the SC stays current while its EC's callees run.
 *
 * Context of all: the CPU that the SC belongs to, interrupts off, kernel stack. What does not return
 * abandons the stack.
 */
#pragma once

#include "kernel/sched/queue.h"

struct ec;
struct sc;

/* A budget of `ms` milliseconds in STC ticks. Context: once the platform is known. */
uint64_t sched_budget(uint16_t ms);

/* Prepare this CPU, with nothing to run but `idle`. Context: boot. */
void sched_init(struct sc *idle);

/* Let `sc` run when its turn comes. */
void sched_ready(struct sc *sc);

/* The running EC `ec` cannot go on: its SC waits at it, somebody else runs. */
[[noreturn]] void sched_park(struct ec *ec);

/*
 * Look for what to run. The current SC stays ready, but what it runs is found anew, from its own EC
 * down. A quiescent point (kernel/sync/rcu.h).
 */
[[noreturn]] void sched_restart(void);

/* The current SC will never run again: its chain ends in an EC that never goes on. */
[[noreturn]] void sched_drop(void);

/* All SCs that wait at `ec` are ready. */
void sched_unpark(struct ec *ec);

/* Set or clear a timeout of this CPU; clearing one that is not set is harmless. */
struct timeout;
void sched_timeout_set(struct timeout *t);
void sched_timeout_clear(struct timeout *t);
