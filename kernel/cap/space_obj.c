/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"

#include "kernel/base/bits.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/pd.h"
#include "kernel/sync/rcu.h"

static_assert(OBJ_PAGE_SLOTS * sizeof(uintptr_t) == 4096);
static_assert(OBJ_ROOT_SLOTS * sizeof(uintptr_t) == 4096);

static struct slab_cache cache = SLAB_CACHE(struct space_obj);

/*
 * Stands for all pages that have not been made, so that a lookup need not ask whether there is one: its
 * slots are empty, and nobody writes to it.
 */
alignas(PAGE_SIZE) static _Atomic uintptr_t nothing[OBJ_PAGE_SLOTS];

/* Stands for the roots of all empty spaces. Nobody writes to it. */
alignas(PAGE_SIZE) static obj_page_t no_pages[OBJ_ROOT_SLOTS] = {
    [0 ... OBJ_ROOT_SLOTS - 1] = nothing,
};

struct space_obj *space_obj_create(struct pd *pd)
{
    struct space_obj *const space = pd_object_alloc(pd, &cache);
    if (space == nullptr)
        return nullptr;
    *space = (struct space_obj){.obj = {.type = KOBJ_SPC_OBJ, .refs = 1},
                                .pd = pd,
                                .root = no_pages,
                                .old = {.type = KOBJ_SLOTS}};
    return space;
}

/* The root of an empty space, of its own from now on; nullptr if memory ran out. */
static obj_page_t *make_root(struct space_obj *space)
{
    obj_page_t *const fresh = pd_frame_alloc(space->pd, 0, FRAME_RAW);
    if (fresh == nullptr)
        return nullptr;
    for (uint64_t i = 0; i < OBJ_ROOT_SLOTS; i++)
        atomic_init(&fresh[i], nothing);
    /* Release: readers see the entries. The first writer wins. */
    obj_page_t *root = no_pages;
    if (atomic_compare_exchange_strong_explicit(&space->root, &root, fresh, memory_order_acq_rel,
                                                memory_order_acquire))
        return fresh;
    pd_frame_free(space->pd, (void *)fresh, 0);
    return root;
}

/* The page of slots that `entry` of a root is for, made; nullptr if memory ran out. */
static _Atomic uintptr_t *make_page(struct space_obj *space, obj_page_t *entry)
{
    _Atomic uintptr_t *page = nothing;
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

/* The page of slots that `sel` is in; `nothing` if it has not been made. */
static ALWAYS_INLINE _Atomic uintptr_t *slot_page(const struct space_obj *space, uint64_t sel)
{
    obj_page_t *const root = atomic_load_explicit(&space->root, memory_order_acquire);
    return atomic_load_explicit(&root[index_nospec(sel, SELNUM) / OBJ_PAGE_SLOTS],
                                memory_order_acquire);
}

/* The same, made. Errors in *why: MEM_CAP, AGAIN. Answers nullptr then. */
NOINLINE static _Atomic uintptr_t *make_slots(struct space_obj *space, uint64_t sel, status_t *why)
{
    sel = index_nospec(sel, SELNUM);
    *why = MEM_CAP;
    obj_page_t *root = atomic_load_explicit(&space->root, memory_order_acquire);
    if (root == no_pages) {
        /* Acquire: pairs with the release of who emptied the space; the root was read before. */
        if (atomic_load_explicit(&space->old_state, memory_order_acquire) == OBJ_OLD_FOUND) {
            *why = AGAIN;
            return nullptr;
        }
        root = make_root(space);
    }
    return root != nullptr ? make_page(space, &root[sel / OBJ_PAGE_SLOTS]) : nullptr;
}

/* The slot `sel`, with a page for it made. Errors in *why: MEM_CAP, BAD_CAP, AGAIN. Answers nullptr then. */
static ALWAYS_INLINE _Atomic uintptr_t *make_slot(struct space_obj *space, uint64_t sel,
                                                  status_t *why)
{
    *why = BAD_CAP;
    if (sel >= SELNUM)
        return nullptr;
    _Atomic uintptr_t *page = slot_page(space, sel);
    if (UNLIKELY(page == nothing)) {
        page = make_slots(space, sel, why);
        if (page == nullptr)
            return nullptr;
    }
    return &page[sel % OBJ_PAGE_SLOTS];
}

status_t space_obj_prepare(struct space_obj *space, uint64_t sel)
{
    status_t why;
    const _Atomic uintptr_t *const slot = make_slot(space, sel, &why);
    if (slot == nullptr)
        return why;
    return atomic_load_explicit(slot, memory_order_relaxed) == 0 ? SUCCESS : BAD_CAP;
}

status_t space_obj_insert(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm)
{
    status_t why;
    _Atomic uintptr_t *const slot = make_slot(space, sel, &why);
    if (slot == nullptr)
        return why;
    kobject_get(obj);
    uintptr_t empty = 0;
    /* Release: who loads the capability sees the object as it was made. */
    if (atomic_compare_exchange_strong_explicit(slot, &empty, cap_make(obj, perm).raw,
                                                memory_order_release, memory_order_relaxed))
        return SUCCESS;
    /* Not kobject_put: what nobody else knows is not to be destroyed. */
    atomic_fetch_sub_explicit(&obj->refs, 1, memory_order_relaxed);
    return BAD_CAP;
}

/*
 * One slot: what it held before goes, with its reference, and is answered; the new content brings one.
 */
static uintptr_t slot_replace(_Atomic uintptr_t *slot, struct cap cap)
{
    if (cap.raw != 0 && !kobject_try_get(cap_object(cap)))
        cap = cap_null();
    /* Release: who loads the capability sees the object as it was made. */
    const struct cap old = {atomic_exchange_explicit(slot, cap.raw, memory_order_acq_rel)};
    if (old.raw != 0)
        kobject_put(cap_object(old));
    return old.raw;
}

/*
 * `count` slots from `from` on, with permissions and-ed with pmm, go to `to`. Answers whether one of those
 * held something: not 0.
 */
static uintptr_t slots_copy(_Atomic uintptr_t *from, _Atomic uintptr_t *to, uint64_t count,
                            uint8_t pmm)
{
    const uintptr_t mask = ~(uintptr_t)PERM_MASK | pmm;
    uintptr_t revoked = 0;
    for (_Atomic uintptr_t *const end = from + count; from < end; from++, to++) {
        struct cap cap = {atomic_load_explicit(from, memory_order_acquire) & mask};
        if (cap_perm(cap) == 0)
            cap = cap_null();
        if (cap.raw != 0 || atomic_load_explicit(to, memory_order_relaxed) != 0)
            revoked |= slot_replace(to, cap);
    }
    return revoked;
}

/*
 * The same where they are. Others may write the slots meanwhile: what they take away is not put back. Their references
 * stay with them.
 */
COLD static uintptr_t slots_reduce(_Atomic uintptr_t *slots, uint64_t count, uint8_t pmm)
{
    uintptr_t revoked = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct cap cap = {atomic_load_explicit(&slots[i], memory_order_acquire)}, less;
        do
            less = cap_make(cap_object(cap), cap_perm(cap) & pmm);
        while (less.raw != cap.raw &&
               !atomic_compare_exchange_weak_explicit(&slots[i], &cap.raw, less.raw,
                                                      memory_order_acq_rel, memory_order_acquire));
        if (less.raw == 0 && cap.raw != 0)
            kobject_put(cap_object(cap));
        revoked |= less.raw ^ cap.raw;
    }
    return revoked;
}

