/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Object space: SELNUM slots in two levels, a root page of 512 pointers to pages of 512 slots. Pages
 * are made when a slot in them is first filled.
 */
#pragma once

#include "kernel/abi/selector.h"
#include "kernel/abi/status.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/cap.h"
#include "kernel/obj/kobject.h"

struct pd;

enum : uint64_t { OBJ_PAGE_SLOTS = 512, OBJ_ROOT_SLOTS = SELNUM / OBJ_PAGE_SLOTS };

static_assert((SELNUM & (SELNUM - 1)) == 0, "index_nospec");

struct space_obj {
    alignas(KOBJ_ALIGN) struct kobject obj;
    uint32_t swept; /* entries of the root that space_obj_destroy has been at */
    struct pd *pd;  /* who pays, kept; nullptr: the kernel's own              */
    _Atomic(_Atomic uintptr_t *) *root;
};

/*
 * An empty object space on the account of `pd`, which it keeps, with one reference, the caller's. nullptr
 * if memory has run out or `pd` is going.
 */
[[nodiscard]] struct space_obj *space_obj_create(struct pd *pd);

/*
 * Take the space apart, a page of slots at a time: false if it has to be called again.
 * Context: nobody can reach the space.
 */
[[nodiscard]] bool space_obj_destroy(struct space_obj *space);

/*
 * What the slot `sel` holds; the null capability for a selector beyond the last. One word, read once.
 * Context: any.
 * Ordering: relaxed, as all that follows is reached through the addresses that are read, and no CPU here
 * looks behind an address before it has it. Pairs with the release of who put them there.
 */
static inline struct cap space_obj_load(const struct space_obj *space, uint64_t sel)
{
    if (UNLIKELY(sel >= SELNUM))
        return cap_null();
    sel = index_nospec(sel, SELNUM);
    _Atomic uintptr_t *const page =
        atomic_load_explicit(&space->root[sel / OBJ_PAGE_SLOTS], memory_order_relaxed);
    return (struct cap){atomic_load_explicit(&page[sel % OBJ_PAGE_SLOTS], memory_order_relaxed)};
}

/*
 * Put a capability to `obj` into the slot `sel`, which takes a reference. The caller holds one, or is the
 * only one to know the object.
 * Errors: MEM_CAP; BAD_CAP if the slot is not empty or does not exist. `obj` is untouched then.
 */
status_t space_obj_insert(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm);

/*
 * Find the object at `sel` if it is of `type` and the capability has all bits of `need`, else nullptr.
 * An empty slot, a wrong type and a missing permission look alike. `need` has a bit, so that the null
 * capability does not have it.
 */
static inline struct kobject *cap_lookup(const struct space_obj *space, uint64_t sel,
                                         enum kobj_type type, uint8_t need)
{
    const struct cap cap = space_obj_load(space, sel);
    struct kobject *const obj = cap_object(cap);
    if ((cap_perm(cap) & need) != need || obj->type != type)
        return nullptr;
    return obj;
}

/*
 * ctrl_pd between object spaces: dst[dsb+i] := src[ssb+i] with permissions and-ed with pmm, for i in
 * 0..count-1, ascending. `count` is a power of two and at most OBJ_PAGE_SLOTS, the bound of what is done
 * at once; bases are multiples of it and inside the spaces. An object without references is delegated as
 * the null capability.
 * Errors: MEM_CAP; nothing is changed.
 * Context: a read section.
 */
status_t space_obj_delegate(struct space_obj *src, struct space_obj *dst, uint64_t ssb,
                            uint64_t dsb, uint64_t count, uint8_t pmm);
