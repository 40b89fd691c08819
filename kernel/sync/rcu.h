/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read sections: an object that was found in a capability slot stays as it is until the kernel is left,
 * without a reference, because objects are taken apart only when every CPU that was in the kernel then
 * has been at a quiescent point since.
 *
 * A kernel entry is one read section; kernel code is not preemptible. A CPU is quiescent while it is
 * idle, and at rcu_quiescent, which the scheduler calls whenever it looks for something to run. It does
 * not count in user mode, or else each entry would have to say so: there, it is kicked.
 *
 *   rcu_defer --> next ---grace period starts---> waiting ---all CPUs quiescent---> dying --> destroyed
 *
 * One grace period runs at a time, for all objects that have come since the one before started. The
 * queues belong to all CPUs, and whoever passes by moves them on.
 */
#pragma once

#include "kernel/obj/kobject.h"

/*
 * This CPU holds no object that it merely found. Moves the queues on and destroys objects whose time has
 * come, until something else is to be done here (sched.again, sched.is_behind).
 * Context: no locks held; objects that hold a reference, or the current SC, are safe.
 */
void rcu_quiescent(void);

/*
 * Memory has run out: wait until the objects that are deferred now are destroyed, or until something else
 * is to be done here; then sched.again is set. Interrupts are let in. Context: as rcu_quiescent.
 */
enum rcu_drained : uint8_t {
    RCU_NONE, /* there were none                          */
    RCU_SOME, /* something else is to be done: not all are */
    RCU_ALL,
};
[[nodiscard]] enum rcu_drained rcu_drain(void);

/*
 * What this CPU has done is known to others: wait until each CPU of `cpus` (bit n of word n / 64: CPU n)
 * has left the entry it may be in, so that nobody there goes on with what he found before. Costs nothing
 * but a look where they are idle. Context: the last thing that an entry does, as rcu_quiescent.
 */
void rcu_await(const _Atomic uint64_t *cpus);

/*
 * This CPU goes idle: it holds nothing until rcu_idle_leave. False if there is something that nobody but
 * rcu_quiescent of this CPU may ever do; then it has to leave at once.
 */
[[nodiscard]] bool rcu_idle_enter(void);
void rcu_idle_leave(void);

/* A grace period waits for this CPU. Context: interrupt handler. */
bool rcu_is_waiting(void);

/* An object that was deferred is destroyed, or active again. Called by kernel/obj/destroy.c. */
void rcu_object_gone(void);

/* Objects that are deferred and not destroyed yet. For tests. */
uint64_t rcu_pending(void);
