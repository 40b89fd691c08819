/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/pt.h"

status_t hypercall_create_pt(struct ec *self)
{
    struct kobject *const pd =
        cap_lookup(self->objects, arch_ec_slot(&self->arch, 1), KOBJ_PD, PERM_PD_PT);
    struct kobject *const obj =
        cap_lookup(self->objects, arch_ec_slot(&self->arch, 2), KOBJ_EC, PERM_EC_BIND_PT);
    if (pd == nullptr || obj == nullptr)
        return BAD_CAP;
    struct ec *const ec = CONTAINER_OF(obj, struct ec, obj);
    if (ec->kind != EC_LOCAL)
        return BAD_CAP;
    if (!kobject_try_get(obj))
        return ABORTED;

    status_t status = MEM_OBJ;
    struct pt *const pt =
        pt_create(CONTAINER_OF(pd, struct pd, obj), ec, arch_ec_slot(&self->arch, 3));
    if (pt != nullptr) {
        status = space_obj_insert(self->objects, hypercall_param(self), &pt->obj, PERM_PT_ALL);
        if (status != SUCCESS)
            pt_free(pt);
    }
    kobject_put(obj);
    return status;
}
