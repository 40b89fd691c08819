/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/perm.h"
#include "kernel/boot/root.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"

status_t hypercall_assign_dev(struct ec *self)
{
    /* "In the root PD" means: with the root object space. */
    if (self->objects != root_objects())
        return BAD_HYP;
    if (cap_lookup(self->objects, hypercall_param(self), KOBJ_SPC_DMA, PERM_SPC_ASSIGN) == nullptr)
        return BAD_CAP;
    return BAD_DEV; /* no SMMU or IOMMU is driven yet */
}
