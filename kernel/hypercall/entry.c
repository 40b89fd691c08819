/* SPDX-License-Identifier: GPL-2.0-only */
/* From the hypercall entry to its handler, and back to the caller with a status. */

#include "arch/contract/ec.h"
#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/ipc/ipc.h"
#include "kernel/sched/sched.h"
#include "kernel/sync/rcu.h"

static ALWAYS_INLINE status_t dispatch(struct ec *self, enum hypercall number)
{
    switch (number) {
    case HYPERCALL_CREATE_PD:
        return hypercall_create_pd(self);
    case HYPERCALL_CREATE_EC:
        return hypercall_create_ec(self);
    case HYPERCALL_CREATE_SC:
        return hypercall_create_sc(self);
    case HYPERCALL_CREATE_PT:
        return hypercall_create_pt(self);
    case HYPERCALL_CREATE_SM:
        return hypercall_create_sm(self);
    case HYPERCALL_CTRL_PD:
        return hypercall_ctrl_pd(self);
    case HYPERCALL_CTRL_EC:
        return hypercall_ctrl_ec(self);
    case HYPERCALL_CTRL_SC:
        return hypercall_ctrl_sc(self);
    case HYPERCALL_CTRL_PT:
        return hypercall_ctrl_pt(self);
    case HYPERCALL_CTRL_SM:
        return hypercall_ctrl_sm(self);
    case HYPERCALL_CTRL_HW:
        return hypercall_ctrl_hw(self);
    case HYPERCALL_ASSIGN_INT:
        return hypercall_assign_int(self);
    case HYPERCALL_ASSIGN_DEV:
        return hypercall_assign_dev(self);
    case HYPERCALL_IPC_CALL: /* these two have their own way out */
    case HYPERCALL_IPC_REPLY:
        break;
    }
    return BAD_HYP; /* number 0xf */
}

/* Memory has run out: once more, when what is waiting to be destroyed has been. */
COLD static status_t retry(struct ec *self, enum hypercall number, status_t status)
{
    return rcu_drain() ? dispatch(self, number) : status;
}

struct ec *hypercall_enter(struct ec *ec)
{
    const enum hypercall number = arch_ec_slot(&ec->arch, 0) & P0_NUMBER_MASK;
    if (number == HYPERCALL_IPC_CALL)
        return ipc_call(ec);
    if (number == HYPERCALL_IPC_REPLY)
        return ipc_reply(ec);
    status_t status = dispatch(ec, number);
    if (UNLIKELY(status == MEM_OBJ || status == MEM_CAP))
        status = retry(ec, number, status);
    if (UNLIKELY(status == NO_ANSWER))
        return nullptr;
    arch_ec_set_slot(&ec->arch, 0, status);
    if (UNLIKELY(cpu_local()->sched.again ||
                 atomic_load_explicit(&ec->hazard, memory_order_relaxed) != 0))
        return nullptr;
    return ec;
}

[[noreturn]] void hypercall_leave(struct ec *ec)
{
    if (cpu_local()->sched.again)
        sched_restart();
    ec->cont(ec);
    unreachable();
}

void ec_cont_hypercall(struct ec *ec)
{
    ec->cont = ec_resume;
    struct ec *const next = hypercall_enter(ec);
    if (next == nullptr)
        hypercall_leave(ec);
    TAIL_CALL ec_resume(next);
}
