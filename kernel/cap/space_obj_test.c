/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"

#include "arch/sim/sim.h"
#include "kernel/cap/testing/objects.h"
#include "kernel/mm/frame.h"
#include "kernel/obj/ec.h"

static struct pd *pd;

static struct space_obj *more_space(void)
{
    struct space_obj *const space = space_obj_create(pd);
    CHECK(space != nullptr);
    return space;
}

static struct space_obj *fresh_space(size_t pages)
{
    sim_start(pages);
    pd = testing_pd(nullptr);
    return more_space();
}

static void put(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm)
{
    CHECK_EQ(space_obj_insert(space, sel, obj, perm), SUCCESS);
}

/* A delegation of any order, as ctrl_pd does it. */
static void give(struct space_obj *src, struct space_obj *dst, uint64_t ssb, uint64_t dsb,
                 unsigned ord, uint8_t pmm)
{
    const uint64_t run = min_u64(bit(ord), OBJ_PAGE_SLOTS);
    for (uint64_t i = 0; i < bit(ord); i += run)
        CHECK_EQ(space_obj_delegate(src, dst, ssb + i, dsb + i, run, pmm).status, SUCCESS);
}

static void an_empty_space_holds_null_everywhere(void)
{
    struct space_obj *const space = fresh_space(64);
    for (uint64_t sel = 0; sel < SELNUM; sel += 511)
        CHECK_EQ(space_obj_load(space, sel).raw, 0);
}

static void selectors_beyond_the_last_are_null(void)
{
    struct space_obj *const space = fresh_space(64);
    put(space, 0, testing_object(KOBJ_SM), PERM_SM_ALL);
    put(space, SELNUM - 1, testing_object(KOBJ_SM), PERM_SM_ALL);
    CHECK(cap_lookup(space, 0, KOBJ_SM, PERM_SM_UP) != nullptr);
    CHECK(cap_lookup(space, SELNUM - 1, KOBJ_SM, PERM_SM_UP) != nullptr);
    CHECK(cap_lookup(space, SELNUM, KOBJ_SM, PERM_SM_UP) == nullptr);
    CHECK(cap_lookup(space, 2 * SELNUM - 1, KOBJ_SM, PERM_SM_UP) == nullptr);
    CHECK(cap_lookup(space, UINT64_MAX, KOBJ_SM, PERM_SM_UP) == nullptr);
}

static void lookup_wants_type_and_all_permissions(void)
{
    struct space_obj *const space = fresh_space(64);
    struct kobject *const sm = testing_object(KOBJ_SM);
    put(space, 7, sm, PERM_SM_UP);
    CHECK(cap_lookup(space, 7, KOBJ_SM, PERM_SM_UP) == sm);
    CHECK(cap_lookup(space, 7, KOBJ_SM, PERM_SM_UP | PERM_SM_DOWN) == nullptr);
    CHECK(cap_lookup(space, 7, KOBJ_PT, PERM_SM_UP) == nullptr);
    CHECK(cap_lookup(space, 8, KOBJ_SM, PERM_SM_UP) == nullptr);
}

static void insertion_fills_empty_slots_only(void)
{
    struct space_obj *const space = fresh_space(64);
    struct kobject *const one = testing_object(KOBJ_SM), *const two = testing_object(KOBJ_SM);
    put(space, 5, one, PERM_SM_ALL);
    CHECK_EQ(one->refs, 2);
    CHECK_EQ(space_obj_insert(space, 5, two, PERM_SM_ALL), BAD_CAP);
    CHECK_EQ(space_obj_insert(space, 5, one, PERM_SM_ALL), BAD_CAP);
    CHECK_EQ(space_obj_insert(space, SELNUM, two, PERM_SM_ALL), BAD_CAP);
    CHECK_EQ(space_obj_insert(space, SELNUM + 6, two, PERM_SM_ALL), BAD_CAP);
    CHECK_EQ(one->refs, 2);
    CHECK_EQ(two->refs, 1);
    CHECK(cap_object(space_obj_load(space, 5)) == one);
    CHECK_EQ(space_obj_load(space, 6).raw, 0);
}

