/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphores: who waits at one, who wakes him. */

#include "arch/inline.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/sm.h"
#include "kernel/sched/sched.h"

/* `ec`, on its own CPU, goes on with `status`; it waits at no semaphore any more. */
static void wake(struct ec *ec, status_t status)
{
    sched_timeout_clear(&ec->timeout);
    struct sm *const sm = ec->waits_at;
    ec->waits_at = nullptr;
    ec->cont = ec_resume;
    arch_ec_set_slot(&ec->arch, 0, status);
    sched_unpark(ec);
    kobject_put(&sm->obj);
}

status_t sm_up(struct sm *sm)
{
    struct ec *ec = nullptr;
    {
        SPIN_GUARD(&sm->lock);
        if (list_is_empty(&sm->waiters)) {
            if (sm->count == UINT64_MAX)
                return OVRFLOW;
            sm->count++;
            return SUCCESS;
        }
        ec = CONTAINER_OF(sm->waiters.next, struct ec, sm_link);
        list_del(&ec->sm_link);
    }
    if (ec->cpu == cpu_local()->id)
        wake(ec, SUCCESS);
    else
        cpu_send_wake(ec);
    return SUCCESS;
}

void ec_wake(struct ec *ec)
{
    wake(ec, SUCCESS);
}

void sm_down(struct sm *sm, struct ec *self, bool zero, uint64_t deadline)
{
    {
        SPIN_GUARD(&sm->lock);
        if (sm->count > 0) {
            sm->count = zero ? 0 : sm->count - 1;
            return;
        }
        list_add_tail(&self->sm_link, &sm->waiters);
    }
    /* A waiter keeps its semaphore. A wake-up from another CPU comes by interrupt, so not before this is done. */
    kobject_get(&sm->obj);
    self->waits_at = sm;
    self->cont = ec_cont_blocked;
    if (deadline != 0) {
        self->timeout.deadline = deadline;
        sched_timeout_set(&self->timeout);
    }
    sched_park(self);
}

void ec_timeout(struct timeout *t)
{
    struct ec *const ec = CONTAINER_OF(t, struct ec, timeout);
    struct sm *const sm = ec->waits_at;
    {
        SPIN_GUARD(&sm->lock);
        if (list_is_empty(&ec->sm_link))
            return; /* an up was faster: the wake-up is on its way */
        list_del(&ec->sm_link);
    }
    wake(ec, TIMEOUT);
}
