/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/obj/pt.h"

status_t hypercall_ctrl_pt(struct ec *self)
{
    struct kobject *const obj =
        cap_lookup(self->objects, hypercall_param(self), KOBJ_PT, PERM_PT_CTRL);
    if (obj == nullptr)
        return BAD_CAP;
    struct pt *const pt = CONTAINER_OF(obj, struct pt, obj);
    atomic_store_explicit(&pt->id, arch_ec_slot(&self->arch, 1), memory_order_relaxed);
    atomic_store_explicit(&pt->mtd, (uint32_t)arch_ec_slot(&self->arch, 2), memory_order_relaxed);
    return SUCCESS;
}
