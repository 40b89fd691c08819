/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/perm.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/obj/pd.h"

static status_t create_pd(struct ec *self, struct pd *owner, uint8_t perm)
{
    struct pd *const pd = pd_create(owner);
    if (pd == nullptr)
        return MEM_OBJ;
    const status_t status = space_obj_insert(self->objects, hypercall_param(self), &pd->obj, perm);
    if (status != SUCCESS)
        pd_free(pd);
    return status;
}

/* Publish `space`, of which the caller holds the one reference there is, and let go of that. */
static status_t publish(struct ec *self, struct kobject *space, uint8_t perm)
{
    const status_t status = space_obj_insert(self->objects, hypercall_param(self), space, perm);
    kobject_put(space);
    return status;
}

/* The same with a space that its PD finds at `link`, where it is to be the only one. */
static status_t publish_linked(struct ec *self, _Atomic(struct kobject *) *link,
                               struct kobject *space, uint8_t perm)
{
    if (!pd_link(link, space)) {
        kobject_put(space);
        return ABORTED;
    }
    const status_t status = space_obj_insert(self->objects, hypercall_param(self), space, perm);
    if (status != SUCCESS)
        pd_unlink(link, space);
    kobject_put(space);
    return status;
}

static status_t create_obj(struct ec *self, struct pd *pd)
{
    if (pd_has(&pd->objects))
        return ABORTED;
    struct space_obj *const space = space_obj_create(pd);
    return space == nullptr ? MEM_OBJ
                            : publish_linked(self, &pd->objects, &space->obj, PERM_OBJ_ALL);
}

static status_t create_hst(struct ec *self, struct pd *pd)
{
    if (pd_has(&pd->host))
        return ABORTED;
    struct space_hst *const space = space_hst_create(pd, KOBJ_SPC_HST);
    return space == nullptr ? MEM_OBJ : publish_linked(self, &pd->host, &space->obj, PERM_HST_ALL);
}

static status_t create_gst(struct ec *self, struct pd *pd)
{
    if (!arch_has_guests())
        return BAD_FTR;
    struct space_hst *const space = space_hst_create(pd, KOBJ_SPC_GST);
    return space == nullptr ? MEM_OBJ : publish(self, &space->obj, PERM_GST_ALL);
}

/* The first port space of a host space belongs to it; others are for virtual CPUs only. */
static void tie(struct space_hst *host, struct space_bit *ports)
{
    struct kobject *expected = nullptr;
    kobject_get(&ports->obj);
    /* Release: who finds the ports sees them as they were made. */
    if (!atomic_compare_exchange_strong_explicit(&host->ports, &expected, &ports->obj,
                                                 memory_order_release, memory_order_relaxed))
        kobject_put(&ports->obj);
}

static status_t create_pio(struct ec *self, struct pd *pd)
{
    if (!ARCH_HAS_PIO)
        return BAD_FTR;
    struct kobject *const host = atomic_load_explicit(&pd->host, memory_order_acquire);
    if (host == nullptr || !kobject_try_get(host))
        return ABORTED;
    status_t status = MEM_OBJ;
    struct space_bit *const ports = space_bit_create(pd, KOBJ_SPC_PIO);
    if (ports != nullptr) {
        status = space_obj_insert(self->objects, hypercall_param(self), &ports->obj, PERM_PIO_ALL);
        if (status == SUCCESS)
            tie(CONTAINER_OF(host, struct space_hst, obj), ports);
        kobject_put(&ports->obj);
    }
    kobject_put(host);
    return status;
}

static status_t create_msr(struct ec *self, struct pd *pd)
{
    if (!ARCH_HAS_MSR)
        return BAD_FTR;
    struct space_bit *const space = space_bit_create(pd, KOBJ_SPC_MSR);
    return space == nullptr ? MEM_OBJ : publish(self, &space->obj, PERM_MSR_ALL);
}

status_t hypercall_create_pd(struct ec *self)
{
    const struct cap cap = space_obj_load(self->objects, arch_ec_slot(&self->arch, 1));
    struct kobject *const obj = cap_object(cap);
    if (obj == nullptr || obj->type != KOBJ_PD || !(cap_perm(cap) & PERM_PD_PD))
        return BAD_CAP;
    struct pd *const pd = CONTAINER_OF(obj, struct pd, obj);

    switch (hypercall_flags(self)) {
    case CREATE_PD_PD:
        return create_pd(self, pd, cap_perm(cap));
    case CREATE_PD_OBJ:
        return create_obj(self, pd);
    case CREATE_PD_HST:
        return create_hst(self, pd);
    case CREATE_PD_GST:
        return create_gst(self, pd);
    case CREATE_PD_DMA:
        return BAD_FTR; /* no IOMMU is driven, and none is reported */
    case CREATE_PD_PIO:
        return create_pio(self, pd);
    case CREATE_PD_MSR:
        return create_msr(self, pd);
    default:
        return BAD_PAR;
    }
}
