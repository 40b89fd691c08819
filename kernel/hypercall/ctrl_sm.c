/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/irq/irq.h"

static ALWAYS_INLINE struct sm *find(const struct ec *self, uint8_t need)
{
    struct kobject *const obj = cap_lookup(self->objects, hypercall_param(self), KOBJ_SM, need);
    return obj == nullptr ? nullptr : CONTAINER_OF(obj, struct sm, obj);
}

static ALWAYS_INLINE status_t up(struct ec *self)
{
    struct sm *const sm = find(self, PERM_SM_UP);
    if (UNLIKELY(sm == nullptr))
        return BAD_CAP;
    return sm_up(sm);
}

/* Of an interrupt: the next one may come before. */
NOINLINE static status_t acknowledge(struct sm *sm, struct ec *self)
{
    const status_t status = irq_prepare_down(sm);
    if (status != SUCCESS)
        return status;
    return sm_down(sm, self, hypercall_flags(self) & CTRL_SM_ZERO, arch_ec_slot(&self->arch, 1));
}

static ALWAYS_INLINE status_t down(struct ec *self)
{
    struct sm *const sm = find(self, PERM_SM_DOWN);
    if (UNLIKELY(sm == nullptr))
        return BAD_CAP;
    if (UNLIKELY(irq_is_source(sm)))
        return acknowledge(sm, self);
    return sm_down(sm, self, hypercall_flags(self) & CTRL_SM_ZERO, arch_ec_slot(&self->arch, 1));
}

/* The two have little in common: apart, neither needs to save registers. */
status_t hypercall_ctrl_sm(struct ec *self)
{
    return hypercall_flags(self) & CTRL_SM_DOWN ? down(self) : up(self);
}
