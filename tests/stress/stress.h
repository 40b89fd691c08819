/* SPDX-License-Identifier: GPL-2.0-only */
/* What the root tasks of this room share: a thread on each CPU, and children. */
#pragma once

#include <stdatomic.h>

#include "kernel/abi/hip.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/lib/meter.h"
#include "user/lib/alloc.h"
#include "user/lib/child.h"
#include "user/lib/event.h"
#include "user/lib/memory.h"
#include "user/lib/spaces.h"
#include "user/lib/tap.h"
#include "user/lib/thread.h"
#include "user/lib/time.h"

extern const struct hip *hip;

/* Each root task of this room has its own. */
extern const struct tap_suite *const stress_suites[];
extern const size_t stress_suite_count;

extern const struct tap_suite life_suite, children_suite, exhaustion_suite;

/*
 * Slots of the root object space. Nobody asks for them: they are divided here. A CPU has a share of
 * the work slots, aligned to its size.
 */
enum : sel_t {
    SEL_SHARED = 0x1400, /* 512 */
    SEL_WORK = 0x2000,
    SEL_WORK_COUNT = 0x80,
};
static inline sel_t work_sel(uint16_t cpu)
{
    return SEL_WORK + (sel_t)cpu * SEL_WORK_COUNT;
}

/* Priorities of threads; root's is 127. */
enum : uint8_t { PRIO_CREW = 60, PRIO_ABOVE = 61, PRIO_BELOW = 30 };

/*
 * Run `fn` on every CPU at once, each in a thread of the root PD, and wait for all. What fails there is
 * told with CHECK; one that does not end within 50 minutes ends the run.
 */
void crew_run(void (*fn)(uint16_t cpu));

/* Remember a failure in a thread; the first is reported by crew_run(), with the number of all. */
void crew_fail(unsigned line, uint64_t got);
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            crew_fail(__LINE__, 0);                                                                \
    } while (0)
#define CHECK_STATUS(want, got)                                                                    \
    do {                                                                                           \
        const status_t got_ = (got);                                                               \
        if (got_ != (want))                                                                        \
            crew_fail(__LINE__, got_);                                                             \
    } while (0)

/* Empty 2^order slots of the root object space. */
void revoke_range(sel_t first, uint8_t order);
static inline void revoke(sel_t sel)
{
    revoke_range(sel, 0);
}

/* A call that a test only needs; its failure is one of the test. */
#define MUST(call) EXPECT_STATUS(SUCCESS, call)

/* Sleep, so that others run on this CPU, too. Root only. */
void nap(uint64_t us);

/* Wait, by naps, until `*word` is at least `value`; false after five minutes. Root only. */
bool wait_until(const _Atomic uint64_t *word, uint64_t value);

/*
 * A child PD that shares our memory, and the threads that run in it, with our capabilities for all of
 * them. Its event selectors for CPU n begin at family_events(n) of its object space; STARTUP is there.
 */
enum : size_t { FAMILY_MAX = 8 };
struct family {
    struct child child;
    sel_t ec[FAMILY_MAX], sc[FAMILY_MAX];
    size_t count;
};
static inline sel_t family_events(uint16_t cpu)
{
    return 0x400 + (sel_t)cpu * 0x80;
}

/* Root only. The statuses of the hypercall that failed. */
status_t family_create(struct family *f);
status_t family_global(struct family *f, uint16_t cpu, uint8_t prio, thread_fn *fn, uint64_t arg);
status_t family_local(struct family *f, uint16_t cpu, portal_fn *handler, sel_t pt);

/* Drop all our capabilities for it. */
void family_forget(const struct family *f);

/* Stop it, whatever it does (doc/lifetime.md). */
void family_stop(const struct family *f);

/* For tap_suite.after: what sel_alloc() and pages_alloc() have given out is free again. */
void stress_after(void);
