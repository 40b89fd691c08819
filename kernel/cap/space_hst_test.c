/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_hst.h"

#include "arch/sim/sim.h"
#include "arch/sim/spaces.h"
#include "kernel/abi/perm.h"
#include "kernel/cap/nova.h"
#include "kernel/cap/testing/objects.h"

enum : uint64_t {
    MIB2 = 512,       /* pages */
    GIB1 = 512 * 512, /* pages */
    SOME = 5 * GIB1,  /* page number of a source, 1 GiB aligned */
    THERE = 7 * GIB1, /* page number of a destination           */
};

static struct pd *pd;

static struct space_hst *more_space(void)
{
    struct space_hst *const space = space_hst_create(pd, KOBJ_SPC_HST);
    CHECK(space != nullptr);
    return space;
}

static struct space_hst *fresh_space(size_t pool_pages)
{
    sim_start(pool_pages);
    nova_init();
    pd = testing_pd(nullptr);
    return more_space();
}

static struct ptab_hit look(struct space_hst *space, uint64_t page)
{
    return ptab_lookup(&ARCH_PTAB_HOST, space->arch.root, page << PAGE_BITS);
}

static uint64_t frame_at(struct space_hst *space, uint64_t page)
{
    const struct ptab_hit hit = look(space, page);
    CHECK(hit.mapped);
    const uint64_t span = bit(PTAB_INDEX_BITS * hit.level);
    return (ptab_address(&ARCH_PTAB_HOST, hit.pte, hit.level).raw >> PAGE_BITS) +
           (page & (span - 1));
}

static uint8_t perm_at(struct space_hst *space, uint64_t page)
{
    const struct ptab_hit hit = look(space, page);
    return hit.mapped ? arch_host_attr(hit.pte, hit.level).perm : 0;
}

static status_t try_give(struct space_hst *src, struct space_hst *dst, uint64_t ssb, uint64_t dsb,
                         unsigned ord, uint8_t pmm, uint32_t mad)
{
    struct hst_delegation d = {
        .src = src, .dst = dst, .ssb = ssb, .dsb = dsb, .size = bit(ord), .mad = mad, .pmm = pmm};
    status_t status = SUCCESS;
    while (status == SUCCESS && !d.is_finished)
        status = space_hst_delegate(&d);
    return status;
}

static void give(struct space_hst *src, struct space_hst *dst, uint64_t ssb, uint64_t dsb,
                 unsigned ord, uint8_t pmm)
{
    CHECK_EQ(try_give(src, dst, ssb, dsb, ord, pmm, 0), SUCCESS);
}

static void large_pages_are_used_where_alignment_allows(void)
{
    struct space_hst *const space = fresh_space(256);
    give(nova_hst, space, SOME, THERE, 18, PERM_MEM_R | PERM_MEM_W);
    CHECK_EQ(look(space, THERE + 12345).level, 2);
    CHECK_EQ(frame_at(space, THERE + 12345), SOME + 12345);
    give(nova_hst, space, SOME + MIB2, THERE + GIB1, 9, PERM_MEM_R);
    CHECK_EQ(look(space, THERE + GIB1 + 1).level, 1);
    /* Source and destination differ in their position within 2 MiB: pages. */
    give(nova_hst, space, SOME + 256, THERE + 2 * GIB1, 8, PERM_MEM_R);
    CHECK_EQ(look(space, THERE + 2 * GIB1).level, 0);
    CHECK_EQ(frame_at(space, THERE + 2 * GIB1 + 255), SOME + 511);
    CHECK(!look(space, THERE + 2 * GIB1 + 256).mapped);
}

static void revoking_one_page_splits_and_keeps_the_rest(void)
{
    struct space_hst *const space = fresh_space(256);
    give(nova_hst, space, SOME, THERE, 18, PERM_MEM_ALL);
    give(nova_hst, space, SOME, THERE + 70000, 0, 0);
    CHECK_EQ(perm_at(space, THERE + 70000), 0);
    CHECK_EQ(frame_at(space, THERE + 69999), SOME + 69999);
    CHECK_EQ(frame_at(space, THERE + 70001), SOME + 70001);
    CHECK_EQ(perm_at(space, THERE + 70001), PERM_MEM_ALL);
    CHECK_EQ(look(space, THERE + GIB1 - 1).level, 1);
}

