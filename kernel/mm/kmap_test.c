/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/mm/kmap.h"

#include "arch/contract/space.h"
#include "arch/inline.h"
#include "arch/sim/sim.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/ptab.h"

/* The CPU's side: a table, and what was to be forgotten. */
alignas(PAGE_SIZE) static uint64_t root[PTAB_ENTRIES];
static uintptr_t flushed_at;
static uint64_t flushed_size;
static unsigned flushes;

uint64_t *arch_kernel_root(void)
{
    return root;
}

void arch_kernel_flush(uintptr_t va, uint64_t size)
{
    flushed_at = va;
    flushed_size = size;
    flushes++;
}

enum : uint64_t { LARGE = 2 * MIB, SOME = 0x1'2340'0000 };

/* What `p`, which nobody may follow here, is mapped to. */
static struct ptab_hit look(const volatile void *p)
{
    return ptab_lookup(&ARCH_PTAB_KERNEL, root, (uintptr_t)p);
}

static uint64_t phys_at(const volatile void *p)
{
    const struct ptab_hit hit = look(p);
    CHECK(hit.mapped);
    return ptab_address(&ARCH_PTAB_KERNEL, hit.pte, hit.level).raw +
           ((uintptr_t)p & low_bits(ptab_shift(hit.level)));
}

static bool is_of_kind(const volatile void *p, enum kmap_kind kind)
{
    const struct ptab_hit hit = look(p);
    return hit.mapped && (hit.pte & ~ARCH_PTAB_KERNEL.addr_mask) ==
                             (arch_kernel_leaf(kind, hit.level) & ~ARCH_PTAB_KERNEL.addr_mask);
}

static void the_window_shows_what_was_asked_for(void)
{
    sim_start(64);
    const char *const p = kmap_window(paddr(SOME + 0x1234), 100);
    CHECK_EQ(phys_at(p), SOME + 0x1234);
    CHECK_EQ(phys_at(p + 99), SOME + 0x1234 + 99);
    CHECK(is_of_kind(p, KMAP_READ));
}

static void the_window_reaches_over_the_edge_of_a_large_page(void)
{
    sim_start(64);
    const char *const p = kmap_window(paddr(SOME + LARGE - 1), 2);
    CHECK_EQ(phys_at(p), SOME + LARGE - 1);
    CHECK_EQ(phys_at(p + 1), SOME + LARGE);
    CHECK(!look(p + 1 + LARGE).mapped);
}

static void what_the_window_shows_already_costs_nothing(void)
{
    sim_start(64);
    const char *const p = kmap_window(paddr(SOME), 16);
    CHECK(kmap_window(paddr(SOME + LARGE - 1), 1) == p + LARGE - 1);
    CHECK_EQ(flushes, 0);
}

static void nothing_of_the_old_window_is_left(void)
{
    sim_start(64);
    const char *const p = kmap_window(paddr(SOME), 3 * LARGE);
    CHECK(look(p + 2 * LARGE).mapped);
    const char *const q = kmap_window(paddr(SOME - LARGE), 1);
    CHECK_EQ(flushes, 1);
    CHECK_EQ(flushed_at, (uintptr_t)p);
    CHECK_EQ(flushed_size, 3 * LARGE);
    CHECK_EQ(phys_at(q), SOME - LARGE);
    CHECK(!look(p + LARGE).mapped && !look(p + 2 * LARGE).mapped);
    CHECK_EQ(phys_at(kmap_window(paddr(SOME), 1)), SOME);
    CHECK_EQ(flushes, 2);
}

static void the_window_refuses_what_is_no_memory_or_too_much(void)
{
    const uint64_t end = bit(arch_phys_bits());
    sim_start(64);
    CHECK(kmap_window(paddr(SOME), 0) == nullptr);
    CHECK(kmap_window(paddr(SOME), KMAP_WINDOW_SIZE - LARGE + 1) == nullptr);
    CHECK(kmap_window(paddr(SOME + 1), KMAP_WINDOW_SIZE - LARGE) != nullptr);
    CHECK(kmap_window(paddr(end - 1), 1) != nullptr);
    CHECK(kmap_window(paddr(end - 1), 2) == nullptr);
    CHECK(kmap_window(paddr(UINT64_MAX), 1) == nullptr);
    CHECK(kmap_window(paddr(UINT64_MAX - 1), 4) == nullptr);
}

static void a_window_without_memory_for_tables_is_none_and_harms_nothing(void)
{
    sim_start(64);
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    CHECK(kmap_window(paddr(SOME), 1) == nullptr);
    CHECK(kmap_window(paddr(SOME), 1) == nullptr); /* not taken for shown */
    CHECK_EQ(flushes, 0);
}

