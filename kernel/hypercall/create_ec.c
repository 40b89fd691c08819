/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/obj/pd.h"

enum : uint64_t { CPU_MASK = 0xfff }; /* P2: hvp[63..12], cpu[11..0] */

static enum ec_kind kind_of(uint8_t flags)
{
    if (flags & CREATE_EC_GUEST)
        return EC_GUEST;
    return flags & CREATE_EC_GLOBAL ? EC_GLOBAL : EC_LOCAL;
}

static status_t publish(struct ec *self, struct ec *ec)
{
    /* What is wrong with the slot is found out before the UTCB replaces what the PD has mapped there. */
    const uint64_t sel = hypercall_param(self);
    const status_t status = space_obj_prepare(self->objects, sel);
    if (status != SUCCESS)
        return status;
    if (ec->kind != EC_GUEST && ec_map_utcb(ec) != SUCCESS)
        return MEM_OBJ;
    return space_obj_insert(self->objects, sel, &ec->obj, PERM_EC_ALL);
}

status_t hypercall_create_ec(struct ec *self)
{
    const uint8_t flags = hypercall_flags(self);
    const uint64_t p2 = arch_ec_slot(&self->arch, 2);
    const uint64_t hvp = p2 & ~CPU_MASK;
    const uint16_t cpu = p2 & CPU_MASK;
    const enum ec_kind kind = kind_of(flags);
    /* The interface tells virtual CPUs to ignore hvp, where it means nothing. */
    if (kind != EC_GUEST && hvp >= bit(arch_hva_bits()))
        return BAD_PAR;
    if (cpu >= cpu_count)
        return BAD_CPU;
    struct kobject *const pd =
        cap_lookup(self->objects, arch_ec_slot(&self->arch, 1), KOBJ_PD, PERM_PD_EC);
    if (pd == nullptr)
        return BAD_CAP;
    if (kind == EC_GUEST && !arch_has_guests())
        return BAD_FTR;

    const struct ec_plan plan = {
        .pd = CONTAINER_OF(pd, struct pd, obj),
        .cpu = cpu,
        .kind = kind,
        .fpu = (flags & CREATE_EC_FPU) != 0,
        .hides_waiting = kind == EC_GUEST && (flags & CREATE_EC_GLOBAL),
        .hvp = uaddr(hvp),
        .sp = uaddr(arch_ec_slot(&self->arch, 3)),
        .event_base = arch_ec_slot(&self->arch, 4),
    };
    status_t status;
    struct ec *const ec = ec_create(&plan, &status);
    if (ec == nullptr)
        return status;
    status = publish(self, ec);
    if (status != SUCCESS)
        ec_free(ec);
    return status;
}