static void insertion_without_memory_leaves_the_object_alone(void)
{
    struct space_obj *const space = fresh_space(64);
    struct kobject *const sm = testing_object(KOBJ_SM);
    sm->refs = 0; /* as a create call has it */
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    CHECK_EQ(space_obj_insert(space, 5, sm, PERM_SM_ALL), MEM_CAP);
    CHECK_EQ(sm->refs, 0);
    CHECK_EQ(space_obj_insert(space, SELNUM, sm, PERM_SM_ALL), BAD_CAP);
}

static void what_is_prepared_can_be_inserted(void)
{
    struct space_obj *const space = fresh_space(64);
    struct kobject *const sm = testing_object(KOBJ_SM);
    CHECK_EQ(space_obj_prepare(space, SELNUM), BAD_CAP);
    put(space, 5, sm, PERM_SM_ALL);
    CHECK_EQ(space_obj_prepare(space, 5), BAD_CAP);
    CHECK_EQ(space_obj_prepare(space, OBJ_PAGE_SLOTS), SUCCESS);
    CHECK_EQ(space_obj_load(space, OBJ_PAGE_SLOTS).raw, 0);
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    CHECK_EQ(space_obj_prepare(space, 2 * OBJ_PAGE_SLOTS), MEM_CAP);
    put(space, OBJ_PAGE_SLOTS, sm, PERM_SM_ALL);
}

static void delegation_masks_permissions_and_copies_nulls(void)
{
    struct space_obj *const a = fresh_space(64), *const b = more_space();
    struct kobject *const obj = testing_object(KOBJ_PD);
    put(a, 0x400, obj, PERM_PD_ALL);
    put(b, 0x1000, testing_object(KOBJ_SM), PERM_SM_ALL);
    put(b, 0x1001, testing_object(KOBJ_SM), PERM_SM_ALL);
    give(a, b, 0x400, 0x1000, 1, PERM_PD_PD | PERM_PD_SM);
    CHECK_EQ(cap_perm(space_obj_load(b, 0x1000)), PERM_PD_PD | PERM_PD_SM);
    CHECK(cap_object(space_obj_load(b, 0x1000)) == obj);
    CHECK_EQ(space_obj_load(b, 0x1001).raw, 0);
    /* Again with every bit: what is gone does not come back. */
    give(b, b, 0x1000, 0x1000, 0, PERM_MASK);
    CHECK_EQ(cap_perm(space_obj_load(b, 0x1000)), PERM_PD_PD | PERM_PD_SM);
}

static void references_follow_capabilities(void)
{
    struct space_obj *const a = fresh_space(64);
    struct kobject *const sm = testing_object(KOBJ_SM);
    put(a, 0, sm, PERM_SM_ALL);
    CHECK_EQ(sm->refs, 2);
    give(a, a, 0, 1, 0, PERM_MASK);
    CHECK_EQ(sm->refs, 3);
    give(a, a, 0, 0, 0, PERM_SM_UP); /* in place */
    CHECK_EQ(sm->refs, 3);
    give(a, a, 0, 0, 9, PERM_SM_DOWN); /* which is all that slot 1 had more */
    CHECK_EQ(space_obj_load(a, 0).raw, 0);
    CHECK_EQ(cap_perm(space_obj_load(a, 1)), PERM_SM_DOWN);
    CHECK_EQ(sm->refs, 2);
    give(a, a, 0, 0, 1, 0);
    CHECK_EQ(sm->refs, 1);
}

static void objects_without_references_are_delegated_as_null(void)
{
    struct space_obj *const a = fresh_space(64);
    struct kobject *const sm = testing_object(KOBJ_SM), *const old = testing_object(KOBJ_SM);
    put(a, 0, sm, PERM_SM_ALL);
    put(a, 1, old, PERM_SM_ALL);
    sm->refs = 0; /* as if another CPU had taken the capability meanwhile */
    give(a, a, 0, 1, 0, PERM_MASK);
    CHECK_EQ(space_obj_load(a, 1).raw, 0);
    CHECK_EQ(old->refs, 1);
    CHECK_EQ(sm->refs, 0);
}

