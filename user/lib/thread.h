/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads with stacks, in C. A local thread is a function that its portals call; a global thread is
 * a function that runs by itself, on a scheduling context.
 *
 * Selectors come from sel_alloc(), stacks from pages_alloc(), UTCB pages from utcb_alloc(): needs
 * alloc_open(). Root only, one thread at a time.
 */
#pragma once

#include "kernel/abi/hip.h"
#include "kernel/abi/status.h"
#include "kernel/abi/utcb.h"
#include "user/lib/hypercall.h"

enum : uint64_t { THREAD_STACK_SIZE = 8192 };

/*
 * What a portal does: `pid` is its identifier, the message or event is at `utcb`, as `mtd` says.
 * Answers the MTD of the reply, which it leaves at `utcb`.
 */
typedef uint32_t portal_fn(uint64_t pid, uint32_t mtd, struct utcb *utcb);

/* What a global thread does. When it returns, the thread sleeps for ever. */
typedef void thread_fn(uint64_t arg);

struct thread {
    sel_t ec;
    struct utcb *utcb; /* in its own PD */
};

/* Where a thread lives; zero is a usual choice but for `cpu`. */
struct thread_plan {
    uint16_t cpu;
    bool has_no_fpu; /* then it must not run code that a compiler has made                  */
    sel_t pd;        /* 0: the root PD; else one that has the image and the stacks mapped    */
    sel_t events;    /* first event selector, in its own object space; 0: as threads_open()  */
};

/*
 * Have on each CPU a thread that starts global threads (STARTUP) and calls `fault` for other events
 * of threads without event selectors of their own, with the event number as identifier and what
 * `fault_mtd` says. RECALL is not among them: who is recalled without having a portal for it dies.
 * The status of the hypercall that failed.
 */
status_t threads_open(const struct hip *hip, portal_fn *fault, uint32_t fault_mtd);

/* The event selectors that threads_open() has filled for `cpu`. */
sel_t thread_events(uint16_t cpu);

/* A thread for portals that lead to `handler`. Statuses of create_ec; MEM_OBJ without a stack. */
status_t thread_create_local(struct thread *t, const struct thread_plan *plan, portal_fn *handler);

/* A portal of a local thread at the empty slot `pt`. Statuses of create_pt and ctrl_pt. */
status_t thread_create_portal(const struct thread *t, sel_t pt, uint64_t pid, uint32_t mtd);

/*
 * A thread that runs `fn` with `arg` as soon as it has an SC. Statuses as for a local one.
 * The portal for STARTUP is at thread_events() + SEL_HST/ARCH: copy it to where plan->events says.
 */
status_t thread_create_global(struct thread *t, const struct thread_plan *plan, thread_fn *fn,
                              uint64_t arg);

/* End the running global thread. */
[[noreturn]] void thread_exit(void);
