/* SPDX-License-Identifier: GPL-2.0-only */
/* Making the objects that are mostly data. */

#include "kernel/mm/slab.h"
#include "kernel/obj/sc.h"
#include "kernel/obj/sm.h"

static struct slab_cache sc_cache = SLAB_CACHE(struct sc);
static struct slab_cache sm_cache = SLAB_CACHE(struct sm);

struct sc *sc_create(struct ec *ec, uint16_t cpu, uint8_t prio, uint64_t budget)
{
    struct sc *const sc = slab_alloc(&sc_cache);
    if (sc != nullptr)
        *sc =
            (struct sc){.obj.type = KOBJ_SC, .ec = ec, .budget = budget, .cpu = cpu, .prio = prio};
    return sc;
}

struct sm *sm_create(uint64_t count)
{
    struct sm *const sm = slab_alloc(&sm_cache);
    if (sm != nullptr) {
        *sm = (struct sm){.obj.type = KOBJ_SM};
        atomic_init(&sm->count, count);
    }
    return sm;
}

void sm_up(struct sm *sm)
{
    uint64_t count = atomic_load_explicit(&sm->count, memory_order_relaxed);
    while (count != UINT64_MAX &&
           !atomic_compare_exchange_weak_explicit(&sm->count, &count, count + 1,
                                                  memory_order_release, memory_order_relaxed))
        continue;
}
