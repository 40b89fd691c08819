/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/obj/pd.h"

#include "kernel/base/bits.h"
#include "kernel/base/panic.h"

static struct slab_cache cache = SLAB_CACHE(struct pd);

static bool may_use_reserve(const struct pd *pd)
{
    return pd == nullptr || pd->is_root;
}

struct pd *pd_create(const struct pd *owner)
{
    struct pd *const pd = may_use_reserve(owner) ? slab_alloc_reserve(&cache) : slab_alloc(&cache);
    if (pd != nullptr)
        *pd = (struct pd){
            .obj.type = KOBJ_PD, .used = cache.object_size, .is_root = owner == nullptr};
    return pd;
}

void pd_free(struct pd *pd)
{
    pd_credit(pd, cache.object_size);
    ASSERT(atomic_load_explicit(&pd->used, memory_order_relaxed) == 0);
    slab_free(&cache, pd);
}

void *pd_frame_alloc(struct pd *pd, unsigned order, enum frame_fill fill)
{
    void *const frames =
        may_use_reserve(pd) ? frame_alloc_reserve(order, fill) : frame_alloc(order, fill);
    if (frames != nullptr && pd != nullptr)
        pd_charge(pd, PAGE_SIZE << order);
    return frames;
}

void pd_frame_free(struct pd *pd, void *frames, unsigned order)
{
    frame_free(frames, order);
    if (pd != nullptr)
        pd_credit(pd, PAGE_SIZE << order);
}

void *pd_object_alloc(struct pd *pd, struct slab_cache *objects)
{
    if (pd == nullptr)
        return slab_alloc_reserve(objects);
    if (!kobject_try_get(&pd->obj))
        return nullptr;
    void *const object = pd->is_root ? slab_alloc_reserve(objects) : slab_alloc(objects);
    if (object != nullptr)
        pd_charge(pd, objects->object_size);
    else
        kobject_put(&pd->obj);
    return object;
}

void pd_object_free(struct pd *pd, struct slab_cache *objects, void *object)
{
    slab_free(objects, object);
    if (pd == nullptr)
        return;
    pd_credit(pd, objects->object_size);
    kobject_put(&pd->obj);
}

bool pd_link(_Atomic(struct kobject *) *link, struct kobject *space)
{
    struct kobject *old = atomic_load_explicit(link, memory_order_acquire);
    if (old != nullptr && atomic_load_explicit(&old->refs, memory_order_relaxed) != 0)
        return false;
    /* Release: who finds the space sees it as it was made. */
    return atomic_compare_exchange_strong_explicit(link, &old, space, memory_order_release,
                                                   memory_order_relaxed);
}

void pd_unlink(_Atomic(struct kobject *) *link, struct kobject *space)
{
    struct kobject *expected = space;
    atomic_compare_exchange_strong_explicit(link, &expected, nullptr, memory_order_relaxed,
                                            memory_order_relaxed);
}
