/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Object space: SELNUM slots in two levels, a root page of 512 pointers to pages of 512 slots. Pages
 * are made when a slot in them is first filled.
 */
#pragma once

#include "kernel/abi/selector.h"
#include "kernel/abi/status.h"
#include "kernel/base/bits.h"
#include "kernel/cap/cap.h"
#include "kernel/obj/kobject.h"

struct pd;

enum : uint64_t { OBJ_PAGE_SLOTS = 512, OBJ_ROOT_SLOTS = SELNUM / OBJ_PAGE_SLOTS };

static_assert((SELNUM & (SELNUM - 1)) == 0, "index_nospec");

struct space_obj {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct pd *pd;
    _Atomic(_Atomic uintptr_t *) *root;
};

/* An empty object space of `pd`; nullptr if memory has run out. */
[[nodiscard]] struct space_obj *space_obj_create(struct pd *pd);

/*
 * What the slot `sel` holds; the null capability for a selector beyond the last. One word, read once.
 * Context: any.
 */
static inline struct cap space_obj_load(const struct space_obj *space, uint64_t sel)
{
    if (sel >= SELNUM)
        return cap_null();
    sel = index_nospec(sel, SELNUM);
    _Atomic uintptr_t *const page =
        atomic_load_explicit(&space->root[sel / OBJ_PAGE_SLOTS], memory_order_acquire);
    if (page == nullptr)
        return cap_null();
    return (struct cap){atomic_load_explicit(&page[sel % OBJ_PAGE_SLOTS], memory_order_acquire)};
}

/*
 * Replace what `sel` (< SELNUM) holds. The references that `cap` and the old content stand for pass
 * from and to the caller. Filling may need a page; emptying a slot never fails.
 * Errors: MEM_CAP.
 */
status_t space_obj_store(struct space_obj *space, uint64_t sel, struct cap cap, struct cap *old);

/*
 * Find the object at `sel` if it is of `type` and the capability has all bits of `need`, else nullptr.
 * An empty slot, a wrong type and a missing permission look alike.
 */
static inline struct kobject *cap_lookup(const struct space_obj *space, uint64_t sel,
                                         enum kobj_type type, uint8_t need)
{
    const struct cap cap = space_obj_load(space, sel);
    struct kobject *const obj = cap_object(cap);
    if (obj == nullptr || (cap_perm(cap) & need) != need || obj->type != type)
        return nullptr;
    return obj;
}

/*
 * ctrl_pd between object spaces: dst[dsb+i] := src[ssb+i] with permissions and-ed with pmm, for i in
 * 0..2^ord-1, ascending. Bases and range were checked.
 * Errors: MEM_CAP; the slots before the failing one are updated.
 */
status_t space_obj_delegate(struct space_obj *src, struct space_obj *dst, uint64_t ssb,
                            uint64_t dsb, unsigned ord, uint8_t pmm);
