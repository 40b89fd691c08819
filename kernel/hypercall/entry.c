/* SPDX-License-Identifier: GPL-2.0-only */
/* From the hypercall entry to its handler, and what is not the common end of one. */

#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/ipc/ipc.h"
#include "kernel/sched/sched.h"
#include "kernel/sync/rcu.h"

/* Number 0xf. */
static status_t no_hypercall([[maybe_unused]] struct ec *self)
{
    return BAD_HYP;
}

status_t (*const hypercall_handler[P0_NUMBER_MASK + 1])(struct ec *self) = {
    [HYPERCALL_IPC_CALL] = ipc_call,
    [HYPERCALL_IPC_REPLY] = ipc_reply,
    [HYPERCALL_CREATE_PD] = hypercall_create_pd,
    [HYPERCALL_CREATE_EC] = hypercall_create_ec,
    [HYPERCALL_CREATE_SC] = hypercall_create_sc,
    [HYPERCALL_CREATE_PT] = hypercall_create_pt,
    [HYPERCALL_CREATE_SM] = hypercall_create_sm,
    [HYPERCALL_CTRL_PD] = hypercall_ctrl_pd,
    [HYPERCALL_CTRL_EC] = hypercall_ctrl_ec,
    [HYPERCALL_CTRL_SC] = hypercall_ctrl_sc,
    [HYPERCALL_CTRL_PT] = hypercall_ctrl_pt,
    [HYPERCALL_CTRL_SM] = hypercall_ctrl_sm,
    [HYPERCALL_CTRL_HW] = hypercall_ctrl_hw,
    [HYPERCALL_ASSIGN_INT] = hypercall_assign_int,
    [HYPERCALL_ASSIGN_DEV] = hypercall_assign_dev,
    [P0_NUMBER_MASK] = no_hypercall,
};
static_assert(HYPERCALL_RARE == BAD_DEV + 1 && MEM_CAP > HYPERCALL_RARE && NO_ANSWER > MEM_CAP);

static status_t handle(struct ec *ec)
{
    return hypercall_handler[arch_ec_slot(&ec->arch, 0) & P0_NUMBER_MASK](ec);
}

enum : unsigned { DRAIN_MAX = 8 };

/*
 * Memory has run out: again, when what is waiting to be destroyed has been. That lets others go in turn:
 * an SC its EC, that its spaces, these what is in them.
 */
COLD static status_t handle_drained(struct ec *ec, status_t status)
{
    for (unsigned i = 0; i < DRAIN_MAX && (status == MEM_OBJ || status == MEM_CAP); i++) {
        const enum rcu_drained drained = rcu_drain();
        if (drained == RCU_NONE)
            break;
        if (drained == RCU_SOME) {
            ec->cont = ec_cont_hypercall;
            return NO_ANSWER;
        }
        status = handle(ec);
    }
    return status;
}

[[noreturn]] void hypercall_finish(struct ec *ec, status_t status)
{
    if (status == MEM_OBJ || status == MEM_CAP)
        status = handle_drained(ec, status);
    if (status == AGAIN) {
        arch_cpu_relax(); /* others have to do something first, and may wait for this CPU */
        arch_interrupt_window();
        ec->cont = ec_cont_hypercall;
        cpu_local()->sched.again = true;
    } else if (status != NO_ANSWER) {
        ec->progress = 0; /* where memory ran out */
        arch_ec_set_slot(&ec->arch, 0, status);
    }
    if (cpu_local()->sched.again)
        sched_restart();
    ec->cont(ec);
    unreachable();
}

void ec_cont_hypercall(struct ec *ec)
{
    ec->cont = ec_resume;
    const status_t status = handle(ec);
    cpu_local()->sched.again = true; /* not on top of this stack: who helps may come here again */
    hypercall_finish(ec, status);
}
