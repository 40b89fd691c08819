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
 * Context of all: the CPU that the SC belongs to, interrupts off, kernel stack.
 */
#pragma once

#include <stdint.h>

#include "kernel/base/list.h"
#include "kernel/time/timeout.h"

enum : unsigned { SCHED_PRIO_COUNT = 128 };

struct ec;
struct sc;

/* The scheduler's part of struct cpu. */
struct sched {
    uint64_t occupied[SCHED_PRIO_COUNT / 64]; /* bit n of word n/64: queue[n] is not empty */
    struct list queue[SCHED_PRIO_COUNT];
    struct sc *current; /* the idle SC when nothing is to be done                */
    struct sc *idle;
    uint64_t since;     /* STC at which `current` was dispatched                 */
    uint64_t armed;     /* STC for which the timer is set; UINT64_MAX: it is not */
    struct timeout_heap timeouts;
    uint32_t depth;     /* portal calls between sc->ec and the running EC        */
    bool again;         /* dispatch anew before leaving the kernel               */
};

/* Start with nothing to run but the idle SC. Context: boot. */
void sched_init(struct sched *s, struct sc *idle);

/* Let `sc` run when its turn comes. */
void sched_ready(struct sc *sc);

/*
 * Leave the kernel: dispatch if somebody better is ready, else go on with `ec`, the running one.
 */
[[noreturn]] void sched_leave(struct ec *ec);

/* The running EC cannot go on and nobody waits for it to: its SC waits at `ec`, somebody else runs. */
[[noreturn]] void sched_park(struct ec *ec);

/* The current SC stays ready, but what it runs must be found anew, from its own EC down. */
[[noreturn]] void sched_restart(void);

/* The current SC will never run again (its chain ends in a dead EC). */
[[noreturn]] void sched_drop(void);

/* All SCs that wait at `ec` are ready. */
void sched_unpark(struct ec *ec);

/* The CPU's timer has fired: expired timeouts, used-up budget. Returns; sched_leave follows. */
void sched_timer(void);

/* Set or clear a timeout of this CPU. */
void sched_timeout_set(struct timeout *t);
void sched_timeout_clear(struct timeout *t);
