/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/obj/sc.h"

status_t hypercall_ctrl_sc(struct ec *self)
{
    struct kobject *const obj =
        cap_lookup(self->objects, hypercall_param(self), KOBJ_SC, PERM_SC_CTRL);
    if (obj == nullptr)
        return BAD_CAP;
    const struct sc *const sc = CONTAINER_OF(obj, struct sc, obj);
    arch_ec_set_slot(&self->arch, 1, atomic_load_explicit(&sc->used, memory_order_relaxed));
    return SUCCESS;
}
