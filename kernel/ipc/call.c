/* SPDX-License-Identifier: GPL-2.0-only */
/* ipc_call and ipc_reply: the paths that everything is built around. Count instructions here. */

#include "arch/contract/ec.h"
#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/ipc/ipc.h"
#include "kernel/ipc/link.h"
#include "kernel/obj/pt.h"

enum : uint32_t { MTD_WORDS_MASK = 0x1ff };

static ALWAYS_INLINE void copy_message(struct ec *from, struct ec *to, uint32_t mtd)
{
    arch_words_copy(to->utcb, from->utcb, (mtd & MTD_WORDS_MASK) + 1);
}

/* The callee is not waiting for a message. Returns only with a refusal. */
NOINLINE static status_t call_busy(struct ec *self, struct ec *callee)
{
    if (hypercall_flags(self) & IPC_CALL_TIMEOUT)
        return TIMEOUT;
    if (callee->cont == ec_cont_dead)
        return ABORTED;
    self->cont = ec_cont_call;
    ipc_help(callee);
}

status_t ipc_call(struct ec *self)
{
    struct kobject *const obj =
        cap_lookup(self->objects, hypercall_param(self), KOBJ_PT, PERM_PT_CALL);
    if (UNLIKELY(obj == nullptr))
        return BAD_CAP;
    struct pt *const pt = CONTAINER_OF(obj, struct pt, obj);
    struct ec *const callee = pt->ec;
    if (UNLIKELY(callee->cpu != self->cpu))
        return BAD_CPU;
    if (UNLIKELY(callee->cont != nullptr))
        return call_busy(self, callee);

    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    copy_message(self, callee, mtd);
    ipc_link(self, callee, 0);
    ipc_enter(callee, pt, mtd);
}

[[noreturn]] void ipc_reply(struct ec *self)
{
    const uintptr_t tagged = self->caller;
    if (UNLIKELY(tagged == 0 || (tagged & CALLER_TAGS)))
        ipc_reply_slow(self);

    struct ec *const caller = (struct ec *)tagged; /* NOLINT: no tags */
    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    copy_message(self, caller, mtd);
    arch_ec_set_slot(&caller->arch, 0, SUCCESS);
    arch_ec_set_slot(&caller->arch, 1, mtd);
    ipc_unlink(self, caller);
    ipc_back(caller);
}

[[noreturn]] void ec_cont_call(struct ec *ec)
{
    /* The whole call again: the portal is looked up anew. */
    ec->cont = ec_resume;
    arch_ec_set_slot(&ec->arch, 0, ipc_call(ec));
    ec_resume(ec);
}
