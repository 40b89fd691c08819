/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"

#include "kernel/mm/frame.h"
#include "kernel/mm/slab.h"

static_assert(OBJ_PAGE_SLOTS * sizeof(uintptr_t) == 4096);
static_assert(OBJ_ROOT_SLOTS * sizeof(uintptr_t) == 4096);

static struct slab_cache cache = SLAB_CACHE(struct space_obj);

struct space_obj *space_obj_create(struct pd *pd)
{
    struct space_obj *const space = slab_alloc(&cache);
    if (space == nullptr)
        return nullptr;
    void *const root = frame_alloc(0, FRAME_ZERO);
    if (root == nullptr) {
        slab_free(&cache, space);
        return nullptr;
    }
    *space = (struct space_obj){.obj.type = KOBJ_SPC_OBJ, .pd = pd, .root = root};
    return space;
}

/* The page of slots that `sel` is in; made if `make`. nullptr: there is none, or memory ran out. */
static _Atomic uintptr_t *slot_page(struct space_obj *space, uint64_t sel, bool make)
{
    _Atomic(_Atomic uintptr_t *) *const entry = &space->root[sel / OBJ_PAGE_SLOTS];
    _Atomic uintptr_t *page = atomic_load_explicit(entry, memory_order_acquire);
    if (page != nullptr || !make)
        return page;
    _Atomic uintptr_t *const fresh = frame_alloc(0, FRAME_ZERO);
    if (fresh == nullptr)
        return nullptr;
    /* Release pairs with the acquire of readers: they see zeroed slots. The first writer wins. */
    if (atomic_compare_exchange_strong_explicit(entry, &page, fresh, memory_order_acq_rel,
                                                memory_order_acquire))
        return fresh;
    frame_free((void *)fresh, 0);
    return page;
}

status_t space_obj_store(struct space_obj *space, uint64_t sel, struct cap cap, struct cap *old)
{
    *old = cap_null();
    _Atomic uintptr_t *const page = slot_page(space, sel, cap.raw != 0);
    if (page == nullptr)
        return cap.raw == 0 ? SUCCESS : MEM_CAP;
    /* Release: who loads the capability sees the object as it was made. */
    old->raw = atomic_exchange_explicit(&page[sel % OBJ_PAGE_SLOTS], cap.raw, memory_order_acq_rel);
    return SUCCESS;
}

status_t space_obj_delegate(struct space_obj *src, struct space_obj *dst, uint64_t ssb,
                            uint64_t dsb, unsigned ord, uint8_t pmm)
{
    for (uint64_t i = 0; i < UINT64_C(1) << ord; i++) {
        const struct cap from = space_obj_load(src, ssb + i);
        struct cap cap = cap_null();
        if (cap_object(from) != nullptr)
            cap = cap_make(cap_object(from), cap_perm(from) & pmm);
        if (cap.raw != 0)
            kobject_get(cap_object(cap));
        struct cap old;
        const status_t status = space_obj_store(dst, dsb + i, cap, &old);
        if (status != SUCCESS) {
            kobject_put(cap_object(cap));
            return status;
        }
        if (old.raw != 0)
            kobject_put(cap_object(old));
    }
    return SUCCESS;
}
