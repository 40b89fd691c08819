/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces shared by calls and events. Private to this room. */
#pragma once

#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/pt.h"
#include "kernel/sched/sched.h"

/* `caller` waits for `callee`, which works for it now. */
static ALWAYS_INLINE void ipc_link(struct ec *caller, struct ec *callee, uintptr_t tag)
{
    caller->callee = callee;
    callee->caller = (uintptr_t)caller | tag;
    callee->cont = ec_resume;
    cpu_local()->sched.depth++;
}

/* `callee` has done its work and waits for the next message. */
static ALWAYS_INLINE void ipc_unlink(struct ec *callee, struct ec *caller)
{
    caller->callee = nullptr;
    callee->caller = 0;
    callee->cont = nullptr;
}

/* Start `callee` at the portal. */
[[noreturn]] static ALWAYS_INLINE void ipc_enter(struct ec *callee, struct pt *pt, uint32_t mtd)
{
    arch_ec_set_slot(&callee->arch, 0, atomic_load_explicit(&pt->id, memory_order_relaxed));
    arch_ec_set_slot(&callee->arch, 1, mtd);
    arch_ec_set_ip(&callee->arch, pt->ip);
    ec_resume(callee);
}

/*
 * Go on with `caller`, whose callee has replied. If the current SC does not belong to its chain but
 * only helped, it goes back to its own.
 */
[[noreturn]] static ALWAYS_INLINE void ipc_back(struct ec *caller)
{
    struct sched *const s = &cpu_local()->sched;
    if (UNLIKELY(s->depth == 0))
        sched_restart();
    s->depth--;
    ec_resume(caller);
}

/* Run who keeps `busy` from waiting for a message, on the current SC. */
[[noreturn]] void ipc_help(struct ec *busy);

/* Replies that are no plain ones: to an event, by a zombie, or to nobody. */
[[noreturn]] void ipc_reply_slow(struct ec *self);