static void permissions_only_shrink(void)
{
    struct space_hst *const space = fresh_space(256);
    struct space_hst *const other = more_space();
    give(nova_hst, space, SOME, THERE, 9, PERM_MEM_R | PERM_MEM_XU);
    give(space, other, THERE, 0, 9, PERM_MEM_ALL);
    CHECK_EQ(perm_at(other, 17), PERM_MEM_R | PERM_MEM_XU);
    CHECK_EQ(look(other, 17).level, 1);
    give(space, space, THERE, THERE, 9, PERM_MEM_R); /* in place */
    CHECK_EQ(perm_at(space, THERE + 5), PERM_MEM_R);
    give(space, other, THERE, 0, 9, PERM_MEM_W);
    CHECK_EQ(perm_at(other, 17), 0);
}

static void no_permission_is_kept_that_the_mask_leaves_out(void)
{
    struct space_hst *const space = fresh_space(256);
    struct space_hst *const other = more_space();
    for (unsigned ord = 0; ord <= 9; ord += 9) /* small pages, then a large one */
        for (uint8_t perm = 0; perm <= PERM_MEM_ALL; perm++)
            for (uint8_t pmm = 0; pmm <= PERM_MASK; pmm++) {
                give(nova_hst, space, SOME, THERE, ord, perm);
                CHECK_EQ(perm_at(space, THERE), perm);
                give(space, other, THERE, THERE, ord, pmm);
                CHECK_EQ(perm_at(other, THERE), perm & pmm);
                give(space, space, THERE, THERE, ord, pmm);
                CHECK_EQ(perm_at(space, THERE), perm & pmm);
            }
}

/* Their locks are taken in the order of their addresses. */
static void delegation_goes_either_way_between_two_spaces(void)
{
    struct space_hst *const a = fresh_space(256);
    struct space_hst *const b = more_space();
    give(nova_hst, a, SOME, THERE, 0, PERM_MEM_ALL);
    give(a, b, THERE, THERE + 1, 0, PERM_MEM_R);
    give(b, a, THERE + 1, THERE + 2, 0, PERM_MEM_ALL);
    CHECK_EQ(frame_at(a, THERE + 2), SOME);
    CHECK_EQ(perm_at(a, THERE + 2), PERM_MEM_R);
    give(b, a, 0, THERE, 0, PERM_MEM_ALL); /* and are free again */
    CHECK_EQ(perm_at(a, THERE), 0);
}

/* A break costs a flush: on real hardware a round trip to all CPUs. */
static void entries_are_broken_only_when_more_than_permissions_change(void)
{
    struct space_hst *const space = fresh_space(256);
    give(nova_hst, space, SOME + 256, THERE, 8, PERM_MEM_ALL);
    CHECK_EQ(look(space, THERE).level, 0);
    uint64_t before = space->arch.flushes;
    give(space, space, THERE, THERE, 8, PERM_MEM_R);
    CHECK_EQ(space->arch.flushes - before, 1);
    before = space->arch.flushes;
    give(nova_hst, space, SOME, THERE, 0, PERM_MEM_R); /* another frame */
    CHECK_EQ(space->arch.flushes - before, 1);
    before = space->arch.flushes;
    CHECK_EQ(try_give(nova_hst, space, SOME, THERE, 0, PERM_MEM_R, 1), SUCCESS);
    CHECK_EQ(space->arch.flushes - before, 1); /* another kind of memory */
}

static void holes_are_copied_as_holes(void)
{
    struct space_hst *const space = fresh_space(256);
    struct space_hst *const other = more_space();
    give(nova_hst, space, SOME + 1, THERE + 1, 0, PERM_MEM_ALL);
    give(nova_hst, space, SOME + 3, THERE + 3, 0, PERM_MEM_ALL);
    give(nova_hst, other, 0x100, 0x100, 2, PERM_MEM_ALL);
    give(space, other, THERE, 0x100, 2, PERM_MEM_ALL);
    CHECK(!look(other, 0x100).mapped && !look(other, 0x102).mapped);
    CHECK_EQ(frame_at(other, 0x101), SOME + 1);
    CHECK_EQ(frame_at(other, 0x103), SOME + 3);
}

