/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scheduler keeps for each CPU, as a part of struct cpu. */
#pragma once

#include <stdint.h>

#include "kernel/base/list.h"
#include "kernel/time/timeout.h"

enum : unsigned { SCHED_PRIO_COUNT = 128 };

/* Things done at once of those that have become due together: timeouts, deliveries, SCs that were parked. */
enum : unsigned { SCHED_STEP_MAX = 16 };

struct ec;
struct sc;

struct sched {
    bool again;         /* look for something to run before the kernel is left      */
    bool is_behind;     /* more was due than is done at once; `again` is set, too   */
    struct sc *current; /* the idle SC when nothing is to be done                   */
    struct sc *idle;
    struct ec *helped; /* the current SC runs another's chain, until this EC replies; or nullptr */
    uint64_t since;    /* STC at which `current` was dispatched                    */
    uint64_t armed;    /* STC for which the timer is set; UINT64_MAX: it is not    */
    struct timeout_heap timeouts;
    struct list woken; /* SCs that are ready and not in a queue yet                */
    uint64_t occupied[SCHED_PRIO_COUNT / 64]; /* bit n of word n/64: queue[n] is not empty */
    struct list queue[SCHED_PRIO_COUNT];      /* ready SCs, by sc->link                     */
};

/* More is due than may be done at once: the scheduler does the rest, before anything else runs. */
static inline void sched_fall_behind(struct sched *s)
{
    s->again = s->is_behind = true;
}
