/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cpu/remote.h"

#include "arch/contract/cpu.h"
#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/sc.h"
#include "kernel/sched/sched.h"
#include "kernel/sync/rcu.h"

void cpu_send(struct cpu *to, struct kobject *obj)
{
    _Atomic(struct kobject *) *const inbox = &to->shared.inbox;
    struct kobject *first = atomic_load_explicit(inbox, memory_order_relaxed);
    do
        obj->next = first;
    while (!atomic_compare_exchange_weak_explicit(inbox, &first, obj, memory_order_release,
                                                  memory_order_relaxed));
    if (first == nullptr) /* else whoever put the first in has kicked */
        arch_cpu_kick(to);
}

NOINLINE static void deliver(struct kobject *obj)
{
    switch (obj->note) {
    case NOTE_WAKE:
        ec_wake(CONTAINER_OF(obj, struct ec, wakeup));
        return;
    case NOTE_KILL:
        ec_bury(CONTAINER_OF(obj, struct ec, wakeup));
        return;
    case NOTE_READY:
        sched_ready(CONTAINER_OF(obj, struct sc, obj));
        return;
    case NOTE_DESTROY:
        ec_retire(CONTAINER_OF(obj, struct ec, obj));
        return;
    }
    unreachable();
}

/* Several: put them in order, and deliver them, as far as it goes at once. */
COLD static void receive_some(struct cpu *self)
{
    for (unsigned n = 0; self->newest != nullptr; n++) {
        if (n == SCHED_STEP_MAX) {
            sched_fall_behind(&self->sched);
            return;
        }
        struct kobject *const obj = self->newest;
        self->newest = obj->next;
        obj->next = self->oldest;
        self->oldest = obj;
    }
    for (unsigned n = 0; self->oldest != nullptr; n++) {
        if (n == SCHED_STEP_MAX) {
            sched_fall_behind(&self->sched);
            return;
        }
        struct kobject *const obj = self->oldest;
        self->oldest = obj->next; /* before it is delivered: then it may be in another queue */
        deliver(obj);
    }
}

void cpu_receive(void)
{
    struct cpu *const self = cpu_local();
    if (UNLIKELY(self->oldest != nullptr)) {
        /* This may be the kick of those who come behind what was left: they are looked for again. */
        sched_fall_behind(&self->sched);
        receive_some(self);
        return;
    }
    struct kobject *const newest =
        atomic_exchange_explicit(&self->shared.inbox, nullptr, memory_order_acquire);
    if (newest == nullptr)
        return;
    if (LIKELY(newest->next == nullptr)) {
        deliver(newest);
        return;
    }
    self->newest = newest;
    receive_some(self);
}

void cpu_serve(void)
{
    struct cpu *const self = cpu_local();
    const uint32_t asked = atomic_load_explicit(&self->shared.asked, memory_order_acquire);
    if (asked == atomic_load_explicit(&self->shared.served, memory_order_relaxed))
        return;
    arch_cpu_serve();
    /* Release: who sees it knows that this CPU looks at the tables as they were when it asked. */
    atomic_store_explicit(&self->shared.served, asked, memory_order_release);
}

void cpu_ask(struct cpu *to)
{
    atomic_fetch_add_explicit(&to->shared.asked, 1, memory_order_release);
    arch_cpu_kick(to);
}

void cpu_await(struct cpu *to)
{
    const uint32_t asked = atomic_load_explicit(&to->shared.asked, memory_order_relaxed);
    while ((int32_t)(atomic_load_explicit(&to->shared.served, memory_order_acquire) - asked) < 0) {
        cpu_serve();
        arch_cpu_relax();
    }
}

void cpu_kicked(void)
{
    struct cpu *const self = cpu_local();
    cpu_serve();
    cpu_receive();
    /* It may have come in a window of a hypercall whose caller is recalled. */
    const struct ec *const ec = self->current;
    if (rcu_is_waiting() ||
        (ec != nullptr && atomic_load_explicit(&ec->hazard, memory_order_relaxed) != 0))
        self->sched.again = true;
}