static void owned_pages_read_as_nothing(void)
{
    struct space_hst *const space = fresh_space(256);
    struct space_hst *const other = more_space();
    CHECK_EQ(
        space_hst_map_owned(space, uaddr(THERE << PAGE_BITS), paddr(SOME << PAGE_BITS), PERM_MEM_R),
        SUCCESS);
    give(nova_hst, other, SOME, 9, 0, PERM_MEM_ALL);
    give(space, other, THERE, 9, 0, PERM_MEM_ALL);
    CHECK(!look(other, 9).mapped);
    give(nova_hst, space, SOME + 4, THERE, 0, PERM_MEM_ALL); /* as destination it is replaced */
    CHECK_EQ(frame_at(space, THERE), SOME + 4);
}

static void protected_frames_are_left_out(void)
{
    struct space_hst *const space = fresh_space(256);
    nova_protect("test", paddr((SOME + 600) << PAGE_BITS), 3 * PAGE_SIZE);
    give(nova_hst, space, SOME, THERE, 11, PERM_MEM_ALL);
    CHECK_EQ(look(space, THERE + 10).level, 1);
    CHECK(look(space, THERE + 599).mapped && !look(space, THERE + 600).mapped);
    CHECK(!look(space, THERE + 602).mapped && look(space, THERE + 603).mapped);
    CHECK_EQ(look(space, THERE + 1024).level, 1);
}

static void tables_come_back_when_all_is_revoked(void)
{
    struct space_hst *const space = fresh_space(1024);
    const size_t before = frame_count_free();
    for (uint64_t i = 0; i < 200; i++)
        give(nova_hst, space, SOME + 3 * i + 1, THERE + 4096 * i, 0, PERM_MEM_ALL);
    CHECK(frame_count_free() < before - 200);
    give(nova_hst, space, 0, 0, 31, 0);
    CHECK_EQ(frame_count_free(), before);
    CHECK(space->arch.flushes > 0);
}

static void running_out_keeps_what_was_done(void)
{
    struct space_hst *const space = fresh_space(32);
    struct space_hst *const other = more_space();
    give(nova_hst, space, SOME + 1, THERE, 0, PERM_MEM_ALL);
    while (frame_count_free() > 4)
        CHECK(frame_alloc_reserve(0, FRAME_RAW) != nullptr);
    /* Pages, not large ones: two upper tables and then one table for every 512 pages. */
    CHECK_EQ(try_give(nova_hst, other, SOME, 0, 13, PERM_MEM_ALL, 0), SUCCESS);
    CHECK_EQ(try_give(space, other, THERE, 0, 0, PERM_MEM_ALL, 0), SUCCESS); /* splits */
    CHECK_EQ(frame_count_free(), 1);
    CHECK_EQ(try_give(space, other, THERE, 512, 0, PERM_MEM_ALL, 0), SUCCESS);
    CHECK_EQ(try_give(space, other, THERE, 1024, 0, PERM_MEM_ALL, 0), MEM_CAP);
    CHECK_EQ(frame_at(other, 1024), SOME + 1024); /* untouched */
    CHECK_EQ(try_give(space, other, GIB1, 1024, 9, PERM_MEM_ALL, 0), SUCCESS);
    CHECK(!look(other, 1024).mapped); /* emptying a whole large page needs no memory */
}

static void a_large_page_that_cannot_be_split_stays(void)
{
    struct space_hst *const space = fresh_space(256);
    void *last = nullptr;
    give(nova_hst, space, SOME, THERE, 9, PERM_MEM_ALL);
    for (void *f; (f = frame_alloc_reserve(0, FRAME_RAW)) != nullptr;)
        last = f;
    CHECK_EQ(try_give(nova_hst, space, SOME, THERE + 5, 0, 0, 0), MEM_CAP);
    CHECK_EQ(perm_at(space, THERE + 5), PERM_MEM_ALL);
    CHECK_EQ(look(space, THERE + 5).level, 1);
    frame_free(last, 0);
    give(nova_hst, space, SOME, THERE + 5, 0, 0);
    CHECK_EQ(perm_at(space, THERE + 5), 0);
}

static void emptying_never_allocates(void)
{
    struct space_hst *const space = fresh_space(64);
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    give(nova_hst, space, 0, 0, 31, 0);
    give(nova_hst, space, 5, 5, 0, 0);
}

