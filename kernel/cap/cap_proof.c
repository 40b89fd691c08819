/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capabilities: any object, any permissions, any selector. Spaces have 256 slots in pages of 16 here
 * (BUILD.bazel), and SLOTS are copied at a time.
 */
#include "kernel/obj/kobject.h"

static bool ref_try_get(struct kobject *obj);
static void ref_put(struct kobject *obj);
#define kobject_try_get ref_try_get
#define kobject_put ref_put
#include "kernel/cap/space_obj.c"

enum : unsigned { SLOTS = 2 };

static struct kobject one, other;

/* References of `one` and `other`. */
static unsigned refs[2];

static bool ref_try_get(struct kobject *obj)
{
    CLAIM(obj == &one || obj == &other, "an object");
    if (refs[obj == &other] == 0)
        return false;
    refs[obj == &other]++;
    return true;
}

static void ref_put(struct kobject *obj)
{
    CLAIM(obj == &one || obj == &other, "an object");
    CLAIM(refs[obj == &other] > 0, "somebody holds it");
    refs[obj == &other]--;
}

static struct cap any_cap(void)
{
    return cap_make(ANY(bool) ? &one : &other, ANY(uint8_t));
}

/* An object and permissions survive being one word; undefined bits do not. */
PROOF(a_capability_is_what_it_was_made_from)
{
    const uint8_t perm = ANY(uint8_t);
    const struct cap cap = cap_make(&one, perm);
    CLAIM(cap_perm(cap) == (perm & PERM_MASK), "permissions");
    CLAIM(cap_object(cap) == ((perm & PERM_MASK) != 0 ? &one : nullptr), "object");
}

/* A lookup reads inside the space, whatever the selector; beyond the last there is nothing. */
PROOF(a_lookup_stays_inside)
{
    static _Atomic uintptr_t page[OBJ_PAGE_SLOTS];
    static _Atomic(_Atomic uintptr_t *) root[OBJ_ROOT_SLOTS];
    static struct space_obj space = {.root = root};
    const uint64_t sel = ANY(uint64_t);
    const bool made = ANY(bool);
    const struct cap cap = any_cap();
    if (sel < SELNUM) {
        root[sel / OBJ_PAGE_SLOTS] = made ? page : nothing;
        page[sel % OBJ_PAGE_SLOTS] = cap.raw;
    }
    CLAIM(space_obj_load(&space, sel).raw == (sel < SELNUM && made ? cap.raw : 0), "found");
}

/* What is found is of the type and has all the permissions that were asked for. */
PROOF(a_lookup_checks_type_and_permissions)
{
    static _Atomic uintptr_t page[OBJ_PAGE_SLOTS];
    static _Atomic(_Atomic uintptr_t *) root[1] = {page};
    static struct space_obj space = {.root = root};
    one.type = ANY(uint8_t) % KOBJ_COUNT;
    other.type = ANY(uint8_t) % KOBJ_COUNT;
    const struct cap cap = any_cap();
    page[0] = cap.raw;
    const enum kobj_type type = ANY(uint8_t) % KOBJ_COUNT;
    const uint8_t need = ANY(uint8_t) & PERM_MASK;
    GIVEN(need != 0);
    GIVEN(cap.raw != 0); /* a read through it is caught where the kernel has nothing mapped */
    const struct kobject *const found = cap_lookup(&space, 0, type, need);
    CLAIM(found == nullptr || (found == cap_object(cap) && found->type == type), "type");
    CLAIM(found == nullptr || (cap_perm(cap) & need) == need, "permissions");
    CLAIM(found != nullptr || cap_object(cap)->type != type || (cap_perm(cap) & need) != need,
          "refused for a reason");
}

/* The objects are the same, with no permission that was not there or not asked for. */
PROOF(delegation_never_adds_a_permission)
{
    static _Atomic uintptr_t from[SLOTS], to[SLOTS];
    refs[0] = refs[1] = SLOTS;
    for (unsigned i = 0; i < SLOTS; i++) {
        from[i] = any_cap().raw;
        to[i] = any_cap().raw;
    }
    const uint8_t pmm = ANY(uint8_t) & PERM_MASK;
    slots_copy(from, to, SLOTS, pmm);
    for (unsigned i = 0; i < SLOTS; i++) {
        const struct cap source = {from[i]}, result = {to[i]};
        const uint8_t perm = cap_perm(source) & pmm;
        CLAIM(cap_perm(result) == perm, "permissions");
        CLAIM(cap_object(result) == (perm != 0 ? cap_object(source) : nullptr), "object");
    }
}

static unsigned count_of(uintptr_t word, const struct kobject *obj)
{
    return cap_object((struct cap){word}) == obj;
}

/* A filled slot is a reference; an object whose last one has gone gets no new one. */
PROOF(delegation_counts_references)
{
    static _Atomic uintptr_t from[SLOTS], to[SLOTS];
    unsigned before = 0, after = 0;
    for (unsigned i = 0; i < SLOTS; i++) {
        from[i] = any_cap().raw;
        to[i] = any_cap().raw;
        before += count_of(to[i], &one);
    }
    const unsigned others = ANY(bool);
    refs[0] = before + others;
    refs[1] = 2 * SLOTS;
    slots_copy(from, to, SLOTS, ANY(uint8_t) & PERM_MASK);
    for (unsigned i = 0; i < SLOTS; i++)
        after += count_of(to[i], &one);
    CLAIM(refs[0] == after + others, "references");
}