static void large_orders_cross_pages(void)
{
    struct space_obj *const a = fresh_space(64), *const b = more_space();
    struct kobject *const sm = testing_object(KOBJ_SM);
    for (uint64_t sel = 0; sel < 2048; sel++)
        put(a, sel, sm, PERM_SM_ALL);
    give(a, b, 0, 4096, 11, PERM_MASK);
    for (uint64_t sel = 0; sel < 2048; sel++)
        CHECK(cap_object(space_obj_load(b, 4096 + sel)) == sm);
    CHECK_EQ(sm->refs, 1 + 2 * 2048);
    const size_t before = frame_count_free();
    give(a, b, 0x20000, 0x20000, 17, PERM_MASK); /* nothing, to where nothing is */
    give(a, b, 0, 0, 18, 0);
    CHECK_EQ(frame_count_free(), before);
    CHECK_EQ(sm->refs, 1 + 2048);
}

static void running_out_keeps_what_was_done(void)
{
    struct space_obj *const a = fresh_space(64), *const b = more_space();
    struct kobject *const sm = testing_object(KOBJ_SM);
    for (uint64_t sel = 0; sel < 1024; sel++)
        put(a, sel, sm, PERM_SM_ALL);
    while (frame_count_free() > 2) /* the root of b, and a page of slots */
        CHECK(frame_alloc_reserve(0, FRAME_RAW) != nullptr);
    const uint32_t refs = sm->refs;
    CHECK_EQ(space_obj_delegate(a, b, 0, 0, 512, PERM_MASK).status, SUCCESS);
    CHECK_EQ(space_obj_delegate(a, b, 512, 512, 512, PERM_MASK).status, MEM_CAP);
    CHECK_EQ(sm->refs, refs + 512);
    CHECK(space_obj_load(b, 511).raw != 0);
    CHECK_EQ(space_obj_load(b, 512).raw, 0);
    give(a, b, 0, 0x20000, 10, 0); /* emptying needs no memory */
}

static void delegation_tells_whether_it_has_revoked(void)
{
    struct space_obj *const a = fresh_space(64);
    put(a, 0, testing_object(KOBJ_SM), PERM_SM_ALL);
    CHECK_EQ(space_obj_delegate(a, a, 0, 1, 1, PERM_MASK).revoked, 0);
    CHECK(space_obj_delegate(a, a, 0, 1, 1, PERM_SM_UP).revoked != 0);
    CHECK(space_obj_delegate(a, a, 0, 1, 1, PERM_MASK).revoked != 0);
    CHECK(space_obj_delegate(a, a, 0, 1, 1, 0).revoked != 0);
    CHECK_EQ(space_obj_delegate(a, a, 0, 1, 1, 0).revoked, 0);
    put(a, 1, testing_object(KOBJ_SM), PERM_SM_ALL);
    CHECK(space_obj_delegate(a, a, 0, 1, 1, PERM_MASK).revoked != 0); /* something else */
}

static void a_space_is_emptied_at_once_and_can_be_filled_again(void)
{
    struct space_obj *const a = fresh_space(64), *const b = more_space();
    struct kobject *const sm = testing_object(KOBJ_SM);
    put(b, 0, sm, PERM_SM_ALL);
    const size_t before = frame_count_free();
    for (unsigned i = 0; i < 3; i++) {
        for (uint64_t sel = 0; sel < 2048; sel++)
            put(a, sel, sm, PERM_SM_ALL);
        CHECK(space_obj_clear(a));
        for (uint64_t sel = 0; sel < SELNUM; sel += 511)
            CHECK_EQ(space_obj_load(a, sel).raw, 0);
        /* As long as somebody may know what was in it, it takes nothing. */
        CHECK_EQ(space_obj_insert(a, 5, sm, PERM_SM_ALL), AGAIN);
        CHECK_EQ(space_obj_delegate(b, a, 0, 7, 1, PERM_MASK).status, AGAIN);
        CHECK_EQ(space_obj_delegate(b, a, 1, 7, 1, PERM_MASK).status, SUCCESS);
        CHECK(!space_obj_clear(a));
        CHECK_EQ(sm->refs, 2 + 2048);
        CHECK(testing_reap() >= 4);
        CHECK_EQ(sm->refs, 2);
        CHECK_EQ(frame_count_free(), before);
    }
}

