/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphores: who waits at one, who wakes him. */

#include "kernel/ipc/semaphore.h"

#include "arch/inline.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/ipc/ipc.h"
#include "kernel/sched/sched.h"

/*
 * `ec`, on its own CPU, waits at no semaphore any more. It kept the semaphore if it has a deadline, else
 * it goes with the last who could release it. A waiter itself stays without a reference: it works for
 * somebody, or its SC is parked here.
 */
static void release(struct ec *ec)
{
    struct sm *const sm = ec->waits_at;
    ec->waits_at = nullptr;
    ec->cont = ec_resume;
    sched_unpark(ec);
    if (ec->timeout.deadline != 0) {
        sched_timeout_clear(&ec->timeout);
        kobject_put(&sm->obj);
    }
}

void ec_wake(struct ec *ec)
{
    arch_ec_set_slot(&ec->arch, 0, SUCCESS);
    release(ec);
}

void ec_bury(struct ec *ec)
{
    atomic_fetch_or_explicit(&ec->hazard, HAZARD_ILLEGAL, memory_order_relaxed);
    release(ec);
}

/* Tell the CPU of a waiter that was taken out of its queue. */
static void notify(struct ec *ec, enum kobj_note note)
{
    ec->wakeup.note = note;
    cpu_send(cpu_table[ec->cpu], &ec->wakeup);
}

/* The first waiter, taken out of the queue; nullptr if there is none. */
static struct ec *first_waiter(struct sm *sm) REQUIRES(&sm->lock)
{
    if (list_is_empty(&sm->waiters))
        return nullptr;
    struct ec *const ec = CONTAINER_OF(sm->waiters.next, struct ec, sm_link);
    list_del(&ec->sm_link);
    return ec;
}

/* Apart, and block() too, so that those who find what they want do not pay for what these save. */
NOINLINE static status_t wake(struct ec *ec)
{
    if (ec->cpu == cpu_local()->id)
        ec_wake(ec);
    else
        notify(ec, NOTE_WAKE);
    return SUCCESS;
}

status_t sm_up(struct sm *sm)
{
    struct ec *ec;
    {
        SPIN_GUARD(&sm->lock);
        ec = first_waiter(sm);
        if (ec == nullptr) {
            if (UNLIKELY(sm->count == UINT64_MAX))
                return OVRFLOW;
            sm->count++;
            return SUCCESS;
        }
    }
    return wake(ec);
}

/* `self` is in the queue of `sm`, which it keeps if it has a deadline. */
NOINLINE static status_t block(struct sm *sm, struct ec *self, uint64_t deadline)
{
    self->waits_at = sm;
    self->cont = ec_cont_blocked;
    self->timeout.deadline = deadline;
    if (deadline != 0)
        sched_timeout_set(&self->timeout);
    return NO_ANSWER;
}

status_t sm_down(struct sm *sm, struct ec *self, bool zero, uint64_t deadline)
{
    {
        SPIN_GUARD(&sm->lock);
        if (sm->count > 0) {
            sm->count = zero ? 0 : sm->count - 1;
            return SUCCESS;
        }
        if (deadline != 0 && deadline <= arch_stc_read())
            return TIMEOUT;
        /* Who has a deadline keeps the semaphore, unless it was found when its last capability went. */
        if (deadline != 0 && !kobject_try_get(&sm->obj))
            return BAD_CAP;
        /* Once in the queue, an up on another CPU may send the wake-up: it is received after this. */
        list_add(&self->sm_link, sm->waiters.prev);
    }
    return block(sm, self, deadline);
}

void ec_timeout(struct timeout *t)
{
    struct ec *const ec = CONTAINER_OF(t, struct ec, timeout);
    {
        SPIN_GUARD(&ec->waits_at->lock);
        if (list_is_empty(&ec->sm_link))
            return; /* an up was faster: the wake-up is under way */
        list_del(&ec->sm_link);
    }
    arch_ec_set_slot(&ec->arch, 0, TIMEOUT);
    release(ec);
}

COLD bool sm_retire(struct sm *sm)
{
    struct ec *ec;
    {
        SPIN_GUARD(&sm->lock);
        ec = first_waiter(sm);
    }
    if (ec == nullptr)
        return true;
    if (ec->cpu == cpu_local()->id)
        ec_bury(ec);
    else
        notify(ec, NOTE_KILL);
    return false;
}
