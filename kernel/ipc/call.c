/* SPDX-License-Identifier: GPL-2.0-only */
/* ipc_call and ipc_reply: the paths that everything is built around. Count instructions here. */

#include "arch/contract/ec.h"
#include "kernel/abi/hypercall.h"
#include "kernel/cap/space_obj.h"
#include "kernel/ipc/link.h"
#include "kernel/sched/sched.h"
#include "kernel/sync/rcu.h"

/*
 * Something that the fast path cannot do comes before the EC that it found may leave the kernel: the
 * scheduler finds that EC again, and all the rest.
 */
static status_t start_over(void)
{
    cpu_local()->sched.again = true;
    return NO_ANSWER;
}

/* The portal that `self` calls; nullptr if it has no such capability. */
static ALWAYS_INLINE struct pt *portal_of(const struct ec *self)
{
    struct kobject *const obj = cap_lookup(
        self->objects, arch_ec_slot(&self->arch, 0) >> P0_PARAM_SHIFT, KOBJ_PT, PERM_PT_CALL);
    return LIKELY(obj != nullptr) ? CONTAINER_OF(obj, struct pt, obj) : nullptr;
}

/* The callee does not wait for a message. */
NOINLINE static status_t call_busy(struct ec *self, const struct ec *callee)
{
    if (callee->cont == ec_cont_dead)
        return ABORTED;
    if (arch_ec_slot(&self->arch, 0) >> P0_FLAGS_SHIFT & IPC_CALL_TIMEOUT)
        return TIMEOUT;
    self->cont = ec_cont_call;
    return NO_ANSWER;
}

/* The callee, which has the message and may leave the kernel. If nullptr, *status is what to answer. */
static ALWAYS_INLINE struct ec *call(struct ec *self, status_t *status)
{
    struct pt *const pt = portal_of(self);
    *status = BAD_CAP;
    if (UNLIKELY(pt == nullptr))
        return nullptr;
    struct ec *const callee = pt->ec;
    *status = BAD_CPU;
    if (UNLIKELY(callee->cpu != self->cpu))
        return nullptr;
    if (UNLIKELY(callee->caller != CALLER_NONE)) {
        *status = call_busy(self, callee);
        return nullptr;
    }

    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    ipc_copy(self, callee, mtd);
    ipc_enter(self, 0, callee, pt, mtd);
    if (ipc_is_clean(callee))
        return callee;
    *status = start_over();
    return nullptr;
}

status_t ipc_call(struct ec *self)
{
    status_t status;
    struct ec *const callee = call(self, &status);
    return LIKELY(callee != nullptr) ? arch_ec_switch(self, callee) : status;
}

void ec_cont_call(struct ec *ec)
{
    ec->cont = ec_resume;
    /* The whole call again: the portal is looked up anew. */
    status_t status;
    struct ec *const callee = call(ec, &status);
    if (callee != nullptr)
        TAIL_CALL ec_resume(callee);
    if (ec->cont == ec_cont_call) {
        const struct pt *const pt = portal_of(ec); /* another CPU may have taken it away by now */
        if (pt != nullptr)
            TAIL_CALL ipc_help(pt->ec);
        sched_restart();
    }
    cpu_local()->sched.again = true; /* not on top of this stack: who helps may come here again */
    hypercall_finish(ec, status);
}

static ALWAYS_INLINE void unlink(struct ec *self, struct ec *caller)
{
    caller->callee = nullptr;
    self->caller = CALLER_NONE;
}

/* `self` has replied. May `caller` leave the kernel at once? */
static ALWAYS_INLINE bool may_go_on(struct ec *self, const struct ec *caller)
{
    /* If the current SC only helped until this reply, it goes back to its own EC. */
    return LIKELY(cpu_local()->sched.helped != self && ipc_is_clean(caller));
}

static ALWAYS_INLINE void reply_words(struct ec *self, struct ec *caller)
{
    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    ipc_copy(self, caller, mtd);
    arch_ec_set_slot(&caller->arch, 0, SUCCESS);
    arch_ec_set_slot(&caller->arch, 1, mtd);
}

/* Replies that are no plain ones: to an event, by a zombie, or to nobody. */
NOINLINE static status_t reply_slow(struct ec *self)
{
    const uintptr_t tagged = self->caller;
    struct ec *const caller = (struct ec *)(tagged & ~CALLER_TAGS); /* NOLINT: a tagged pointer */
    if (caller == nullptr) {
        /* Nobody can call a global thread: it waits for ever. A local one has run for somebody. */
        self->cont = ec_cont_dead;
        return NO_ANSWER;
    }
    if (!(tagged & CALLER_EVENT))
        reply_words(self, caller);
    else if (!arch_ec_store_utcb(caller, self, (uint32_t)arch_ec_slot(&self->arch, 1)))
        atomic_fetch_or_explicit(&caller->hazard, HAZARD_ILLEGAL, memory_order_relaxed);
    unlink(self, caller);
    if (UNLIKELY(tagged & CALLER_ZOMBIE)) {
        rcu_defer(&self->obj);
        return start_over();
    }
    return may_go_on(self, caller) ? arch_ec_switch_back(self, caller) : start_over();
}

status_t ipc_reply(struct ec *self)
{
    const uintptr_t tagged = self->caller;
    if (UNLIKELY(tagged & CALLER_TAGS))
        return reply_slow(self);
    struct ec *const caller = (struct ec *)tagged; /* NOLINT: it has no tags */
    reply_words(self, caller);
    unlink(self, caller);
    return may_go_on(self, caller) ? arch_ec_switch(self, caller) : start_over();
}
