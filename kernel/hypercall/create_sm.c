/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/sm.h"

status_t hypercall_create_sm(struct ec *self)
{
    struct kobject *const pd =
        cap_lookup(self->objects, arch_ec_slot(&self->arch, 1), KOBJ_PD, PERM_PD_SM);
    if (pd == nullptr)
        return BAD_CAP;
    struct sm *const sm = sm_create(CONTAINER_OF(pd, struct pd, obj), arch_ec_slot(&self->arch, 2));
    if (sm == nullptr)
        return MEM_OBJ;
    const status_t status =
        space_obj_insert(self->objects, hypercall_param(self), &sm->obj, PERM_SM_ALL);
    if (status != SUCCESS)
        sm_free(sm);
    return status;
}
