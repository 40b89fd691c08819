/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/nova.h"

#include <string.h>

#include "arch/inline.h"
#include "arch/sim/sim.h"
#include "kernel/base/bits.h"
#include "kernel/mm/frame.h"

enum : uint64_t { FRAMES = 4096 };

/* Protect at random and compare with one byte per frame. */
static void extents_agree_with_a_byte_per_frame(void)
{
    static uint8_t model[FRAMES];
    sim_start(64);
    nova_init();
    memset(model, 0, sizeof model);
    uint32_t seed = 3;
    for (unsigned round = 0; round < 300; round++) {
        seed = seed * 1664525 + 1013904223;
        const uint64_t base = (seed >> 8) % (FRAMES * PAGE_SIZE - 0x20000);
        const uint64_t size = (seed >> 4) % 0x8000;
        nova_protect("test", paddr(base), size);
        for (uint64_t at = base; at < base + size; at++)
            model[at >> PAGE_BITS] = 1;
        if (round % 20 != 0)
            continue;
        for (uint64_t pfn = 0; pfn < FRAMES;) {
            bool delegable;
            const uint64_t n = nova_extent(pfn, FRAMES - pfn, &delegable);
            CHECK(n > 0 && n <= FRAMES - pfn);
            for (uint64_t i = 0; i < n; i++)
                CHECK_EQ(model[pfn + i], !delegable);
            pfn += n;
        }
    }
}

static void the_limit_bounds_an_extent(void)
{
    bool delegable;
    CHECK_EQ(nova_extent(FRAMES * 10, 77, &delegable), 77);
    CHECK(delegable);
}

/* Bits that no physical address has count as frames like all others. */
static void the_end_of_a_range_does_not_wrap(void)
{
    static const uint64_t sizes[] = {1, PAGE_SIZE, PAGE_SIZE + 1, UINT64_MAX};
    const uint64_t last = UINT64_MAX >> PAGE_BITS;
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        bool delegable;
        nova_protect("test", paddr(UINT64_MAX - i * PAGE_SIZE), sizes[i]);
        CHECK_EQ(nova_extent(last - i, UINT64_MAX, &delegable), i + 1);
        CHECK(!delegable);
        CHECK_EQ(nova_extent(last - i - 1, UINT64_MAX, &delegable), 1);
        CHECK(delegable);
        CHECK_EQ(nova_extent(FRAMES * 10, 77, &delegable), 77);
        CHECK(delegable);
    }
}

static void protect_too_much([[maybe_unused]] void *arg)
{
    for (uint64_t i = 0; i <= NOVA_PROTECTED_MAX; i++)
        nova_protect("test", paddr((FRAMES + 2 * i) << PAGE_BITS), 1);
}

static void too_many_ranges_are_noticed(void)
{
    CHECK(sim_panics(protect_too_much, nullptr) != nullptr);
}

static void protect_one_too_many([[maybe_unused]] void *arg)
{
    nova_protect("test", paddr(2 * NOVA_PROTECTED_MAX * PAGE_SIZE), 1);
}

static void there_is_room_for_so_many_ranges(void)
{
    sim_start(64);
    for (uint64_t i = 0; i < NOVA_PROTECTED_MAX; i++)
        nova_protect("test", paddr(2 * i * PAGE_SIZE), 1);
    const char *const why = sim_panics(protect_one_too_many, nullptr);
    CHECK(why != nullptr && strstr(why, "raise NOVA_PROTECTED_MAX") != nullptr);
    nova_protect("test", paddr(0), 2 * NOVA_PROTECTED_MAX * PAGE_SIZE); /* all in one */
    protect_one_too_many(nullptr);
}

static void size_0_protects_nothing(void)
{
    bool delegable;
    nova_protect("test", paddr(5 * PAGE_SIZE), 0);
    CHECK_EQ(nova_extent(0, 10, &delegable), 10);
    CHECK(delegable);
}

/* Physical addresses are shorter than virtual ones here; the space has a slot for each of the latter. */
static void what_no_physical_address_reaches_is_protected(void)
{
    const uint64_t first = bit(arch_phys_bits() - PAGE_BITS);
    bool delegable;
    sim_start(64);
    nova_init();
    CHECK_EQ(nova_extent(first - 1, UINT64_MAX, &delegable), 1);
    CHECK(delegable);
    CHECK_EQ(nova_extent(first, UINT64_MAX, &delegable), bit(arch_hva_bits() - PAGE_BITS) - first);
    CHECK(!delegable);
}

static void init([[maybe_unused]] void *arg)
{
    nova_init();
}

/* Wherever memory ends, somebody says so. */
static void the_spaces_need_memory(void)
{
    static void *taken[256];
    sim_start(ARRAY_SIZE(taken));
    for (size_t left = 0;; left++) {
        size_t count = 0;
        while (frame_count_free() > left)
            taken[count++] = frame_alloc_reserve(0, FRAME_RAW);
        const char *const why = sim_panics(init, nullptr);
        while (count > 0)
            frame_free(taken[--count], 0);
        if (why == nullptr)
            break;
        CHECK(strstr(why, "no memory for the NOVA spaces") != nullptr);
        CHECK(left < 16);
    }
    CHECK(nova_hst->is_nova);
}

int main(void)
{
    SIM_RUN(there_is_room_for_so_many_ranges);
    SIM_RUN(size_0_protects_nothing);
    SIM_RUN(the_spaces_need_memory);
    SIM_RUN(what_no_physical_address_reaches_is_protected);
    SIM_RUN(extents_agree_with_a_byte_per_frame);
    SIM_RUN(the_limit_bounds_an_extent);
    SIM_RUN(the_end_of_a_range_does_not_wrap);
    SIM_RUN(too_many_ranges_are_noticed);
}
