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

/* What its CPU must know of `ec`. Errors: MEM_OBJ. */
static status_t init_state(struct ec *ec, const struct ec_plan *plan)
{
    if (plan->kind == EC_GUEST)
        return arch_ec_init_guest(ec, plan->sp, plan->fpu);
    ec->utcb_at = plan->hvp;
    ec->utcb = pd_frame_alloc(ec->host->pd, 0, FRAME_ZERO);
    if (ec->utcb == nullptr)
        return MEM_OBJ;
    if (arch_ec_init_host(ec, uaddr(0), plan->sp, plan->fpu) == SUCCESS)
        return SUCCESS;
    pd_frame_free(ec->host->pd, ec->utcb, 0);
    return MEM_OBJ;
}

/* A virtual CPU of CPU `cpu` may use `space` from now on; has one before, of this CPU or one that is 64 away? */
static bool mark_user(struct space_hst *space, uint16_t cpu)
{
    const uint64_t mask = UINT64_C(1) << cpu % 64;
    return atomic_fetch_or_explicit(&space->vcpus, mask, memory_order_relaxed) & mask;
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
    if (ARCH_HAS_PIO && plan->kind != EC_GUEST &&
        atomic_load_explicit(&space->ports, memory_order_acquire) == nullptr)
        goto undo_host;

    *why = MEM_OBJ;
    struct ec *const ec = pd_object_alloc(space->pd, &cache);
    if (ec == nullptr)
        goto undo_host;
    *ec = (struct ec){
        .obj.type = KOBJ_EC,
        .objects = CONTAINER_OF(objects, struct space_obj, obj),
        .host = space,
        .cont = plan->kind == EC_LOCAL ? ec_resume : ec_cont_startup,
        .caller = CALLER_NONE,
        .event_base = plan->event_base,
        .cpu = plan->cpu,
        .kind = plan->kind,
        .hides_waiting = plan->hides_waiting,
    };
    list_init(&ec->sm_link);
    list_init(&ec->parked);
    if (init_state(ec, plan) != SUCCESS)
        goto undo_ec;
    /* Before anybody can let it run: who changes a space looks here behind a fence (rcu_await). */
    atomic_fetch_or_explicit(&plan->pd->cpus[plan->cpu / 64], UINT64_C(1) << plan->cpu % 64,
                             memory_order_seq_cst);
    *why = SUCCESS;
    return ec;

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

bool ec_assign_guest(struct ec *ec, const struct ec *handler, uint64_t sel)
{
    struct kobject *const obj = cap_lookup(handler->objects, sel, KOBJ_SPC_GST, PERM_SPC_ASSIGN);
    if (obj == nullptr)
        return false;
    struct space_hst *const space = CONTAINER_OF(obj, struct space_hst, obj);
    if (space == ec->guest)
        return true;
    if (space->pd != ec->objects->pd || !kobject_try_get(obj))
        return false;
    if (ec->guest != nullptr)
        kobject_put(&ec->guest->obj);
    ec->guest = space;
    if (mark_user(space, ec->cpu)) /* relaxed: whom it tells something is of this CPU */
        atomic_store_explicit(&space->is_crowded, true, memory_order_relaxed);
    return true;
}

void ec_free(struct ec *ec)
{
    struct space_hst *const host = ec->host;
    struct space_obj *const objects = ec->objects;
    if (ec->kind != EC_GUEST)
        space_hst_unmap_owned(host, ec->utcb_at, virt_to_phys(ec->utcb));
    arch_ec_fini(ec);
    if (ec->kind != EC_GUEST)
        pd_frame_free(host->pd, ec->utcb, 0);
    else if (ec->guest != nullptr)
        kobject_put(&ec->guest->obj);
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
