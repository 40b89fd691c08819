/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"

#include "kernel/base/bits.h"
#include "kernel/obj/pd.h"

static_assert(OBJ_PAGE_SLOTS * sizeof(uintptr_t) == 4096);
static_assert(OBJ_ROOT_SLOTS * sizeof(uintptr_t) == 4096);

static struct slab_cache cache = SLAB_CACHE(struct space_obj);

/*
 * Stands for all pages that have not been made, so that a lookup need not ask whether there is one: its
 * slots are empty, and nobody writes to it.
 */
alignas(PAGE_SIZE) static _Atomic uintptr_t nothing[OBJ_PAGE_SLOTS];

struct space_obj *space_obj_create(struct pd *pd)
{
    struct space_obj *const space = pd_object_alloc(pd, &cache);
    if (space == nullptr)
        return nullptr;
    _Atomic(_Atomic uintptr_t *) *const root = pd_frame_alloc(pd, 0, FRAME_RAW);
    if (root == nullptr) {
        pd_object_free(pd, &cache, space);
        return nullptr;
    }
    for (uint64_t i = 0; i < OBJ_ROOT_SLOTS; i++)
        atomic_init(&root[i], nothing);
    *space = (struct space_obj){.obj = {.type = KOBJ_SPC_OBJ, .refs = 1}, .pd = pd, .root = root};
    return space;
}

/* The page of slots that `sel` is in; made if `make`. nullptr: there is none, or memory ran out. */
static _Atomic uintptr_t *slot_page(struct space_obj *space, uint64_t sel, bool make)
{
    sel = index_nospec(sel, SELNUM);
    _Atomic(_Atomic uintptr_t *) *const entry = &space->root[sel / OBJ_PAGE_SLOTS];
    _Atomic uintptr_t *page = atomic_load_explicit(entry, memory_order_acquire);
    if (page != nothing)
        return page;
    if (!make)
        return nullptr;
    _Atomic uintptr_t *const fresh = pd_frame_alloc(space->pd, 0, FRAME_ZERO);
    if (fresh == nullptr)
        return nullptr;
    /* Release pairs with the acquire of readers: they see zeroed slots. The first writer wins. */
    if (atomic_compare_exchange_strong_explicit(entry, &page, fresh, memory_order_acq_rel,
                                                memory_order_acquire))
        return fresh;
    pd_frame_free(space->pd, (void *)fresh, 0);
    return page;
}

status_t space_obj_insert(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm)
{
    if (sel >= SELNUM)
        return BAD_CAP;
    _Atomic uintptr_t *const page = slot_page(space, sel, true);
    if (page == nullptr)
        return MEM_CAP;
    kobject_get(obj);
    uintptr_t empty = 0;
    /* Release: who loads the capability sees the object as it was made. */
    if (atomic_compare_exchange_strong_explicit(&page[sel % OBJ_PAGE_SLOTS], &empty,
                                                cap_make(obj, perm).raw, memory_order_release,
                                                memory_order_relaxed))
        return SUCCESS;
    /* Not kobject_put: what nobody else knows is not to be destroyed. */
    atomic_fetch_sub_explicit(&obj->refs, 1, memory_order_relaxed);
    return BAD_CAP;
}

/* One slot: what it held before goes, with its reference; the new content brings one. */
static void slot_replace(_Atomic uintptr_t *slot, struct cap cap)
{
    if (cap.raw != 0 && !kobject_try_get(cap_object(cap)))
        cap = cap_null();
    /* Release: who loads the capability sees the object as it was made. */
    const struct cap old = {atomic_exchange_explicit(slot, cap.raw, memory_order_acq_rel)};
    if (old.raw != 0)
        kobject_put(cap_object(old));
}

/* `count` slots from `from` on, with permissions and-ed with pmm, go to `to`. */
static void slots_copy(_Atomic uintptr_t *from, _Atomic uintptr_t *to, uint64_t count, uint8_t pmm)
{
    const uintptr_t mask = ~(uintptr_t)PERM_MASK | pmm;
    for (_Atomic uintptr_t *const end = from + count; from < end; from++, to++) {
        struct cap cap = {atomic_load_explicit(from, memory_order_acquire) & mask};
        if (cap_perm(cap) == 0)
            cap = cap_null();
        if (cap.raw != 0 || atomic_load_explicit(to, memory_order_relaxed) != 0)
            slot_replace(to, cap);
    }
}

static bool is_empty(_Atomic uintptr_t *slots, uint64_t count, uint8_t pmm)
{
    for (uint64_t i = 0; i < count; i++)
        if (atomic_load_explicit(&slots[i], memory_order_relaxed) & pmm)
            return false;
    return true;
}

status_t space_obj_delegate(struct space_obj *src, struct space_obj *dst, uint64_t ssb,
                            uint64_t dsb, uint64_t count, uint8_t pmm)
{
    /* Bases are multiples of the count, so neither side crosses into another page. */
    _Atomic uintptr_t *from = pmm != 0 ? slot_page(src, ssb, false) : nullptr;
    _Atomic uintptr_t *to = slot_page(dst, dsb, false);
    if (from != nullptr)
        from += ssb % OBJ_PAGE_SLOTS;
    if (UNLIKELY(to == nullptr)) {
        if (from == nullptr || is_empty(from, count, pmm))
            return SUCCESS; /* emptying where nothing is needs no page */
        to = slot_page(dst, dsb, true);
        if (to == nullptr)
            return MEM_CAP;
    }
    to += dsb % OBJ_PAGE_SLOTS;
    if (from == nullptr)
        slots_copy(to, to, count, 0);
    else
        slots_copy(from, to, count, pmm);
    return SUCCESS;
}

static void page_destroy(struct space_obj *space, _Atomic uintptr_t *page)
{
    for (uint64_t i = 0; i < OBJ_PAGE_SLOTS; i++) {
        const struct cap cap = {atomic_load_explicit(&page[i], memory_order_relaxed)};
        if (cap.raw != 0)
            kobject_put(cap_object(cap));
    }
    pd_frame_free(space->pd, (void *)page, 0);
}

bool space_obj_destroy(struct space_obj *space)
{
    while (space->swept < OBJ_ROOT_SLOTS) {
        _Atomic uintptr_t *const page =
            atomic_load_explicit(&space->root[space->swept++], memory_order_acquire);
        if (page != nothing) {
            page_destroy(space, page);
            return false;
        }
    }
    struct pd *const pd = space->pd;
    pd_unlink(&pd->objects, &space->obj);
    pd_frame_free(pd, (void *)space->root, 0);
    pd_object_free(pd, &cache, space);
    return true;
}
