/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scheduler keeps for each CPU, as a part of struct cpu. */
#pragma once

#include <stdint.h>

#include "kernel/base/list.h"
#include "kernel/time/timeout.h"

enum : unsigned { SCHED_PRIO_COUNT = 128 };

struct ec;
struct sc;

struct sched {
    bool again;         /* look for something to run before the kernel is left      */
    struct sc *current; /* the idle SC when nothing is to be done                   */
    struct sc *idle;
    struct ec *helped; /* the current SC runs another's chain, until this EC replies; or nullptr */
    uint64_t since;    /* STC at which `current` was dispatched                    */
    uint64_t armed;    /* STC for which the timer is set; UINT64_MAX: it is not    */
    struct timeout_heap timeouts;
    uint64_t occupied[SCHED_PRIO_COUNT / 64]; /* bit n of word n/64: queue[n] is not empty */
    struct list queue[SCHED_PRIO_COUNT];      /* ready SCs, by sc->link                     */
};
