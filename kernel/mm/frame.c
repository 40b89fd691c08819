/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Binary buddy. Free blocks are linked through their own first bytes; besides that there is one byte
 * per page, which says what begins there:
 *
 *     FREE | order    a free block          USED | order    an allocated block
 *     INNER           the inside of either, or not ours
 */

#include "kernel/mm/frame.h"

#include "kernel/base/bits.h"
#include "kernel/base/list.h"
#include "kernel/base/panic.h"
#include "kernel/sync/spinlock.h"

enum : uint8_t { FREE = 0x80, USED = 0x40, INNER = 0xff };
static_assert(FRAME_ORDER_MAX < USED, "an order fits below the marks");

static struct {
    struct spinlock lock;
    uint32_t occupied GUARDED_BY(&lock); /* bit n: free[n] is not empty */
    struct list free[FRAME_ORDER_MAX + 1] GUARDED_BY(&lock);
    uint8_t *map GUARDED_BY(&lock); /* byte of page frame `base` + i at map[i] */
    uint64_t base GUARDED_BY(&lock), count GUARDED_BY(&lock);
    size_t pages_free GUARDED_BY(&lock), pages_total GUARDED_BY(&lock);
    size_t pages_reserve GUARDED_BY(&lock);
} pool;

uint64_t kernel_phys;

static uint64_t pfn_of(const void *frame)
{
    return virt_to_phys(frame).raw >> PAGE_BITS;
}

static struct list *block_of(uint64_t pfn)
{
    return phys_to_virt(paddr(pfn << PAGE_BITS));
}

static void block_push(uint64_t pfn, unsigned order) REQUIRES(&pool.lock)
{
    pool.map[pfn - pool.base] = (uint8_t)(FREE | order);
    list_add(block_of(pfn), &pool.free[order]);
    pool.occupied |= 1u << order;
}

static void block_take(uint64_t pfn, unsigned order) REQUIRES(&pool.lock)
{
    pool.map[pfn - pool.base] = INNER;
    list_del(block_of(pfn));
    if (list_is_empty(&pool.free[order]))
        pool.occupied &= ~(1u << order);
}

/* Free a block, joined with its buddy as long as that is free too. */
static void block_join(uint64_t pfn, unsigned order) REQUIRES(&pool.lock)
{
    pool.pages_free += bit(order);
    for (; order < FRAME_ORDER_MAX; order++) {
        const uint64_t buddy = pfn ^ bit(order);
        if (buddy < pool.base || buddy - pool.base >= pool.count ||
            pool.map[buddy - pool.base] != (FREE | order))
            break;
        pool.map[pfn - pool.base] = INNER;
        block_take(buddy, order);
        pfn &= ~bit(order);
    }
    block_push(pfn, order);
}

/* Free the pages [pfn, end) in the largest aligned blocks. */
COLD static void range_free(uint64_t pfn, uint64_t end) REQUIRES(&pool.lock)
{
    pool.pages_total += end - pfn;
    while (pfn < end) {
        unsigned order = bit_highest(end - pfn);
        if (pfn != 0 && bit_lowest(pfn) < order)
            order = bit_lowest(pfn);
        if (order > FRAME_ORDER_MAX)
            order = FRAME_ORDER_MAX;
        block_join(pfn, order);
        pfn += bit(order);
    }
}

COLD static void reserve_set(void) REQUIRES(&pool.lock)
{
    pool.pages_reserve = min_u64(pool.pages_total / FRAME_RESERVE_SHARE, FRAME_RESERVE_MAX);
}

static uint64_t map_pages(uint64_t count)
{
    return align_up(count, PAGE_SIZE) >> PAGE_BITS;
}

COLD void frame_init(void *start, void *end)
{
    SPIN_GUARD(&pool.lock);
    for (unsigned order = 0; order <= FRAME_ORDER_MAX; order++)
        list_init(&pool.free[order]);
    pool.map = start;
    pool.base = pfn_of(start);
    pool.count = pfn_of(end) - pool.base;
    __builtin_memset(pool.map, INNER, pool.count);
    range_free(pool.base + map_pages(pool.count), pool.base + pool.count);
    reserve_set();
}

COLD void frame_extend(void *end)
{
    SPIN_GUARD(&pool.lock);
    const uint64_t old_count = pool.count;
    uint8_t *const old_map = pool.map;
    uint8_t *const map = phys_to_virt(paddr((pool.base + old_count) << PAGE_BITS));
    const uint64_t first_free = pool.base + old_count;

    pool.count = pfn_of(end) - pool.base;
    __builtin_memcpy(map, old_map, old_count);
    __builtin_memset(map + old_count, INNER, pool.count - old_count);
    pool.map = map;
    range_free(first_free + map_pages(pool.count), pool.base + pool.count);
    range_free(pool.base, pool.base + map_pages(old_count));
    reserve_set();
}

/* A block of `order`, or nullptr. */
static void *try_take(unsigned order, bool with_reserve)
{
    SPIN_GUARD(&pool.lock);
    const uint32_t fits = pool.occupied & ~(uint32_t)low_bits(order);
    if (fits == 0 || (!with_reserve && pool.pages_free < pool.pages_reserve + bit(order)))
        return nullptr;
    unsigned have = bit_lowest(fits);
    const uint64_t pfn = pfn_of(pool.free[have].next);
    block_take(pfn, have);
    while (have > order) {
        have--;
        block_push(pfn + bit(have), have);
    }
    pool.map[pfn - pool.base] = (uint8_t)(USED | order);
    pool.pages_free -= bit(order);
    return block_of(pfn);
}

static NOINLINE void *take(unsigned order, enum frame_fill fill, bool with_reserve)
{
    void *const frames = order <= FRAME_ORDER_MAX ? try_take(order, with_reserve) : nullptr;
    if (frames != nullptr && fill == FRAME_ZERO)
        for (uint64_t i = 0; i < bit(order); i++)
            arch_page_zero((char *)frames + (i << PAGE_BITS));
    return frames;
}

void *frame_alloc(unsigned order, enum frame_fill fill)
{
    return take(order, fill, false);
}

void *frame_alloc_reserve(unsigned order, enum frame_fill fill)
{
    return take(order, fill, true);
}

static bool try_free(void *frames, unsigned order)
{
    SPIN_GUARD(&pool.lock);
    const uint64_t pfn = pfn_of(frames);
    if (!is_aligned((uintptr_t)frames, PAGE_SIZE) || pfn - pool.base >= pool.count ||
        pool.map[pfn - pool.base] != (USED | order))
        return false;
    block_join(pfn, order);
    return true;
}

void frame_free(void *frames, unsigned order)
{
    if (!try_free(frames, order))
        panic("frame allocator: %p is no block of order %u", frames, order);
}

size_t frame_count_free(void)
{
    SPIN_GUARD(&pool.lock);
    return pool.pages_free;
}

size_t frame_count_total(void)
{
    SPIN_GUARD(&pool.lock);
    return pool.pages_total;
}

size_t frame_count_reserve(void)
{
    SPIN_GUARD(&pool.lock);
    return pool.pages_reserve;
}
