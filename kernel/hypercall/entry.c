/* SPDX-License-Identifier: GPL-2.0-only */
/* From the hypercall entry to its handler, and back to the caller with a status. */

#include "arch/contract/ec.h"
#include "arch/inline.h"
#include "kernel/hypercall/hypercall.h"

static status_t dispatch(struct ec *self)
{
    switch (arch_ec_slot(&self->arch, 0) & P0_NUMBER_MASK) {
    case HYPERCALL_CTRL_PD:
        return hypercall_ctrl_pd(self);
    case HYPERCALL_CTRL_HW:
        return hypercall_ctrl_hw(self);
    case HYPERCALL_ASSIGN_INT:
        return hypercall_assign_int(self);
    case HYPERCALL_ASSIGN_DEV:
        return hypercall_assign_dev(self);
    default:
        return BAD_HYP; /* what is not built yet, and number 0xf for ever */
    }
}

[[noreturn]] void hypercall_enter(struct ec *ec)
{
    arch_ec_set_slot(&ec->arch, 0, dispatch(ec));
    arch_ec_resume(ec);
}
