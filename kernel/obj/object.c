/* SPDX-License-Identifier: GPL-2.0-only */
/* Making and giving back the objects that are mostly data. */

#include "kernel/mm/slab.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/pt.h"
#include "kernel/obj/sc.h"
#include "kernel/obj/sm.h"

static struct slab_cache sc_cache = SLAB_CACHE(struct sc);
static struct slab_cache pt_cache = SLAB_CACHE(struct pt);
static struct slab_cache sm_cache = SLAB_CACHE(struct sm);

struct sc *sc_create(const struct sc_plan *plan)
{
    struct sc *const sc = pd_object_alloc(plan->pd, &sc_cache);
    if (sc == nullptr)
        return nullptr;
    if (plan->ec != nullptr)
        kobject_get(&plan->ec->obj);
    *sc = (struct sc){
        .obj.type = KOBJ_SC,
        .pd = plan->pd,
        .ec = plan->ec,
        .budget = plan->budget,
        .cpu = plan->cpu,
        .cos = plan->cos,
        .prio = plan->prio,
        .hides_waiting = plan->ec != nullptr && plan->ec->hides_waiting,
    };
    return sc;
}

void sc_free(struct sc *sc)
{
    kobject_put(&sc->ec->obj);
    pd_object_free(sc->pd, &sc_cache, sc);
}

struct pt *pt_create(struct pd *pd, struct ec *ec, uint64_t ip)
{
    struct pt *const pt = pd_object_alloc(pd, &pt_cache);
    if (pt == nullptr)
        return nullptr;
    kobject_get(&ec->obj);
    *pt = (struct pt){.obj.type = KOBJ_PT, .ec = ec, .ip = ip, .pd = pd};
    return pt;
}

void pt_free(struct pt *pt)
{
    kobject_put(&pt->ec->obj);
    pd_object_free(pt->pd, &pt_cache, pt);
}

struct sm *sm_create(struct pd *pd, uint64_t count)
{
    struct sm *const sm = pd_object_alloc(pd, &sm_cache);
    if (sm == nullptr)
        return nullptr;
    *sm = (struct sm){.obj.type = KOBJ_SM, .pd = pd, .count = count};
    list_init(&sm->waiters);
    return sm;
}

void sm_free(struct sm *sm)
{
    pd_object_free(sm->pd, &sm_cache, sm);
}