/* The obvious: a frame number for each page, 0 for none. */
enum : uint64_t { MODEL = 4096 };

static void check_model(struct space_hst *space, const uint64_t *model)
{
    for (uint64_t i = 0; i < MODEL; i++) {
        const struct ptab_hit hit = look(space, THERE + i);
        CHECK_EQ(hit.mapped, model[i] != 0);
        if (hit.mapped)
            CHECK_EQ(frame_at(space, THERE + i), model[i]);
    }
}

static void delegation_does_what_a_loop_would(void)
{
    static uint64_t model[MODEL];
    struct space_hst *const space = fresh_space(512);
    uint32_t seed = 3;
    for (unsigned round = 0; round < 400; round++) {
        seed = seed * 1664525 + 1013904223;
        const unsigned ord = (seed >> 4) % 13;
        const uint64_t to = (seed >> 8) % MODEL & ~(bit(ord) - 1);
        const uint64_t from = (seed >> 20) % MODEL & ~(bit(ord) - 1);
        const uint8_t pmm = round % 5 == 0 ? 0 : PERM_MEM_R;
        const bool inside = round % 3 == 0;
        give(inside ? space : nova_hst, space, (inside ? THERE : SOME) + from, THERE + to, ord,
             pmm);
        for (uint64_t i = 0; i < bit(ord); i++)
            model[to + i] = pmm == 0 ? 0 : inside ? model[from + i] : SOME + from + i;
        check_model(space, model);
    }
}

static struct space_hst *broken;

/* Called when broken entries are flushed, before others are made. */
static void see_broken(struct arch_space_hst *space)
{
    CHECK(space == &broken->arch);
    for (uint64_t i = 0; i < 512; i++)
        CHECK(!look(broken, THERE + i).mapped);
}

static void a_table_of_other_frames_is_broken_once(void)
{
    struct space_hst *const space = fresh_space(256);
    give(nova_hst, space, SOME + 256, THERE, 8, PERM_MEM_ALL);
    give(nova_hst, space, SOME, THERE + 256, 8, PERM_MEM_ALL);
    for (uint64_t i = 0; i < 2; i++)
        give(nova_hst, space, SOME + 1024 + 256 * (1 - i), THERE + 512 + 256 * i, 8, PERM_MEM_ALL);
    broken = space;
    sim_on_flush = see_broken;
    uint64_t before = space->arch.flushes;
    give(space, space, THERE + 512, THERE, 9, PERM_MEM_ALL); /* small pages from small pages */
    CHECK_EQ(space->arch.flushes - before, 1);
    sim_on_flush = nullptr;
    for (uint64_t i = 0; i < 512; i++)
        CHECK_EQ(frame_at(space, THERE + i), SOME + 1024 + (i + 256) % 512);
    before = space->arch.flushes;
    give(nova_hst, space, SOME + 256, THERE, 8, PERM_MEM_ALL); /* small pages from a run */
    CHECK_EQ(space->arch.flushes - before, 1);
}

static void dropping_a_large_subtree_is_sliced(void)
{
    struct space_hst *const space = fresh_space(2048);
    const size_t before = frame_count_free();
    enum : uint64_t { TABLES = 1200 };
    for (uint64_t i = 0; i < TABLES;
         i++) /* in 3 tables of tables; their first entries in use too */
        give(nova_hst, space, SOME + 1, i * 512, 0, PERM_MEM_ALL);
    CHECK_EQ(before - frame_count_free(), TABLES + 3 + 1);
    struct hst_delegation d = {.src = nova_hst, .dst = space, .size = bit(27)};
    unsigned slices = 0;
    for (size_t free = frame_count_free(); !d.is_finished; slices++) {
        CHECK_EQ(space_hst_delegate(&d), SUCCESS);
        CHECK_EQ(d.done, bit(27)); /* the first slice revokes everything */
        CHECK(!look(space, 0).mapped && !look(space, (TABLES - 1) * 512).mapped);
        CHECK(frame_count_free() - free <= 64);
        free = frame_count_free();
    }
    CHECK(slices > 10);
    CHECK_EQ(frame_count_free(), before);
}