static void who_has_found_a_page_of_slots_puts_nothing_behind_it_is_emptied(void)
{
    struct space_obj *const a = fresh_space(64);
    struct kobject *const sm = testing_object(KOBJ_SM);
    put(a, 1, sm, PERM_SM_ALL);
    _Atomic uintptr_t *const page = a->root[0];
    CHECK(space_obj_clear(a));
    kobject_get(sm);
    page[0] = cap_make(sm, PERM_SM_ALL).raw; /* as another CPU may do */
    CHECK_EQ(space_obj_load(a, 0).raw, 0);
    testing_reap();
    CHECK_EQ(space_obj_load(a, 0).raw, 0);
    CHECK_EQ(sm->refs, 1);
}

static void all_memory_comes_back(void)
{
    fresh_space(256);
    const size_t before = frame_count_free();
    struct pd *const child = testing_pd(pd);
    struct space_obj *const space = space_obj_create(child);
    CHECK(pd_link(&child->objects, &space->obj));
    struct kobject *const sm = testing_object(KOBJ_SM);
    for (uint64_t sel = 0; sel < SELNUM; sel += 300)
        if (sel < 60'000)
            put(space, sel, sm, PERM_SM_ALL);
    put(space, SELNUM - 1, &space->obj, PERM_OBJ_ALL);
    put(space, SELNUM - 2, &child->obj, PERM_PD_ALL);
    CHECK(frame_count_free() < before - 100);
    CHECK_EQ(sm->refs, 201);

    kobject_put(&child->obj);
    CHECK_EQ(testing_reap(), 0); /* the space keeps it */
    give(space, space, SELNUM - 1, SELNUM - 1, 0, 0);
    CHECK_EQ(testing_reap(), 0);
    kobject_put(&space->obj);
    CHECK(testing_reap() > 100); /* a step for each page; at the end the PD */
    CHECK_EQ(sm->refs, 1);
    CHECK_EQ(frame_count_free(), before);
}

static void one_space_is_linked_at_a_time(void)
{
    struct space_obj *const first = fresh_space(64), *const second = more_space();
    CHECK(pd_link(&pd->objects, &first->obj));
    CHECK(!pd_link(&pd->objects, &second->obj));
    CHECK(pd->objects == &first->obj);
    /* The first loses its last reference; the second takes its place before the first is gone. */
    kobject_put(&first->obj);
    CHECK(pd_link(&pd->objects, &second->obj));
    testing_reap();
    CHECK(pd->objects == &second->obj);
    kobject_put(&second->obj);
    testing_reap();
    CHECK(pd->objects == nullptr);
}

int main(void)
{
    SIM_RUN(an_empty_space_holds_null_everywhere);
    SIM_RUN(selectors_beyond_the_last_are_null);
    SIM_RUN(lookup_wants_type_and_all_permissions);
    SIM_RUN(insertion_fills_empty_slots_only);
    SIM_RUN(insertion_without_memory_leaves_the_object_alone);
    SIM_RUN(what_is_prepared_can_be_inserted);
    SIM_RUN(delegation_masks_permissions_and_copies_nulls);
    SIM_RUN(references_follow_capabilities);
    SIM_RUN(objects_without_references_are_delegated_as_null);
    SIM_RUN(large_orders_cross_pages);
    SIM_RUN(running_out_keeps_what_was_done);
    SIM_RUN(delegation_tells_whether_it_has_revoked);
    SIM_RUN(a_space_is_emptied_at_once_and_can_be_filled_again);
    SIM_RUN(who_has_found_a_page_of_slots_puts_nothing_behind_it_is_emptied);
    SIM_RUN(all_memory_comes_back);
    SIM_RUN(one_space_is_linked_at_a_time);
}