static void registers_are_mapped_for_good_each_time_anew(void)
{
    sim_start(64);
    volatile char *const a = kmap_device(paddr(SOME + 0xffc), 8); /* two pages */
    volatile char *const b = kmap_device(paddr(SOME), 4);
    CHECK_EQ(phys_at(a), SOME + 0xffc);
    CHECK_EQ(phys_at(a + 4), SOME + 0x1000);
    CHECK(is_of_kind(a, KMAP_REGISTERS) && is_of_kind(a + 4, KMAP_REGISTERS));
    CHECK_EQ(phys_at(b), SOME);
    CHECK_EQ((uintptr_t)b - ((uintptr_t)a - 0xffc), 2 * PAGE_SIZE);
    CHECK_EQ(phys_at(a), SOME + 0xffc);
    CHECK_EQ(flushes, 0);
}

static void registers_that_are_no_memory_are_refused(void)
{
    const uint64_t end = bit(arch_phys_bits());
    sim_start(64);
    CHECK(kmap_device(paddr(SOME), 0) == nullptr);
    CHECK(kmap_device(paddr(end - 4), 8) == nullptr);
    CHECK(kmap_device(paddr(UINT64_MAX - 3), 8) == nullptr);
    CHECK(kmap_device(paddr(end - 4), 4) != nullptr);
}

static void room_for_registers_ends(void)
{
    sim_start(1024);
    CHECK(kmap_device(paddr(0), GIB + 1) == nullptr);
    CHECK(kmap_device(paddr(0), GIB - PAGE_SIZE) != nullptr);
    CHECK(kmap_device(paddr(0xfff), 2) == nullptr); /* two pages */
    CHECK(kmap_device(paddr(0), PAGE_SIZE) != nullptr);
    CHECK(kmap_device(paddr(0), 1) == nullptr);
}

static void registers_need_memory_for_tables(void)
{
    sim_start(64);
    while (frame_alloc(0, FRAME_RAW) != nullptr)
        continue;
    CHECK(kmap_device(paddr(SOME), 1) == nullptr);
}

static void a_stack_is_fresh_memory_above_a_page_that_is_not_there(void)
{
    sim_start(64);
    const size_t before = frame_count_free();
    char *const a = kmap_stack(1), *const b = kmap_stack(0);
    CHECK(is_of_kind(a - 1, KMAP_WRITE) && is_of_kind(a - 2 * PAGE_SIZE, KMAP_WRITE));
    CHECK(!look(a - 2 * PAGE_SIZE - 1).mapped);
    CHECK(!look(a).mapped); /* below the next one */
    CHECK_EQ((uintptr_t)b - (uintptr_t)a, 2 * PAGE_SIZE);
    CHECK(phys_at(a - 1) != phys_at(b - 1));
    const char *const bytes = phys_to_virt(paddr(phys_at(a - 2 * PAGE_SIZE)));
    for (uint64_t i = 0; i < 2 * PAGE_SIZE; i++)
        CHECK_EQ(bytes[i], 0);
    CHECK_EQ(before - frame_count_free(), 3 + 3); /* stacks, tables */
}

static void a_stack_needs_memory_for_itself_and_for_tables(void)
{
    sim_start(64);
    void *last = nullptr, *before = nullptr;
    for (void *f; (f = frame_alloc(0, FRAME_RAW)) != nullptr; last = f)
        before = last;
    CHECK(kmap_stack(0) == nullptr);
    frame_free(last, 0);
    CHECK(kmap_stack(0) == nullptr);
    frame_free(before, 0);
    CHECK(kmap_stack(5) == nullptr);
}

static void room_for_stacks_ends(void)
{
    sim_start(SIM_POOL_PAGES);
    CHECK(kmap_stack(18) == nullptr); /* 1 GiB: no room for the guard page */
}

int main(void)
{
    SIM_RUN(the_window_shows_what_was_asked_for);
    SIM_RUN(the_window_reaches_over_the_edge_of_a_large_page);
    SIM_RUN(what_the_window_shows_already_costs_nothing);
    SIM_RUN(nothing_of_the_old_window_is_left);
    SIM_RUN(the_window_refuses_what_is_no_memory_or_too_much);
    SIM_RUN(a_window_without_memory_for_tables_is_none_and_harms_nothing);
    SIM_RUN(registers_are_mapped_for_good_each_time_anew);
    SIM_RUN(registers_that_are_no_memory_are_refused);
    SIM_RUN(room_for_registers_ends);
    SIM_RUN(registers_need_memory_for_tables);
    SIM_RUN(a_stack_is_fresh_memory_above_a_page_that_is_not_there);
    SIM_RUN(a_stack_needs_memory_for_itself_and_for_tables);
    SIM_RUN(room_for_stacks_ends);
}
