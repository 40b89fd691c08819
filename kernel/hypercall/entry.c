/* SPDX-License-Identifier: GPL-2.0-only */
/* From the hypercall entry to its handler, and back to the caller with a status. */

#include "arch/contract/ec.h"
#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/ipc/ipc.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/sched/sched.h"
#include "kernel/sync/rcu.h"

/* Number 0xf, and the two that have their own way out. */
static status_t no_hypercall([[maybe_unused]] struct ec *self)
{
    return BAD_HYP;
}

static status_t (*const handler[P0_NUMBER_MASK + 1])(struct ec *self) = {
    [HYPERCALL_IPC_CALL] = no_hypercall,           [HYPERCALL_IPC_REPLY] = no_hypercall,
    [HYPERCALL_CREATE_PD] = hypercall_create_pd,   [HYPERCALL_CREATE_EC] = hypercall_create_ec,
    [HYPERCALL_CREATE_SC] = hypercall_create_sc,   [HYPERCALL_CREATE_PT] = hypercall_create_pt,
    [HYPERCALL_CREATE_SM] = hypercall_create_sm,   [HYPERCALL_CTRL_PD] = hypercall_ctrl_pd,
    [HYPERCALL_CTRL_EC] = hypercall_ctrl_ec,       [HYPERCALL_CTRL_SC] = hypercall_ctrl_sc,
    [HYPERCALL_CTRL_PT] = hypercall_ctrl_pt,       [HYPERCALL_CTRL_SM] = hypercall_ctrl_sm,
    [HYPERCALL_CTRL_HW] = hypercall_ctrl_hw,       [HYPERCALL_ASSIGN_INT] = hypercall_assign_int,
    [HYPERCALL_ASSIGN_DEV] = hypercall_assign_dev, [P0_NUMBER_MASK] = no_hypercall,
};

static ALWAYS_INLINE status_t dispatch(struct ec *self)
{
    return handler[arch_ec_slot(&self->arch, 0) & P0_NUMBER_MASK](self);
}

/* Memory has run out, or `self` itself is in the way: once more, when what waits to be destroyed has been. */
COLD static status_t retry(struct ec *self, status_t status)
{
    if (status != NO_ANSWER && rcu_drain())
        status = dispatch(self);
    while (status == SM_LATER) {
        rcu_drain();
        status = dispatch(self);
    }
    return status;
}
static_assert(MEM_OBJ == BAD_DEV + 1 && MEM_CAP == MEM_OBJ + 1 && NO_ANSWER > MEM_CAP &&
                  SM_LATER > MEM_CAP,
              "rare ones last");

/* All but calls. Apart, so that calls do not pay for what it saves. */
NOINLINE static struct ec *answer(struct ec *ec)
{
    status_t status = dispatch(ec);
    if (UNLIKELY(status >= MEM_OBJ)) {
        status = retry(ec, status);
        if (status == NO_ANSWER)
            return nullptr;
    }
    arch_ec_set_slot(&ec->arch, 0, status);
    if (UNLIKELY(cpu_local()->sched.again ||
                 atomic_load_explicit(&ec->hazard, memory_order_relaxed) != 0))
        return nullptr;
    return ec;
}

struct ec *hypercall_enter(struct ec *ec)
{
    const unsigned number = arch_ec_slot(&ec->arch, 0) & P0_NUMBER_MASK;
    if (number == HYPERCALL_IPC_CALL)
        return ipc_call(ec);
    if (number == HYPERCALL_IPC_REPLY)
        return ipc_reply(ec);
    return answer(ec);
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
