/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/sc.h"
#include "kernel/sched/sched.h"

/* Scheduling context descriptor (4.5): COS 38..23, priority 22..16, budget in ms 15..0. */
static bool read_scd(uint64_t scd, struct sc_plan *plan)
{
    const uint16_t ms = (uint16_t)scd;
    plan->prio = scd >> 16 & SC_PRIO_MAX;
    plan->cos = (uint16_t)(scd >> 23);
    plan->budget = sched_budget(ms);
    return plan->prio != 0 && ms != 0 && plan->cos == 0; /* no classes of service yet */
}

/* Let it run. */
static void start(struct sc *sc)
{
    if (sc->cpu == cpu_local()->id) {
        sched_ready(sc);
    } else {
        sc->obj.note = NOTE_READY;
        cpu_send(cpu_table[sc->cpu], &sc->obj);
    }
}

status_t hypercall_create_sc(struct ec *self)
{
    struct sc_plan plan;
    if (!read_scd(arch_ec_slot(&self->arch, 3), &plan))
        return BAD_PAR;
    struct kobject *const pd =
        cap_lookup(self->objects, arch_ec_slot(&self->arch, 1), KOBJ_PD, PERM_PD_SC);
    struct kobject *const obj =
        cap_lookup(self->objects, arch_ec_slot(&self->arch, 2), KOBJ_EC, PERM_EC_BIND_SC);
    if (pd == nullptr || obj == nullptr)
        return BAD_CAP;
    plan.pd = CONTAINER_OF(pd, struct pd, obj);
    plan.ec = CONTAINER_OF(obj, struct ec, obj);
    plan.cpu = plan.ec->cpu;
    if (plan.ec->kind == EC_LOCAL)
        return BAD_CAP;
    if (!kobject_try_get(obj))
        return ABORTED;

    status_t status = MEM_OBJ;
    struct sc *const sc = sc_create(&plan);
    if (sc != nullptr) {
        kobject_get(&sc->obj); /* to be ready; taken before others can find and drop it */
        status = space_obj_insert(self->objects, hypercall_param(self), &sc->obj, PERM_SC_ALL);
        if (status == SUCCESS)
            start(sc);
        else
            sc_free(sc);
    }
    kobject_put(obj);
    return status;
}