static void what_one_call_leaves_the_next_gives_back(void)
{
    struct space_hst *const space = fresh_space(1024);
    const size_t before = frame_count_free();
    for (uint64_t i = 0; i < 300; i++)
        give(nova_hst, space, SOME + 1, i * 512, 0, PERM_MEM_ALL);
    struct hst_delegation d = {.src = nova_hst, .dst = space, .size = bit(27)};
    CHECK_EQ(space_hst_delegate(&d), SUCCESS);
    CHECK(!d.is_finished); /* and its caller never comes back */
    give(nova_hst, space, 0, GIB1 * 600, 0, 0);
    CHECK_EQ(frame_count_free(), before);
}

static void all_memory_comes_back(void)
{
    fresh_space(2048);
    const size_t before = frame_count_free();
    struct pd *const child = testing_pd(pd);
    struct space_hst *const space = space_hst_create(child, KOBJ_SPC_HST);
    struct space_bit *const ports = space_bit_create(child, KOBJ_SPC_PIO);
    CHECK(pd_link(&child->host, &space->obj));
    space->ports = &ports->obj;
    void *const owned = frame_alloc(0, FRAME_ZERO);
    for (uint64_t i = 0; i < 700; i++)
        give(nova_hst, space, SOME + i, GIB1 * 3 * (i % 7) + 512 * i, 0, PERM_MEM_ALL);
    give(nova_hst, space, SOME, GIB1 * 1024, 18, PERM_MEM_ALL);
    CHECK_EQ(space_hst_map_owned(space, uaddr((GIB1 * 2048) << PAGE_BITS), virt_to_phys(owned),
                                 PERM_MEM_R),
             SUCCESS);
    kobject_put(&child->obj);
    kobject_put(&space->obj);
    CHECK(testing_reap() > 10);
    frame_free(owned, 0); /* it was left alone: else this panics */
    CHECK_EQ(frame_count_free(), before);
}

static void owned_pages_are_unmapped_where_they_still_are(void)
{
    struct space_hst *const space = fresh_space(256);
    const uaddr_t at = uaddr(THERE << PAGE_BITS);
    const paddr_t page = paddr(SOME << PAGE_BITS), other = paddr((SOME + 1) << PAGE_BITS);
    CHECK_EQ(space_hst_map_owned(space, at, page, PERM_MEM_R), SUCCESS);
    const uint64_t before = space->arch.flushes;
    space_hst_unmap_owned(space, at, page);
    CHECK(!look(space, THERE).mapped);
    CHECK_EQ(space->arch.flushes - before, 1);

    CHECK_EQ(space_hst_map_owned(space, at, other, PERM_MEM_R), SUCCESS);
    space_hst_unmap_owned(space, at, page); /* another of the kernel's own */
    CHECK_EQ(frame_at(space, THERE), SOME + 1);
    give(nova_hst, space, SOME, THERE, 0, PERM_MEM_R);
    space_hst_unmap_owned(space, at, page); /* the same frame, but the user's */
    CHECK_EQ(frame_at(space, THERE), SOME);
    give(nova_hst, space, SOME, THERE, 9, PERM_MEM_R);
    space_hst_unmap_owned(space, at, page); /* a large page by now */
    CHECK_EQ(look(space, THERE).level, 1);
    space_hst_unmap_owned(space, uaddr(0), page); /* no table at all */
}

static void guest_spaces_take_what_host_spaces_have(void)
{
    struct space_hst *const space = fresh_space(256);
    struct space_hst *const guest = space_hst_create(pd, KOBJ_SPC_GST);
    give(nova_hst, space, SOME, THERE, 9, PERM_MEM_ALL);
    give(space, guest, THERE, 512, 9, PERM_MEM_R | PERM_MEM_XS);
    CHECK_EQ(look(guest, 512).level, 1);
    CHECK_EQ(perm_at(guest, 600), PERM_MEM_R | PERM_MEM_XS);
    kobject_put(&guest->obj);
    testing_reap();
}

