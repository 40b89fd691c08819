/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/contract/power.h"
#include "arch/inline.h"
#include "kernel/boot/root.h"
#include "kernel/hypercall/hypercall.h"

/* desc of OP 0: S = 2..0, A = 5..3, B = 8..6. */
static status_t transition(uint64_t desc)
{
    const enum sleep_state state = (enum sleep_state)(desc & 7);
    return arch_power_transition(state, desc >> 3 & 7, desc >> 6 & 7);
}

status_t hypercall_ctrl_hw(struct ec *self)
{
    /* "In the root PD" means: with the root object space. */
    if (self->objects != root_objects())
        return BAD_HYP;

    switch (hypercall_flags(self)) {
    case CTRL_HW_SLEEP:
        return transition(hypercall_param(self));
    case CTRL_HW_QOS:
    case CTRL_HW_L3:
    case CTRL_HW_L2:
    case CTRL_HW_MBA:
        return BAD_FTR; /* no class of service yet */
    default:
        return BAD_PAR;
    }
}
