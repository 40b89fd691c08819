/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"

#include "kernel/base/bits.h"
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

/* One slot: what it held before goes, with its reference; the new content brings one. */
static void slot_replace(_Atomic uintptr_t *slot, struct cap cap)
{
    if (cap.raw != 0)
        kobject_get(cap_object(cap));
    /* Release: who loads the capability sees the object as it was made. */
    const struct cap old = {atomic_exchange_explicit(slot, cap.raw, memory_order_acq_rel)};
    if (old.raw != 0)
        kobject_put(cap_object(old));
}

/* The slots [from, from + count) of a page, or nothing at all if `from` is nullptr, go to `to`. */
static void slots_copy(_Atomic uintptr_t *from, _Atomic uintptr_t *to, uint64_t count, uint8_t pmm)
{
    for (uint64_t i = 0; i < count; i++) {
        struct cap cap = cap_null();
        if (from != nullptr)
            cap.raw = atomic_load_explicit(&from[i], memory_order_acquire);
        cap.raw &= ~(uintptr_t)PERM_MASK | pmm;
        if (cap_perm(cap) == 0)
            cap = cap_null();
        if (cap.raw != 0 || atomic_load_explicit(&to[i], memory_order_relaxed) != 0)
            slot_replace(&to[i], cap);
    }
}

static bool is_empty(_Atomic uintptr_t *slots, uint64_t count, uint8_t pmm)
{
    for (uint64_t i = 0; slots != nullptr && i < count; i++)
        if (atomic_load_explicit(&slots[i], memory_order_relaxed) & pmm)
            return false;
    return true;
}

status_t space_obj_delegate(struct space_obj *src, struct space_obj *dst, uint64_t ssb,
                            uint64_t dsb, unsigned ord, uint8_t pmm)
{
    /* Page by page: bases are aligned to the order, so runs do not cross pages on either side. */
    const uint64_t run = min_u64(UINT64_C(1) << ord, OBJ_PAGE_SLOTS);
    for (uint64_t done = 0; done < UINT64_C(1) << ord; done += run) {
        _Atomic uintptr_t *from = slot_page(src, ssb + done, false);
        if (from != nullptr)
            from += (ssb + done) % OBJ_PAGE_SLOTS;
        _Atomic uintptr_t *to = slot_page(dst, dsb + done, false);
        if (to == nullptr) {
            if (is_empty(from, run, pmm))
                continue; /* emptying where nothing is needs no page */
            to = slot_page(dst, dsb + done, true);
            if (to == nullptr)
                return MEM_CAP;
        }
        slots_copy(from, to + (dsb + done) % OBJ_PAGE_SLOTS, run, pmm);
    }
    return SUCCESS;
}
