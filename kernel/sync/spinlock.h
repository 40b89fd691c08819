/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fair (ticket) spin lock. Kernel code is not preemptible and runs with interrupts off, so a
 * holder is never interrupted. Nothing waits, sleeps or flushes with a lock held.
 * Lock order: kernel/sync/README.md.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "arch/inline.h"
#include "kernel/base/compiler.h"

struct CAPABILITY("spinlock") spinlock {
    _Atomic uint32_t next;  /* the next ticket to hand out       */
    _Atomic uint32_t owner; /* the ticket that holds the lock    */
};

/* Ordering: acquire; pairs with the release in spin_unlock of the holder before. */
static inline void spin_lock(struct spinlock *l) ACQUIRE(l) NO_THREAD_SAFETY_ANALYSIS
{
    const uint32_t ticket = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);
    while (atomic_load_explicit(&l->owner, memory_order_acquire) != ticket)
        arch_cpu_relax();
}

/* Ordering: release; pairs with the acquire in spin_lock of the next holder. */
static inline void spin_unlock(struct spinlock *l) RELEASE(l) NO_THREAD_SAFETY_ANALYSIS
{
    const uint32_t ticket = atomic_load_explicit(&l->owner, memory_order_relaxed);
    atomic_store_explicit(&l->owner, ticket + 1, memory_order_release);
}

static inline void spin_guard_leave(struct spinlock **l) RELEASE(*l)
{
    spin_unlock(*l);
}

#define SPIN_CAT_(a, b) a##b
#define SPIN_CAT(a, b) SPIN_CAT_(a, b)

/* Hold `l` until the end of the enclosing block. */
#define SPIN_GUARD(l)                                                                              \
    struct spinlock *SPIN_CAT(guard_, __LINE__)                                                    \
        __attribute__((cleanup(spin_guard_leave), unused)) = (l);                                  \
    spin_lock(SPIN_CAT(guard_, __LINE__))