static void each_failed_allocation_leaves_a_prefix(void)
{
    struct space_hst *const space = fresh_space(256);
    for (uint64_t i = 0; i < 4; i++) /* pages that need a table each, in two tables of tables */
        give(nova_hst, space, SOME + 1 + i, THERE + GIB1 - 1024 + 512 * i, 0, PERM_MEM_ALL);
    static void *taken[256];
    status_t status = MEM_CAP;
    for (size_t left = 0; status == MEM_CAP; left++) {
        struct space_hst *const other = more_space();
        unsigned count = 0;
        while (frame_count_free() > left)
            taken[count++] = frame_alloc_reserve(0, FRAME_RAW);
        status =
            try_give(space, other, THERE + GIB1 - 2048, GIB1 * 513 - 2048, 11, PERM_MEM_ALL, 0);
        if (status == SUCCESS)
            status = try_give(space, other, THERE + GIB1, GIB1 * 513, 10, PERM_MEM_ALL, 0);
        unsigned there = 0;
        while (there < 4 && look(other, GIB1 * 513 - 1024 + 512 * there).mapped)
            there++;
        for (unsigned i = there; i < 4; i++)
            CHECK(!look(other, GIB1 * 513 - 1024 + 512 * i).mapped);
        CHECK_EQ(status == SUCCESS, there == 4);
        kobject_put(&other->obj);
        testing_reap();
        while (count > 0)
            frame_free(taken[--count], 0);
        CHECK(left < 16);
    }
    CHECK_EQ(status, SUCCESS);
}

static uint32_t mad_at(struct space_hst *space, uint64_t page)
{
    const struct ptab_hit hit = look(space, page);
    CHECK(hit.mapped);
    return arch_host_attr(hit.pte, hit.level).mad;
}

/* From the NOVA space they are what the caller says, from others what they were: large, split, and small. */
static void attributes_are_set_once_and_inherited(void)
{
    enum : uint32_t { SET = 3, IGNORED = 1, OTHERWISE = 2 };
    struct space_hst *const space = fresh_space(64), *const other = more_space();
    CHECK_EQ(try_give(nova_hst, space, SOME, THERE, 18, PERM_MEM_ALL, SET), SUCCESS);
    CHECK_EQ(mad_at(space, THERE + 5), SET);
    CHECK_EQ(try_give(space, other, THERE + 512, 1024, 9, PERM_MEM_R, IGNORED), SUCCESS);
    CHECK_EQ(mad_at(other, 1024 + 7), SET);
    CHECK_EQ(try_give(space, other, THERE + 3, 0, 0, PERM_MEM_R, IGNORED), SUCCESS);
    CHECK_EQ(mad_at(other, 0), SET);
    CHECK_EQ(try_give(other, space, 0, THERE + 9, 0, PERM_MEM_R, IGNORED), SUCCESS);
    CHECK_EQ(mad_at(space, THERE + 9), SET);
    CHECK_EQ(mad_at(space, THERE + 10), SET);
    CHECK_EQ(try_give(nova_hst, space, SOME + 9, THERE + 9, 0, PERM_MEM_ALL, OTHERWISE), SUCCESS);
    CHECK_EQ(mad_at(space, THERE + 9), OTHERWISE);
    CHECK_EQ(mad_at(space, THERE + 10), SET);
}

int main(void)
{
    SIM_RUN(large_pages_are_used_where_alignment_allows);
    SIM_RUN(revoking_one_page_splits_and_keeps_the_rest);
    SIM_RUN(permissions_only_shrink);
    SIM_RUN(no_permission_is_kept_that_the_mask_leaves_out);
    SIM_RUN(delegation_goes_either_way_between_two_spaces);
    SIM_RUN(entries_are_broken_only_when_more_than_permissions_change);
    SIM_RUN(holes_are_copied_as_holes);
    SIM_RUN(owned_pages_read_as_nothing);
    SIM_RUN(protected_frames_are_left_out);
    SIM_RUN(tables_come_back_when_all_is_revoked);
    SIM_RUN(running_out_keeps_what_was_done);
    SIM_RUN(a_large_page_that_cannot_be_split_stays);
    SIM_RUN(emptying_never_allocates);
    SIM_RUN(delegation_does_what_a_loop_would);
    SIM_RUN(a_table_of_other_frames_is_broken_once);
    SIM_RUN(dropping_a_large_subtree_is_sliced);
    SIM_RUN(what_one_call_leaves_the_next_gives_back);
    SIM_RUN(all_memory_comes_back);
    SIM_RUN(owned_pages_are_unmapped_where_they_still_are);
    SIM_RUN(guest_spaces_take_what_host_spaces_have);
    SIM_RUN(each_failed_allocation_leaves_a_prefix);
    SIM_RUN(attributes_are_set_once_and_inherited);
}