static bool is_empty(_Atomic uintptr_t *slots, uint64_t count, uint8_t pmm)
{
    for (uint64_t i = 0; i < count; i++)
        if (atomic_load_explicit(&slots[i], memory_order_relaxed) & pmm)
            return false;
    return true;
}

struct obj_delegated space_obj_delegate(struct space_obj *src, struct space_obj *dst, uint64_t ssb,
                                        uint64_t dsb, uint64_t count, uint8_t pmm)
{
    /*
     * Bases are multiples of the count, so neither side crosses into another page. `to` comes first: if both are
     * the same page, and somebody makes it meanwhile, it is found empty, and not overwritten by nothing.
     */
    _Atomic uintptr_t *to = slot_page(dst, dsb);
    _Atomic uintptr_t *const from =
        (pmm != 0 ? slot_page(src, ssb) : nothing) + ssb % OBJ_PAGE_SLOTS;
    if (UNLIKELY(to == nothing)) {
        if (is_empty(from, count, pmm)) /* emptying where nothing is needs no page */
            return (struct obj_delegated){.status = SUCCESS};
        status_t status;
        to = make_slots(dst, dsb, &status);
        if (to == nullptr)
            return (struct obj_delegated){.status = status};
    }
    to += dsb % OBJ_PAGE_SLOTS;
    return (struct obj_delegated){
        .status = SUCCESS,
        .revoked =
            UNLIKELY(from == to) ? slots_reduce(to, count, pmm) : slots_copy(from, to, count, pmm),
    };
}

bool space_obj_clear(struct space_obj *space)
{
    /* Acquire: pairs with the release of who gave back what was there the last time. */
    enum obj_old none = OBJ_OLD_NONE;
    if (!atomic_compare_exchange_strong_explicit(&space->old_state, &none, OBJ_OLD_FOUND,
                                                 memory_order_acquire, memory_order_relaxed))
        return false;
    /*
     * Who reads the root from now on finds no slots, and makes none as long as somebody may be in the kernel
     * who found something before. Who has read it before goes on with the old one, until it is destroyed, and
     * whatever he puts there goes with it.
     */
    space->old_root = atomic_exchange_explicit(&space->root, no_pages, memory_order_acq_rel);
    kobject_get(&space->obj);
    rcu_defer(&space->old);
    return true;
}

void space_obj_await(const struct space_obj *space)
{
    rcu_await(space->pd->cpus);
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

/* One more page of the slots below `root`; true if there was none, and the root is gone, too. */
static NOINLINE bool root_destroy(struct space_obj *space, obj_page_t *root)
{
    if (root == no_pages)
        return true;
    while (space->swept < OBJ_ROOT_SLOTS) {
        _Atomic uintptr_t *const page =
            atomic_load_explicit(&root[space->swept++], memory_order_acquire);
        if (page != nothing) {
            page_destroy(space, page);
            return false;
        }
    }
    pd_frame_free(space->pd, (void *)root, 0);
    space->swept = 0;
    return true;
}

bool space_obj_destroy_old(struct space_obj *space)
{
    /* Everybody has left. Release: who makes a root now makes the next one. */
    atomic_store_explicit(&space->old_state, OBJ_OLD_GOING, memory_order_release);
    if (!root_destroy(space, space->old_root))
        return false;
    atomic_store_explicit(&space->old_state, OBJ_OLD_NONE, memory_order_release);
    kobject_put(&space->obj);
    return true;
}

bool space_obj_destroy(struct space_obj *space)
{
    if (!root_destroy(space, atomic_load_explicit(&space->root, memory_order_acquire)))
        return false;
    struct pd *const pd = space->pd;
    pd_object_free(pd, &cache, space);
    return true;
}
