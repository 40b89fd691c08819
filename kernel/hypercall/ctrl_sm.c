/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/irq/irq.h"

status_t hypercall_ctrl_sm(struct ec *self)
{
    const uint8_t flags = hypercall_flags(self);
    const bool down = flags & CTRL_SM_DOWN;
    struct kobject *const obj =
        cap_lookup(self->objects, hypercall_param(self), KOBJ_SM, down ? PERM_SM_DOWN : PERM_SM_UP);
    if (obj == nullptr)
        return BAD_CAP;
    struct sm *const sm = CONTAINER_OF(obj, struct sm, obj);
    if (!down)
        return sm_up(sm);

    const status_t ready = irq_prepare_down(sm);
    if (ready != SUCCESS)
        return ready;
    bool blocked = false;
    const status_t status =
        sm_down(sm, self, flags & CTRL_SM_ZERO, arch_ec_slot(&self->arch, 1), &blocked);
    return blocked ? NO_ANSWER : status;
}
