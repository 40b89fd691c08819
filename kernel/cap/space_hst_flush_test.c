/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host spaces where entries need not be broken (SIM_BREAK_BITS=0, as on x86_64) and a flush may wait for
 * other CPUs: what happens between a change and its flush.
 */

#include "arch/sim/sim.h"
#include "arch/sim/spaces.h"
#include "kernel/abi/perm.h"
#include "kernel/cap/nova.h"
#include "kernel/cap/testing/objects.h"

static_assert(ARCH_PTAB_HOST.break_bits == 0);

enum : uint64_t { SOME = UINT64_C(5) << 18, THERE = UINT64_C(7) << 18 }; /* pages */

static struct space_hst *space;
static uint64_t flushes_of_other; /* before it returned */

static void start(void)
{
    sim_start(256);
    nova_init();
    space = space_hst_create(testing_pd(nullptr), KOBJ_SPC_HST);
    CHECK(space != nullptr);
}

static void give(uint64_t ssb, uint64_t dsb, uint8_t pmm)
{
    struct hst_delegation d = {
        .src = nova_hst, .dst = space, .ssb = ssb, .dsb = dsb, .size = 1, .pmm = pmm};
    while (!d.is_finished)
        CHECK_EQ(space_hst_delegate(&d), SUCCESS);
}

/* Another CPU delegates while the first has changed the tables but not flushed yet. */
static void give_meanwhile([[maybe_unused]] struct arch_space_hst *arch)
{
    sim_on_flush = nullptr;
    const uint64_t before = space->arch.flushes;
    give(SOME + 2, THERE, PERM_MEM_R); /* would wait for ever if the lock were held */
    flushes_of_other = space->arch.flushes - before;
}

static void who_comes_between_flushes_for_the_other(void)
{
    start();
    give(SOME + 1, THERE, PERM_MEM_R);
    sim_on_flush = give_meanwhile;
    give(0, THERE, 0);
    CHECK_EQ(flushes_of_other, 1);
}

static void what_was_absent_needs_no_flush(void)
{
    start();
    give(SOME + 1, THERE, PERM_MEM_R);
    CHECK_EQ(space->arch.flushes, 0);
    give(SOME + 1, THERE, PERM_MEM_R | PERM_MEM_W);
    CHECK_EQ(space->arch.flushes, 1);
    give(SOME + 1, THERE + 1, PERM_MEM_R);
    CHECK_EQ(space->arch.flushes, 1);
    give(SOME + 2, THERE, PERM_MEM_R);
    CHECK_EQ(space->arch.flushes, 2);
}

static size_t free_at_flush;

static void see_retired([[maybe_unused]] struct arch_space_hst *arch)
{
    free_at_flush = frame_count_free();
}

static void tables_are_given_back_after_the_flush(void)
{
    start();
    const size_t before = frame_count_free();
    give(SOME + 1, THERE, PERM_MEM_R);
    const size_t with_tables = frame_count_free();
    sim_on_flush = see_retired;
    struct hst_delegation d = {.src = nova_hst, .dst = space, .size = UINT64_C(1) << 31};
    while (!d.is_finished)
        CHECK_EQ(space_hst_delegate(&d), SUCCESS);
    CHECK_EQ(free_at_flush, with_tables);
    CHECK_EQ(frame_count_free(), before);
}

int main(void)
{
    SIM_RUN(who_comes_between_flushes_for_the_other);
    SIM_RUN(what_was_absent_needs_no_flush);
    SIM_RUN(tables_are_given_back_after_the_flush);
}
