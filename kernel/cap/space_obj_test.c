/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_obj.h"

#include "arch/sim/sim.h"
#include "kernel/mm/frame.h"

static struct kobject *new_object(enum kobj_type type)
{
    static struct {
        alignas(KOBJ_ALIGN) struct kobject obj;
    } objects[32];
    static unsigned next;
    struct kobject *const obj = &objects[next++ % 32].obj;
    obj->type = type;
    atomic_init(&obj->refs, 1);
    return obj;
}

static struct space_obj *fresh_space(size_t pages)
{
    sim_start(pages);
    struct space_obj *const space = space_obj_create(nullptr);
    CHECK(space != nullptr);
    return space;
}

static void put(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm)
{
    struct cap old;
    kobject_get(obj);
    CHECK_EQ(space_obj_store(space, sel, cap_make(obj, perm), &old), SUCCESS);
    CHECK_EQ(old.raw, 0);
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
    put(space, 0, new_object(KOBJ_SM), PERM_SM_ALL);
    put(space, SELNUM - 1, new_object(KOBJ_SM), PERM_SM_ALL);
    CHECK(cap_lookup(space, 0, KOBJ_SM, PERM_SM_UP) != nullptr);
    CHECK(cap_lookup(space, SELNUM - 1, KOBJ_SM, PERM_SM_UP) != nullptr);
    CHECK(cap_lookup(space, SELNUM, KOBJ_SM, PERM_SM_UP) == nullptr);
    CHECK(cap_lookup(space, 2 * SELNUM - 1, KOBJ_SM, PERM_SM_UP) == nullptr);
    CHECK(cap_lookup(space, UINT64_MAX, KOBJ_SM, PERM_SM_UP) == nullptr);
}

static void lookup_wants_type_and_all_permissions(void)
{
    struct space_obj *const space = fresh_space(64);
    struct kobject *const sm = new_object(KOBJ_SM);
    put(space, 7, sm, PERM_SM_UP);
    CHECK(cap_lookup(space, 7, KOBJ_SM, PERM_SM_UP) == sm);
    CHECK(cap_lookup(space, 7, KOBJ_SM, PERM_SM_UP | PERM_SM_DOWN) == nullptr);
    CHECK(cap_lookup(space, 7, KOBJ_PT, PERM_SM_UP) == nullptr);
    CHECK(cap_lookup(space, 8, KOBJ_SM, 0) == nullptr);
}

static void delegation_masks_permissions_and_copies_nulls(void)
{
    struct space_obj *const a = fresh_space(64);
    struct space_obj *const b = space_obj_create(nullptr);
    struct kobject *const pd = new_object(KOBJ_PD);
    put(a, 0x400, pd, PERM_PD_ALL);
    put(b, 0x1000, new_object(KOBJ_SM), PERM_SM_ALL);
    put(b, 0x1001, new_object(KOBJ_SM), PERM_SM_ALL);
    CHECK_EQ(space_obj_delegate(a, b, 0x400, 0x1000, 1, PERM_PD_PD | PERM_PD_SM), SUCCESS);
    CHECK_EQ(cap_perm(space_obj_load(b, 0x1000)), PERM_PD_PD | PERM_PD_SM);
    CHECK(cap_object(space_obj_load(b, 0x1000)) == pd);
    CHECK_EQ(space_obj_load(b, 0x1001).raw, 0);
    /* Again with every bit: what is gone does not come back. */
    CHECK_EQ(space_obj_delegate(b, b, 0x1000, 0x1000, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(cap_perm(space_obj_load(b, 0x1000)), PERM_PD_PD | PERM_PD_SM);
}

static void references_follow_capabilities(void)
{
    struct space_obj *const a = fresh_space(64);
    struct kobject *const sm = new_object(KOBJ_SM);
    put(a, 0, sm, PERM_SM_ALL);
    CHECK_EQ(sm->refs, 2);
    CHECK_EQ(space_obj_delegate(a, a, 0, 1, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(sm->refs, 3);
    CHECK_EQ(space_obj_delegate(a, a, 0, 0, 0, PERM_SM_UP), SUCCESS); /* in place */
    CHECK_EQ(sm->refs, 3);
    CHECK_EQ(space_obj_delegate(a, a, 0, 0, 1, 0), SUCCESS);
    CHECK_EQ(sm->refs, 1);
}

static void running_out_keeps_what_was_done(void)
{
    struct space_obj *const a = fresh_space(64);
    struct space_obj *const b = space_obj_create(nullptr);
    struct kobject *const sm = new_object(KOBJ_SM);
    for (uint64_t sel = 0; sel < 1024; sel++)
        put(a, sel, sm, PERM_SM_ALL);
    while (frame_count_free() > 1)
        CHECK(frame_alloc(0, FRAME_RAW) != nullptr);
    const uint32_t refs = sm->refs;
    CHECK_EQ(space_obj_delegate(a, b, 0, 0, 10, PERM_MASK), MEM_CAP);
    CHECK_EQ(sm->refs, refs + 512);
    CHECK(space_obj_load(b, 511).raw != 0);
    CHECK_EQ(space_obj_load(b, 512).raw, 0);
    CHECK_EQ(space_obj_delegate(a, b, 0, 0x20000, 10, 0), SUCCESS); /* emptying needs no memory */
}

int main(void)
{
    SIM_RUN(an_empty_space_holds_null_everywhere);
    SIM_RUN(selectors_beyond_the_last_are_null);
    SIM_RUN(lookup_wants_type_and_all_permissions);
    SIM_RUN(delegation_masks_permissions_and_copies_nulls);
    SIM_RUN(references_follow_capabilities);
    SIM_RUN(running_out_keeps_what_was_done);
}
