/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/mm/frame.h"

#include <string.h>

#include "arch/sim/sim.h"
#include "kernel/base/bits.h"

static void all_pages_come_back(void)
{
    sim_start(1024);
    const size_t before = frame_count_free();
    CHECK_EQ(before, frame_count_total());
    CHECK_EQ(before, 1024 - 1); /* one page holds the map */

    static void *pages[1024];
    size_t count = 0;
    while ((pages[count] = frame_alloc_reserve(0, FRAME_RAW)) != nullptr)
        count++;
    CHECK_EQ(count, before);
    CHECK_EQ(frame_count_free(), 0);
    for (size_t i = 0; i < count; i++)
        frame_free(pages[i * 7 % count], 0); /* 7 and 1023 are coprime: each page once */
    CHECK_EQ(frame_count_free(), before);
    CHECK(frame_alloc(9, FRAME_RAW) != nullptr); /* joined again into large blocks */
}

static void the_reserve_is_left_alone(void)
{
    sim_start(1024);
    const size_t reserve = frame_count_reserve();
    CHECK_EQ(reserve, 1023 / FRAME_RESERVE_SHARE);
    while (frame_alloc(0, FRAME_RAW) != nullptr)
        continue;
    CHECK_EQ(frame_count_free(), reserve);
    size_t count = 0;
    while (frame_alloc_reserve(0, FRAME_ZERO) != nullptr)
        count++;
    CHECK_EQ(count, reserve);
}

static void a_large_block_does_not_eat_into_the_reserve(void)
{
    sim_start(1024);
    while (frame_count_free() > frame_count_reserve() + 7)
        CHECK(frame_alloc(0, FRAME_RAW) != nullptr);
    CHECK(frame_alloc(3, FRAME_RAW) == nullptr);
    CHECK(frame_alloc(2, FRAME_RAW) != nullptr);
    CHECK(frame_alloc(2, FRAME_RAW) == nullptr);
}

static void blocks_are_aligned_and_disjoint(void)
{
    sim_start(SIM_POOL_PAGES);
    static uint8_t taken[SIM_POOL_PAGES];
    memset(taken, 0, sizeof taken);
    uint32_t seed = 1;
    for (;;) {
        seed = seed * 1103515245 + 12345;
        const unsigned order = seed >> 16 & 7;
        char *const block = frame_alloc(order, FRAME_RAW);
        if (block == nullptr)
            break;
        CHECK(is_aligned((uintptr_t)block, PAGE_SIZE << order));
        const size_t first = (size_t)(block - (char *)sim_pool()) / PAGE_SIZE;
        for (size_t i = 0; i < bit(order); i++) {
            CHECK(first + i < SIM_POOL_PAGES && !taken[first + i]);
            taken[first + i] = 1;
        }
    }
}

/* A stamp at the start of each page of a block tells whose it is. */
static void stamp(char *block, unsigned order, int owner)
{
    for (size_t i = 0; i < bit(order); i++)
        memset(block + i * PAGE_SIZE, owner, 64);
}

static void check_stamp(const char *block, unsigned order, int owner)
{
    for (size_t i = 0; i < bit(order); i++)
        CHECK(block[i * PAGE_SIZE] == owner && block[i * PAGE_SIZE + 63] == owner);
}

static void random_use_loses_nothing(void)
{
    sim_start(2048);
    const size_t before = frame_count_free();
    static struct {
        void *block;
        unsigned order;
    } held[64];
    memset(held, 0, sizeof held);
    uint32_t seed = 42;
    for (unsigned step = 0; step < 100'000; step++) {
        seed = seed * 1664525 + 1013904223;
        const unsigned slot = seed >> 8 & 63;
        if (held[slot].block != nullptr) {
            check_stamp(held[slot].block, held[slot].order, (int)slot);
            frame_free(held[slot].block, held[slot].order);
            held[slot].block = nullptr;
            continue;
        }
        held[slot].order = seed >> 20 & 7;
        held[slot].block = frame_alloc(held[slot].order, FRAME_RAW);
        if (held[slot].block != nullptr)
            stamp(held[slot].block, held[slot].order, (int)slot);
    }
    for (unsigned slot = 0; slot < 64; slot++)
        if (held[slot].block != nullptr) {
            check_stamp(held[slot].block, held[slot].order, (int)slot);
            frame_free(held[slot].block, held[slot].order);
        }
    CHECK_EQ(frame_count_free(), before);
}

static void zeroed_means_zeroed(void)
{
    sim_start(64);
    const char *const block = frame_alloc(3, FRAME_ZERO);
    for (size_t i = 0; i < PAGE_SIZE << 3; i++)
        CHECK_EQ(block[i], 0);
}

static void too_large_is_refused(void)
{
    sim_start(64);
    CHECK(frame_alloc(6, FRAME_RAW) == nullptr);
    CHECK(frame_alloc(FRAME_ORDER_MAX + 1, FRAME_RAW) == nullptr);
    CHECK(frame_alloc(1000, FRAME_RAW) == nullptr);
}

static void free_twice(void *block)
{
    frame_free(block, 0);
    frame_free(block, 0);
}

static void free_other_order(void *block)
{
    frame_free(block, 1);
}

static void free_inside(void *block)
{
    frame_free((char *)block + 8, 0);
}

static void wrong_frees_are_noticed(void)
{
    sim_start(64);
    CHECK(sim_panics(free_twice, frame_alloc(0, FRAME_RAW)) != nullptr);
    CHECK(sim_panics(free_other_order, frame_alloc(0, FRAME_RAW)) != nullptr);
    CHECK(sim_panics(free_inside, frame_alloc(0, FRAME_RAW)) != nullptr);
}

static void extension_adds_its_pages(void)
{
    sim_start(1000);
    void *const held = frame_alloc(4, FRAME_RAW);
    const size_t before = frame_count_free();
    frame_extend((char *)sim_pool() + 3000 * PAGE_SIZE);
    /* One page for the new map is taken from the addition; the old map's page is given back. */
    CHECK_EQ(frame_count_free(), before + 2000 - 1 + 1);
    CHECK_EQ(frame_count_total(), 3000 - 1);
    frame_free(held, 4);
    CHECK_EQ(frame_count_free(), frame_count_total());
    CHECK(frame_alloc(10, FRAME_RAW) != nullptr);
}

int main(void)
{
    SIM_RUN(all_pages_come_back);
    SIM_RUN(the_reserve_is_left_alone);
    SIM_RUN(a_large_block_does_not_eat_into_the_reserve);
    SIM_RUN(blocks_are_aligned_and_disjoint);
    SIM_RUN(random_use_loses_nothing);
    SIM_RUN(zeroed_means_zeroed);
    SIM_RUN(too_large_is_refused);
    SIM_RUN(wrong_frees_are_noticed);
    SIM_RUN(extension_adds_its_pages);
}
