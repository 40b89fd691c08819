/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of each kind of object. */

#include "arch/types.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/pt.h"
#include "kernel/obj/sc.h"
#include "kernel/sync/rcu.h"

/* Before the grace period, as whoever finds a space may look at it until he leaves the kernel. */
static void leave_pd(struct kobject *obj)
{
    if (obj->type == KOBJ_SPC_OBJ)
        pd_unlink(&CONTAINER_OF(obj, struct space_obj, obj)->pd->objects, obj);
    else if (obj->type == KOBJ_SPC_HST)
        pd_unlink(&CONTAINER_OF(obj, struct space_hst, obj)->pd->host, obj);
}

void kobject_drop(struct kobject *obj)
{
    leave_pd(obj);
    rcu_defer(obj);
}

/* Only its own CPU may touch an EC, and knows whether it works for somebody. */
static void end_ec(struct ec *ec)
{
    if (ec->cpu == cpu_local()->id) {
        ec_retire(ec);
        return;
    }
    ec->obj.note = NOTE_DESTROY;
    cpu_send(cpu_table[ec->cpu], &ec->obj);
}

/* True when the object is gone, false when more is left to do. */
static bool end(struct kobject *obj)
{
    switch (obj->type) {
    case KOBJ_PD:
        pd_free(CONTAINER_OF(obj, struct pd, obj));
        return true;
    case KOBJ_SC:
        sc_free(CONTAINER_OF(obj, struct sc, obj));
        return true;
    case KOBJ_PT:
        pt_free(CONTAINER_OF(obj, struct pt, obj));
        return true;
    case KOBJ_SM: {
        struct sm *const sm = CONTAINER_OF(obj, struct sm, obj);
        if (!sm_retire(sm))
            return false;
        sm_free(sm);
        return true;
    }
    case KOBJ_SLOTS:
        return space_obj_destroy_old(CONTAINER_OF(obj, struct space_obj, old));
    case KOBJ_SPC_OBJ:
        return space_obj_destroy(CONTAINER_OF(obj, struct space_obj, obj));
    case KOBJ_SPC_HST:
    case KOBJ_SPC_GST:
        return space_hst_destroy(CONTAINER_OF(obj, struct space_hst, obj));
    case KOBJ_SPC_PIO:
    case KOBJ_SPC_MSR:
        if (!ARCH_HAS_PIO)
            break;
        return space_bit_destroy(CONTAINER_OF(obj, struct space_bit, obj));
    case KOBJ_EC: /* handled by its CPU */
    case KOBJ_SPC_DMA:
    case KOBJ_COUNT:
        break;
    }
    unreachable();
}

bool kobject_destroy(struct kobject *obj)
{
    if (obj->type == KOBJ_EC) {
        end_ec(CONTAINER_OF(obj, struct ec, obj));
        return true;
    }
    if (!end(obj))
        return false;
    rcu_object_gone();
    return true;
}
