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

/* A page of slots, as an entry of the root; those that have not been made are one page of empty slots. */
typedef _Atomic(_Atomic uintptr_t *) obj_page_t;

enum obj_old : uint8_t {
    OBJ_OLD_NONE,
    OBJ_OLD_FOUND, /* others may go on with what they found there: the space takes nothing */
    OBJ_OLD_GOING,
};

struct space_obj {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct pd *pd;              /* who pays, kept; nullptr: the kernel's own            */
    _Atomic(obj_page_t *) root; /* one for all spaces that are empty                    */
    /*
     * What was in the space when it was emptied as a whole is on its way out, as an object of its own that
     * keeps the space; one at a time.
     */
    struct kobject old;
    obj_page_t *old_root;
    _Atomic(enum obj_old) old_state;
    uint32_t swept; /* entries of a root on its way out that have been given back */
};

/*
 * An empty object space on the account of `pd`, which it keeps, with one reference, the caller's. nullptr
 * if memory has run out or `pd` is going.
 */
[[nodiscard]] struct space_obj *space_obj_create(struct pd *pd);

/*
 * Take the space, or what was in it, apart, a page of slots at a time: false if it has to be called again.
 * Context: nobody can reach the space, or what was in it.
 */
[[nodiscard]] bool space_obj_destroy(struct space_obj *space);
[[nodiscard]] bool space_obj_destroy_old(struct space_obj *space);

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
    obj_page_t *const root = atomic_load_explicit(&space->root, memory_order_relaxed);
    _Atomic uintptr_t *const page =
        atomic_load_explicit(&root[sel / OBJ_PAGE_SLOTS], memory_order_relaxed);
    return (struct cap){atomic_load_explicit(&page[sel % OBJ_PAGE_SLOTS], memory_order_relaxed)};
}

/*
 * Put a capability to `obj` into the slot `sel`, which takes a reference. The caller holds one, or is the
 * only one to know the object.
 * Errors: MEM_CAP; BAD_CAP if the slot is not empty or does not exist; AGAIN (kernel/obj/ec.h) while the
 * space takes nothing. `obj` is untouched then.
 */
status_t space_obj_insert(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm);

/*
 * Make sure that space_obj_insert can put something there: as long as nobody else changes the space, it will.
 * Errors: the same.
 */
status_t space_obj_prepare(struct space_obj *space, uint64_t sel);

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
 * the null capability. Where source and destination are the same, it is one step with what others do there:
 * what they take away is gone.
 * Errors: MEM_CAP, AGAIN as above; nothing is changed. revoked, if not 0: a slot held something before, which
 * other CPUs may be acting on until space_obj_await.
 * Context: a read section.
 */
struct obj_delegated {
    status_t status;
    uintptr_t revoked;
};
struct obj_delegated space_obj_delegate(struct space_obj *src, struct space_obj *dst, uint64_t ssb,
                                        uint64_t dsb, uint64_t count, uint8_t pmm);

/*
 * Empty all slots of the space at once. Who has found something there before can put nothing in any more.
 * False if what was in it the last time is still on its way out, and nothing is changed.
 * Context: a read section.
 */
[[nodiscard]] bool space_obj_clear(struct space_obj *space);

/*
 * Nobody acts any more on what was revoked from the space before. Context: the last thing that an entry
 * does (rcu_await).
 */
void space_obj_await(const struct space_obj *space);
