/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scenarios: a small world of threads with programs, of which every order is tried in which its CPUs can
 * take turns, at each access to memory that more than one of them uses.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/hypercall/testing/calls.h"

struct ec;

/* One step of a thread in user mode, or of the world around the CPUs. */
struct act {
    enum act_kind : uint8_t {
        ACT_CALL,  /* a hypercall: p[0]..p[4]                        */
        ACT_EVENT, /* exception p[0]                                 */
        ACT_DO,    /* whatever `run` does, on CPU `cpu`, in no time  */
    } kind;
    uint64_t p[5];
    void (*run)(unsigned cpu);
};

#define DO(f) {.kind = ACT_DO, .run = (f)}
#define EVENT(number)                                                                              \
    {                                                                                              \
        .kind = ACT_EVENT, .p = { number }                                                         \
    }
#define CALL(number, flags, param, ...)                                                            \
    {                                                                                              \
        .kind = ACT_CALL, .p = {                                                                   \
            (uint64_t)(param) << P0_PARAM_SHIFT | (uint64_t)(flags) << P0_FLAGS_SHIFT | (number),  \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define UP(sm) CALL(HYPERCALL_CTRL_SM, 0, sm, 0)
#define DOWN(sm, deadline) CALL(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, sm, deadline)
#define IPC_CALL(pt) CALL(HYPERCALL_IPC_CALL, 0, pt, 0)
#define IPC_REPLY CALL(HYPERCALL_IPC_REPLY, 0, 0, 0)
#define RECALL(ec, flags) CALL(HYPERCALL_CTRL_EC, flags, ec, 0)
#define CREATE_SM(sel, pd) CALL(HYPERCALL_CREATE_SM, 0, sel, pd)
#define CREATE_PT(sel, pd, ec) CALL(HYPERCALL_CREATE_PT, 0, sel, pd, ec, 0)
#define CREATE_SC(sel, pd, ec, prio, ms)                                                           \
    CALL(HYPERCALL_CREATE_SC, 0, sel, pd, ec, (prio) << 16 | (ms))
/* From one space to another: 2^ord slots or pages, with permissions pmm. */
#define DELEGATE(src, dst, ssb, dsb, ord, pmm)                                                     \
    CALL(HYPERCALL_CTRL_PD, 0, src, dst, (uint64_t)(ssb) << 12 | (ord),                            \
         (uint64_t)(dsb) << 12 | (pmm))
#define REVOKE(sel, ord) DELEGATE(SEL_ROOT_OBJ, SEL_ROOT_OBJ, sel, sel, ord, 0)

/* Selectors of a scenario's own in the root object space: 2^6 from here on. All goes at the end. */
enum : uint64_t { EXPLORE_FIRST = 0x40 };
enum : unsigned { EXPLORE_COUNT_LOG2 = 6 };

struct scenario {
    const char *name;
    const char *claim;   /* what holds in every order                                   */
    unsigned cpus;       /* root runs on CPU 0                                          */
    unsigned bound;      /* so many CPUs are interrupted in what they do, in the test   */
    void (*make)(void);  /* root makes threads on other CPUs and calls explore_program  */
    void (*check)(void); /* nullptr, or what holds when all have come to rest           */
};

/* What `ec`, or the world around the CPUs if that is nullptr, does; if `again`, over and over. */
#define PROGRAM(ec, acts, again) explore_program(ec, acts, sizeof(acts) / sizeof(*(acts)), again)
void explore_program(struct ec *ec, const struct act *acts, size_t count, bool again);

/* Nobody has a program any more. */
void explore_forget(void);

/* The last call of the thread that runs on `cpu` was answered with this. */
status_t explore_status(unsigned cpu);

/*
 * Run the world to its end, in the order that explore_choose says (engine.h). False if it was left on the way, as
 * another order does the same.
 */
bool explore_run(unsigned cpus);

extern const struct scenario *const explore_scenarios[];
