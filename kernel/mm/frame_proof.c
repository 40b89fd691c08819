/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame allocator, one call at a time, from any state that its invariant allows. The pool has PAGES
 * pages and begins at any alignment; the largest order is ORDER_MAX (BUILD.bazel). A page is as large as
 * what the allocator keeps in a free one.
 */
#include "kernel/base/bits.h"
#include "kernel/base/list.h"
#include "kernel/mm/phys.h"

enum : uint64_t { PAGES = 5 };

static struct list page[PAGES];
static uint8_t map[PAGES]; /* in the kernel it is in the first pages */
static uint64_t base;

static void *pool_virt(paddr_t p)
{
    const uint64_t i = (p.raw >> PAGE_BITS) - base;
    CLAIM(i < PAGES, "the allocator stays in its pool");
    return &page[i];
}

static paddr_t pool_phys(const void *v)
{
    return paddr((base << PAGE_BITS) +
                 (__CPROVER_same_object(v, map) ? 0 : __CPROVER_POINTER_OFFSET(v)));
}

static void set_init(struct list *head);
static bool set_is_empty(const struct list *head);
static void set_add(struct list *node, struct list *head);
static void set_del(struct list *node);

#define phys_to_virt pool_virt
#define virt_to_phys pool_phys
#define list_init set_init
#define list_is_empty set_is_empty
#define list_add set_add
#define list_del set_del
#include "kernel/mm/frame.c"

/* Lists are sets of pages here, of which any may be the first: kernel/base/list_proof.c has the rest. */
static unsigned set[FRAME_ORDER_MAX + 1];

static void set_choose(unsigned order)
{
    const unsigned first = ANY(uint8_t);
    GIVEN(set[order] == 0 || (first < PAGES && set[order] >> first & 1));
    pool.free[order].next = set[order] == 0 ? &pool.free[order] : &page[first];
}

static void set_init(struct list *head)
{
    set[head - pool.free] = 0;
    set_choose((unsigned)(head - pool.free));
}

static bool set_is_empty(const struct list *head)
{
    return set[head - pool.free] == 0;
}

static void set_add(struct list *node, struct list *head)
{
    for (unsigned order = 0; order <= FRAME_ORDER_MAX; order++)
        CLAIM(!(set[order] >> (node - page) & 1), "it is in no list");
    set[head - pool.free] |= 1u << (node - page);
    set_choose((unsigned)(head - pool.free));
}

static void set_del(struct list *node)
{
    unsigned count = 0;
    for (unsigned order = 0; order <= FRAME_ORDER_MAX; order++)
        if (set[order] >> (node - page) & 1) {
            count++;
            set[order] &= ~(1u << (node - page));
            set_choose(order);
        }
    CLAIM(count == 1, "it is in a list");
}

void panic([[maybe_unused]] const char *fmt, ...)
{
    CLAIM(0, "no panic");
    GIVEN(0);
}

/* The order of the block that begins at page i with `mark`; -1 if none does. */
static int order_at(const uint8_t *bytes, unsigned i, uint8_t mark)
{
    for (unsigned order = 0; order <= FRAME_ORDER_MAX; order++)
        if (bytes[i] == (mark | order))
            return (int)order;
    return -1;
}

/* The pages that the block at page i covers, as a mask; 0 if no block begins there. */
static unsigned pages_of(const uint8_t *bytes, unsigned i, uint8_t mark)
{
    const int order = order_at(bytes, i, mark);
    return order < 0 ? 0 : ((1u << (1u << order)) - 1) << i;
}

/* Invariant of the map: blocks are aligned, inside and apart; no two free buddies. */
static bool map_is_valid(void)
{
    unsigned covered = 0;
    for (unsigned i = 0; i < PAGES; i++) {
        if (map[i] == INNER)
            continue;
        const int order = max_u64(order_at(map, i, FREE) + 1, order_at(map, i, USED) + 1) - 1;
        const unsigned pages = pages_of(map, i, FREE) | pages_of(map, i, USED);
        if (order < 0 || (((unsigned)base + i) & ((1u << order) - 1)) != 0 ||
            pages >= 1u << PAGES || (covered & pages) != 0)
            return false;
        covered |= pages;
        const unsigned buddy = (((unsigned)base + i) ^ 1u << order) - (unsigned)base;
        if (order < FRAME_ORDER_MAX && map[i] & FREE && map[i] != INNER && buddy < PAGES &&
            map[buddy] == map[i])
            return false;
    }
    return true;
}

static unsigned count_free(void)
{
    unsigned pages = 0;
    for (unsigned i = 0; i < PAGES; i++)
        pages += order_at(map, i, FREE) < 0 ? 0 : 1u << order_at(map, i, FREE);
    return pages;
}

/* Invariant of the lists: each holds the free blocks of its order, and `occupied` tells. */
static bool lists_are_valid(void)
{
    for (unsigned order = 0; order <= FRAME_ORDER_MAX; order++) {
        unsigned blocks = 0;
        for (unsigned i = 0; i < PAGES; i++)
            if (map[i] == (FREE | order))
                blocks |= 1u << i;
        if (set[order] != blocks || (pool.occupied >> order & 1) != (blocks != 0))
            return false;
    }
    return pool.occupied >> (FRAME_ORDER_MAX + 1) == 0;
}

