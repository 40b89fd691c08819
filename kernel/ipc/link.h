/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces shared by calls and events. Private to this room. */
#pragma once

#include "arch/inline.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pt.h"

/* The regular message of `from`, as its MTD says, arrives at `to`. */
static ALWAYS_INLINE void ipc_copy(const struct ec *from, struct ec *to, uint32_t mtd)
{
    arch_words_copy(to->utcb, from->utcb, mtd_words(mtd));
}

/* `caller` waits for `callee`, which works for it now and starts at the portal. */
static ALWAYS_INLINE void ipc_enter(struct ec *caller, uintptr_t tag, struct ec *callee,
                                    const struct pt *pt, uint32_t mtd)
{
    caller->callee = callee;
    callee->caller = (uintptr_t)caller | tag;
    arch_ec_set_slot(&callee->arch, 0, atomic_load_explicit(&pt->id, memory_order_relaxed));
    arch_ec_set_slot(&callee->arch, 1, mtd);
    arch_ec_set_ip(&callee->arch, pt->ip);
}

/* An EC may leave the kernel at once. */
static ALWAYS_INLINE bool ipc_is_clean(const struct ec *ec)
{
    return LIKELY(atomic_load_explicit(&ec->hazard, memory_order_relaxed) == 0);
}

/*
 * Run who keeps `busy` from waiting for a message, on the current SC. A continuation in form: does not
 * return, and goes on from continuation to continuation without using more stack.
 */
void ipc_help(struct ec *busy);
