/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring with the system time counter. In the emulator, with -icount shift=0 and a counter of 1 GHz,
 * one tick is one instruction: of the hypervisor and of the user stub together.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/hip.h"
#include "kernel/abi/status.h"
#include "kernel/abi/utcb.h"
#include "user/lib/hypercall.h"
#include "user/lib/spaces.h"

/* Counting with the loop warm. Creation has no warm-up, as nothing is created twice. */
enum : unsigned { WARMUP = 4, ROUNDS = 1000, CREATE_ROUNDS = 64 };

/*
 * Print `bench NAME VALUE UNIT`; `name` is made of a prefix and a rest, as rows are in groups. The unit
 * `absent` says that the machine lacks what the row is about.
 */
void bench_report(const char *prefix, const char *name, uint64_t value, const char *unit);

/* A call that had to succeed did not: says so and ends the run as failed. */
void bench_expect(status_t want, status_t got, const char *what);

/*
 * Report the ticks per round of `body`, an expression of type status_t that may use `round`: the mean
 * of `rounds` after `warmup` others. Every round has to end with the status `want`; checking that, and
 * the loop, four to six instructions, are counted in.
 */
#define BENCH_STATUS(want, prefix, name, warmup, rounds, body)                                     \
    do {                                                                                           \
        uint32_t wrong_ = 0;                                                                       \
        for (sel_t round = 0; round < (warmup); round++)                                           \
            wrong_ |= (uint32_t)(body) ^ (want);                                                   \
        const uint64_t start_ = bench_stc();                                                       \
        for (sel_t round = 0; round < (rounds); round++)                                           \
            wrong_ |= (uint32_t)(body) ^ (want);                                                   \
        const uint64_t end_ = bench_stc();                                                         \
        bench_expect(want, (status_t)(wrong_ ^ (want)), name);                                     \
        bench_report(prefix, name, (end_ - start_) / (rounds), "instructions");                    \
    } while (0)

#define BENCH(name, warmup, rounds, body) BENCH_STATUS(SUCCESS, "", name, warmup, rounds, body)

/* The system time counter, in ticks, when all before is done. */
static inline uint64_t bench_stc(void)
{
#if defined(__aarch64__)
    uint64_t stc;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(stc)::"memory");
    return stc;
#else
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
#endif
}

/* A thread that does nothing but answer, from <cpu>/stub.S. */
extern const char stub_reply[]; /* portal entry: replies as many words as it got        */
extern const char stub_guest[]; /* a page of a guest, from <cpu>/stub.S, if there are any */
extern const char stub_skip[];  /* event portal entry: goes on PID bytes behind the event */

/*
 * A local thread in `pd`, without FPU, on the boot CPU, which has its UTCB as stack pointer: that is all
 * that the stubs need. Ends the run if there is none.
 */
struct bench_local {
    sel_t ec;
    struct utcb *utcb; /* in its own PD */
};
struct bench_local bench_local(const struct hip *hip, sel_t pd);

/* A portal of `local` at `pt`, leading to `entry`. */
void bench_portal(struct bench_local local, sel_t pt, const char *entry, uint64_t pid,
                  uint32_t mtd);

/* ctrl_pd between slots of the root object space. */
static inline status_t bench_copy(sel_t from, sel_t to, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                      (struct hc_range){.from = from, .to = to, .order = order, .perm = perm});
}

/* Slots that come after each other, for many objects: the root object space but for what is in use. */
enum : sel_t { BENCH_SLOTS = 0x3'a000 };
static inline sel_t bench_slot(sel_t n)
{
    return n < 0xf000 ? 0x1000 + n : 0x1'4000 + (n - 0xf000);
}
void bench_empty_slots(void);

/* The groups, one file each. */
void bench_boot(const struct hip *hip, uint64_t now);
void bench_hypercalls(const struct hip *hip);
void bench_semaphores(const struct hip *hip);
void bench_calls(const struct hip *hip);
void bench_events(const struct hip *hip);
void bench_guests(const struct hip *hip, uint64_t frame);
void bench_objects(void);
void bench_memory(const struct hip *hip);

/* First of all, while the kernel's memory holds little else. */
void bench_create(const struct hip *hip);
void bench_exhaust(const struct hip *hip);

/* What global threads need, for all that follows. */
void bench_open_threads(const struct hip *hip);

/* A row of each kind, which machines that differ in something are compared by. */
void bench_few(const struct hip *hip);

/* The same rows with few objects in the machine and with many. */
void bench_growth(const struct hip *hip);

/* What a program measures, in its order (all.c, few.c); `now` is the STC at its start, `frame` a page of RAM. */
void bench_run(const struct hip *hip, uint64_t now, uint64_t frame);
