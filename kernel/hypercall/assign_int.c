/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/inline.h"
#include "kernel/abi/perm.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/irq/irq.h"
#include "kernel/obj/sm.h"

status_t hypercall_assign_int(struct ec *self)
{
    const uint8_t flags = hypercall_flags(self);
    const struct irq_setting setting = {
        .cpu = (uint16_t)arch_ec_slot(&self->arch, 1),
        .device = (uint16_t)arch_ec_slot(&self->arch, 2),
        .masked = flags & ASSIGN_INT_MASKED,
        .level = flags & ASSIGN_INT_LEVEL,
        .low = flags & ASSIGN_INT_LOW,
        .guest = flags & ASSIGN_INT_GUEST,
    };

    if (setting.cpu >= cpu_count)
        return BAD_CPU;
    struct kobject *const obj =
        cap_lookup(self->objects, hypercall_param(self), KOBJ_SM, PERM_SM_ASSIGN);
    if (obj == nullptr)
        return BAD_CAP;
    const struct sm *const sm = CONTAINER_OF(obj, struct sm, obj);
    if (!irq_is_source(sm))
        return BAD_CAP;

    const struct irq_message message = irq_assign(sm, &setting);
    arch_ec_set_slot(&self->arch, 1, message.address);
    arch_ec_set_slot(&self->arch, 2, message.data);
    return SUCCESS;
}