static void any_pool(void)
{
    base = ANY(uint8_t) & 3;
    for (unsigned i = 0; i < PAGES; i++)
        map[i] = ANY(uint8_t);
    GIVEN(map_is_valid());
    pool.map = map;
    pool.base = base;
    pool.count = PAGES;
    pool.pages_total = PAGES;
    pool.pages_reserve = ANY(uint8_t);
    pool.pages_free = count_free();
    for (unsigned order = 0; order <= FRAME_ORDER_MAX; order++) {
        set[order] = ANY(uint8_t);
        set_choose(order);
    }
    pool.occupied = ANY(uint8_t);
    GIVEN(lists_are_valid());
}

/* All pages but those of the map are free in the end, wherever the pool begins. */
PROOF(init_frees_all_but_the_map)
{
    for (base = 0; base < 8; base++) {
        pool.pages_free = pool.pages_total = pool.occupied = 0;
        frame_init(map, page + PAGES);
        CLAIM(map_is_valid() && lists_are_valid(), "invariant");
        CLAIM(frame_count_free() == PAGES - 1 && frame_count_total() == PAGES - 1, "counted");
        CLAIM(map[0] == INNER, "the map stays");
    }
}

/* A block is given out of free pages only, aligned, and nobody else's changes. */
PROOF(a_block_comes_out_of_free_pages)
{
    any_pool();
    uint8_t before[PAGES];
    unsigned free = 0;
    for (unsigned i = 0; i < PAGES; i++) {
        before[i] = map[i];
        free |= pages_of(map, i, FREE);
    }
    const unsigned order = ANY(uint8_t) & 3;
    const void *const block = frame_alloc_reserve(order, FRAME_RAW);
    GIVEN(block != nullptr);

    const unsigned at = (unsigned)(pfn_of(block) - base);
    CLAIM(at < PAGES && map[at] == (USED | order), "marked");
    const unsigned pages = pages_of(map, at, USED);
    CLAIM((pages & ~free) == 0, "it was free");
    for (unsigned i = 0; i < PAGES; i++)
        CLAIM(order_at(before, i, USED) < 0 || map[i] == before[i], "others keep theirs");
    CLAIM(map_is_valid(), "map");
    CLAIM(pool.pages_free == count_free(), "counted");
}

PROOF(giving_a_block_keeps_the_lists)
{
    any_pool();
    (void)!frame_alloc_reserve(ANY(uint8_t) & 3, FRAME_RAW);
    CLAIM(lists_are_valid(), "lists");
}

/* Nothing is given only if there is no block as large, or what is left would be less than the reserve. */
PROOF(a_block_is_refused_for_a_reason)
{
    any_pool();
    const unsigned order = ANY(unsigned);
    const bool may = ANY(bool);
    const size_t left = pool.pages_free;
    GIVEN(take(order, FRAME_RAW, may) == nullptr);
    bool fits = false;
    for (unsigned i = 0; i < PAGES; i++)
        fits |= order_at(map, i, FREE) >= 0 && (unsigned)order_at(map, i, FREE) >= order;
    CLAIM(!fits || (!may && left < pool.pages_reserve + bit(order)), "reason");
}

/* Without the right to the reserve, it is never touched. */
PROOF(the_reserve_stays)
{
    any_pool();
    if (frame_alloc(ANY(uint8_t) & 3, FRAME_RAW) != nullptr)
        CLAIM(pool.pages_free >= pool.pages_reserve, "reserve");
}

/* A block that comes back is joined with its buddies; all others stay as they are. */
PROOF(a_block_comes_back)
{
    any_pool();
    const unsigned at = ANY(uint8_t), order = ANY(uint8_t) & 3;
    GIVEN(at < PAGES && map[at] == (USED | order));
    const size_t before = pool.pages_free;
    frame_free(&page[at], order);
    CLAIM(map_is_valid(), "map");
    CLAIM(pool.pages_free == before + (1u << order) && pool.pages_free == count_free(), "counted");
}

PROOF(taking_a_block_back_keeps_the_lists)
{
    any_pool();
    const unsigned at = ANY(uint8_t), order = ANY(uint8_t) & 3;
    GIVEN(at < PAGES && map[at] == (USED | order));
    frame_free(&page[at], order);
    CLAIM(lists_are_valid(), "lists");
}

/* What was not given with this order is noticed before anything changes. */
PROOF(nothing_else_is_taken_back)
{
    any_pool();
    const unsigned at = ANY(uint8_t), order = ANY(uint8_t) & 3;
    GIVEN(at < PAGES && map[at] != (USED | order));
    const uint8_t byte = map[at];
    const size_t before = pool.pages_free;
    CLAIM(!try_free(&page[at], order), "refused");
    CLAIM(map[at] == byte && pool.pages_free == before, "unchanged");
}
