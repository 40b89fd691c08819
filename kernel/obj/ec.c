/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/obj/ec.h"

#include "arch/contract/ec.h"
#include "kernel/abi/utcb.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pd.h"
#include "kernel/sync/rcu.h"

static struct slab_cache cache = SLAB_CACHE(struct ec);

/* The space that a PD has in `*link`, with a reference; nullptr if it has none any more. */
static struct kobject *bind(_Atomic(struct kobject *) *link)
{
    struct kobject *const space = atomic_load_explicit(link, memory_order_acquire);
    return space != nullptr && kobject_try_get(space) ? space : nullptr;
}

struct ec *ec_create(const struct ec_plan *plan, status_t *why)
{
    *why = ABORTED;
    struct kobject *const objects = bind(&plan->pd->objects);
    if (objects == nullptr)
        return nullptr;
    struct kobject *const host = bind(&plan->pd->host);
    if (host == nullptr)
        goto undo_objects;
    struct space_hst *const space = CONTAINER_OF(host, struct space_hst, obj);
    if (ARCH_HAS_PIO && atomic_load_explicit(&space->ports, memory_order_acquire) == nullptr)
        goto undo_host;

    *why = MEM_OBJ;
    struct ec *const ec = pd_object_alloc(space->pd, &cache);
    if (ec == nullptr)
        goto undo_host;
    struct utcb *const utcb = pd_frame_alloc(space->pd, 0, FRAME_ZERO);
    if (utcb == nullptr)
        goto undo_ec;
    *ec = (struct ec){
        .obj.type = KOBJ_EC,
        .objects = CONTAINER_OF(objects, struct space_obj, obj),
        .host = space,
        .cont = plan->kind == EC_LOCAL ? ec_resume : ec_cont_startup,
        .caller = CALLER_NONE,
        .utcb = utcb,
        .utcb_at = plan->hvp,
        .event_base = plan->event_base,
        .cpu = plan->cpu,
        .kind = plan->kind,
    };
    list_init(&ec->sm_link);
    list_init(&ec->parked);
    if (arch_ec_init_host(ec, uaddr(0), plan->sp, plan->fpu) != SUCCESS)
        goto undo_utcb;
    atomic_fetch_or_explicit(&space->cpus[plan->cpu / 64], UINT64_C(1) << plan->cpu % 64,
                             memory_order_relaxed);
    *why = SUCCESS;
    return ec;

undo_utcb:
    pd_frame_free(space->pd, utcb, 0);
undo_ec:
    pd_object_free(space->pd, &cache, ec);
undo_host:
    kobject_put(host);
undo_objects:
    kobject_put(objects);
    return nullptr;
}

status_t ec_map_utcb(struct ec *ec)
{
    return space_hst_map_owned(ec->host, ec->utcb_at, virt_to_phys(ec->utcb),
                               PERM_MEM_R | PERM_MEM_W);
}

void ec_free(struct ec *ec)
{
    space_hst_unmap_owned(ec->host, ec->utcb_at, virt_to_phys(ec->utcb));
    arch_ec_fini(ec);
    struct space_hst *const host = ec->host;
    struct space_obj *const objects = ec->objects;
    pd_frame_free(host->pd, ec->utcb, 0);
    pd_object_free(host->pd, &cache, ec);
    kobject_put(&host->obj);
    kobject_put(&objects->obj);
}

void ec_retire(struct ec *ec)
{
    rcu_object_gone();
    if (ec->caller & ~CALLER_TAGS)
        ec->caller |= CALLER_ZOMBIE;
    else
        ec_free(ec);
}
