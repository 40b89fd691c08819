/* SPDX-License-Identifier: GPL-2.0-only */
/* A slab page starts with its header; free objects are linked through their first word. */

#include "kernel/mm/slab.h"

#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/mm/frame.h"

struct slab {
    alignas(KOBJ_ALIGN) struct list link; /* in cache->partial, or alone when no object is free */
    struct slab_cache *cache;
    void **free;    /* first free object that was used before */
    uint16_t used;  /* objects in use                          */
    uint16_t fresh; /* objects at the end that were never used */
};

static uint16_t slab_capacity(const struct slab_cache *cache)
{
    return (uint16_t)((PAGE_SIZE - sizeof(struct slab)) / cache->object_size);
}

static struct slab *slab_of(void *object)
{
    return (struct slab *)(void *)((char *)object - ((uintptr_t)object & PAGE_MASK));
}

typedef void *(*source_t)(unsigned order, enum frame_fill fill);

static struct slab *slab_grow(struct slab_cache *cache, source_t source) REQUIRES(&cache->lock)
{
    struct slab *const slab = source(0, FRAME_RAW);
    if (slab == nullptr)
        return nullptr;
    slab->cache = cache;
    slab->free = nullptr;
    slab->used = 0;
    slab->fresh = slab_capacity(cache);
    list_add(&slab->link, &cache->partial);
    return slab;
}

static NOINLINE void *take(struct slab_cache *cache, source_t source)
{
    SPIN_GUARD(&cache->lock);
    if (!cache->ready) {
        list_init(&cache->partial);
        cache->ready = true;
    }
    struct slab *const slab = list_is_empty(&cache->partial)
                                  ? slab_grow(cache, source)
                                  : CONTAINER_OF(cache->partial.next, struct slab, link);
    if (slab == nullptr)
        return nullptr;

    void *object;
    if (slab->free != nullptr) {
        object = slab->free;
        slab->free = *slab->free;
    } else {
        slab->fresh--;
        object = (char *)(slab + 1) + (size_t)slab->fresh * cache->object_size;
    }
    slab->used++;
    cache->object_count++;
    if (slab->free == nullptr && slab->fresh == 0)
        list_del(&slab->link);
    return object;
}

void *slab_alloc(struct slab_cache *cache)
{
    return take(cache, frame_alloc);
}

void *slab_alloc_reserve(struct slab_cache *cache)
{
    return take(cache, frame_alloc_reserve);
}

void slab_free(struct slab_cache *cache, void *object)
{
    struct slab *const slab = slab_of(object);
    ASSERT(slab->cache == cache);
    SPIN_GUARD(&cache->lock);

    const bool was_full = slab->free == nullptr && slab->fresh == 0;
    *(void **)object = slab->free;
    slab->free = object;
    slab->used--;
    cache->object_count--;
    if (was_full)
        list_add(&slab->link, &cache->partial);
    if (slab->used == 0) {
        list_del(&slab->link);
        frame_free(slab, 0);
    }
}

size_t slab_count(struct slab_cache *cache)
{
    SPIN_GUARD(&cache->lock);
    return cache->object_count;
}
