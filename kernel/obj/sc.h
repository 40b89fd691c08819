/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling context: priority and budget of an EC. */
#pragma once

#include "kernel/base/list.h"
#include "kernel/obj/kobject.h"

enum : uint8_t { SC_PRIO_IDLE = 0, SC_PRIO_MAX = 127 };
enum : uint16_t { SC_BUDGET_KERNEL_MS = 1000 }; /* root and idle contexts */

struct ec;
struct pd;

struct sc {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct pd *pd;         /* who pays                                                  */
    struct ec *ec;         /* nullptr for the idle context of a CPU                     */
    struct list link;      /* in the ready queue, or parked at a blocked EC             */
    uint64_t budget;       /* STC ticks                                                 */
    uint64_t ready_since;  /* STC; only if hides_waiting                                 */
    uint64_t left;         /* of the budget; 0: refilled when it becomes ready          */
    _Atomic uint64_t used; /* STC ticks consumed; written by its CPU only               */
    uint16_t cpu;
    uint16_t cos;
    uint8_t prio;
    bool hides_waiting; /* its EC does not see the time that it is ready and does not run   */
};

struct sc_plan {
    struct pd *pd;
    struct ec *ec;
    uint64_t budget; /* STC ticks */
    uint16_t cpu;
    uint16_t cos;
    uint8_t prio;
};

/* An SC with no reference yet, which keeps plan->ec; nullptr if memory has run out. */
[[nodiscard]] struct sc *sc_create(const struct sc_plan *plan);

/* Give back what sc_create made, with its references. */
void sc_free(struct sc *sc);
