/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slab allocator: objects of one size, packed into pages of their own. A page goes back to the frame
 * allocator with its last object.
 *
 * Context: any CPU, interrupts off; takes the cache's lock for a short, bounded time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/base/list.h"
#include "kernel/obj/kobject.h"
#include "kernel/sync/spinlock.h"

struct slab_cache {
    struct spinlock lock;
    uint32_t object_size;                  /* bytes, a multiple of KOBJ_ALIGN       */
    bool ready GUARDED_BY(&lock);          /* `partial` is initialised              */
    struct list partial GUARDED_BY(&lock); /* pages with a free object              */
    size_t object_count GUARDED_BY(&lock); /* objects in use                        */
};

/* A cache for objects of type `type`. */
#define SLAB_CACHE(type) {.object_size = (sizeof(type) + KOBJ_ALIGN - 1) & ~(KOBJ_ALIGN - 1)}

/* An object of the cache, content undefined; nullptr if memory has run out. */
[[nodiscard]] void *slab_alloc(struct slab_cache *cache);

/* The same; a new page may come from the pool's reserve (kernel/mm/frame.h). */
[[nodiscard]] void *slab_alloc_reserve(struct slab_cache *cache);

/* Give back what slab_alloc or slab_alloc_reserve gave. */
void slab_free(struct slab_cache *cache, void *object);

/* Objects in use. */
size_t slab_count(struct slab_cache *cache);
