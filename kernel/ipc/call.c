/* SPDX-License-Identifier: GPL-2.0-only */
/* ipc_call and ipc_reply: the paths that everything is built around. Count instructions here. */

#include "arch/contract/ec.h"
#include "kernel/abi/hypercall.h"
#include "kernel/cap/space_obj.h"
#include "kernel/ipc/link.h"
#include "kernel/sched/sched.h"

static ALWAYS_INLINE struct ec *answer(struct ec *self, status_t status)
{
    arch_ec_set_slot(&self->arch, 0, status);
    return self;
}

/* What cannot be done between two instructions of the fast path: the scheduler looks at it. */
static struct ec *slow(void)
{
    cpu_local()->sched.again = true;
    return nullptr;
}

/* The callee does not wait for a message. */
NOINLINE static struct ec *call_busy(struct ec *self, struct ec *callee, struct ec **busy)
{
    if (callee->cont == ec_cont_dead)
        return answer(self, ABORTED);
    if (arch_ec_slot(&self->arch, 0) >> P0_FLAGS_SHIFT & IPC_CALL_TIMEOUT)
        return answer(self, TIMEOUT);
    self->cont = ec_cont_call;
    *busy = callee;
    return nullptr;
}

/* As ipc_call; *busy is the callee if it has to be helped before. */
static ALWAYS_INLINE struct ec *call(struct ec *self, struct ec **busy)
{
    struct kobject *const obj = cap_lookup(
        self->objects, arch_ec_slot(&self->arch, 0) >> P0_PARAM_SHIFT, KOBJ_PT, PERM_PT_CALL);
    if (UNLIKELY(obj == nullptr))
        return answer(self, BAD_CAP);
    struct pt *const pt = CONTAINER_OF(obj, struct pt, obj);
    struct ec *const callee = pt->ec;
    if (UNLIKELY(callee->cpu != self->cpu))
        return answer(self, BAD_CPU);
    if (UNLIKELY(callee->cont != nullptr))
        return call_busy(self, callee, busy);

    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    ipc_copy(self, callee, mtd);
    ipc_enter(self, 0, callee, pt, mtd);
    return ipc_is_clean(callee) ? callee : slow();
}

struct ec *ipc_call(struct ec *self)
{
    struct ec *busy;
    return call(self, &busy);
}

void ec_cont_call(struct ec *ec)
{
    struct ec *busy = nullptr;
    ec->cont = ec_resume;
    /* The whole call again: the portal is looked up anew. */
    struct ec *const next = call(ec, &busy);
    if (busy != nullptr)
        TAIL_CALL ipc_help(busy);
    if (next == nullptr)
        sched_restart();
    TAIL_CALL ec_resume(next);
}

/* Replies that are no plain ones: to an event, by a zombie, or to nobody. */
NOINLINE static struct ec *reply_slow(struct ec *self)
{
    const uintptr_t tagged = self->caller;
    struct ec *const caller = (struct ec *)(tagged & ~CALLER_TAGS); /* NOLINT: a tagged pointer */
    self->caller = 0;
    if (caller == nullptr) {
        /* Nobody can call a global thread: it waits for ever. A local one has run for somebody. */
        self->cont = ec_cont_dead;
        return nullptr;
    }
    self->cont = nullptr;
    if (tagged & CALLER_ZOMBIE)
        kobject_put(&self->obj);

    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    caller->callee = nullptr;
    if (tagged & CALLER_EVENT) {
        if (UNLIKELY(!arch_ec_store_utcb(caller, self->utcb, mtd)))
            atomic_fetch_or_explicit(&caller->hazard, HAZARD_ILLEGAL, memory_order_relaxed);
    } else {
        ipc_copy(self, caller, mtd);
        arch_ec_set_slot(&caller->arch, 0, SUCCESS);
        arch_ec_set_slot(&caller->arch, 1, mtd);
    }
    struct sched *const s = &cpu_local()->sched;
    if (UNLIKELY(s->depth == 0 || s->again || !ipc_is_clean(caller)))
        return slow();
    s->depth--;
    return caller;
}

struct ec *ipc_reply(struct ec *self)
{
    const uintptr_t tagged = self->caller;
    if (tagged == 0 || (tagged & CALLER_TAGS))
        return reply_slow(self);

    struct ec *const caller = (struct ec *)tagged; /* NOLINT: it has no tags */
    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    ipc_copy(self, caller, mtd);
    arch_ec_set_slot(&caller->arch, 0, SUCCESS);
    arch_ec_set_slot(&caller->arch, 1, mtd);
    caller->callee = nullptr;
    self->caller = 0;
    self->cont = nullptr;
    /* If the current SC does not belong to this chain but only helped, it goes back to its own. */
    struct sched *const s = &cpu_local()->sched;
    if (UNLIKELY(s->depth == 0 || !ipc_is_clean(caller)))
        return slow();
    s->depth--;
    return caller;
}
