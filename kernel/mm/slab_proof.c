/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cache through OBJECTS allocations, with any number of pages up to PAGES, and the return of all of them
 * from any one on. A page has 256 bytes here (BUILD.bazel): room for two objects of 96. CBMC takes the
 * choices one by one, as each is a branch of its own.
 */
#include "kernel/mm/slab.c"

enum : unsigned { PAGES = 2, OBJECTS = 4 };

/* The frame allocator. */
alignas(PAGE_SIZE) static char page0[PAGE_SIZE], page1[PAGE_SIZE];
static bool used[PAGES];
static unsigned limit; /* pages that there are */

void *frame_alloc_reserve([[maybe_unused]] unsigned order, [[maybe_unused]] enum frame_fill fill)
{
    if (!used[0] && limit > 0) {
        used[0] = true;
        return page0;
    }
    if (!used[1] && limit > 1) {
        used[1] = true;
        return page1;
    }
    return nullptr;
}

void *frame_alloc(unsigned order, enum frame_fill fill)
{
    return frame_alloc_reserve(order, fill);
}

void frame_free(void *frames, unsigned order)
{
    CLAIM(order == 0 && (frames == page0 || frames == page1), "a page");
    CLAIM(used[frames == page1], "in use");
    used[frames == page1] = false;
}

void panic([[maybe_unused]] const char *fmt, ...)
{
    CLAIM(0, "no panic");
    GIVEN(0);
}

static struct slab_cache test_cache = {.object_size = 96};
static void *object[OBJECTS];
static unsigned count;

static void allocate(unsigned pages)
{
    limit = pages;
    for (unsigned i = 0; i < OBJECTS; i++) {
        object[i] = slab_alloc(&test_cache);
        count += object[i] != nullptr;
    }
}

static bool is_apart(const char *a, const char *b)
{
    return !__CPROVER_same_object(a, b) ||
           __CPROVER_POINTER_OFFSET(a) + 96 <= __CPROVER_POINTER_OFFSET(b) ||
           __CPROVER_POINTER_OFFSET(b) + 96 <= __CPROVER_POINTER_OFFSET(a);
}

static void objects_are_good(void)
{
    CLAIM(count == 2 * limit && slab_count(&test_cache) == count, "counted");
    for (unsigned i = 0; i < count; i++) {
        CLAIM(__CPROVER_POINTER_OFFSET(object[i]) % KOBJ_ALIGN == 0, "aligned");
        CLAIM(__CPROVER_POINTER_OFFSET(object[i]) >= sizeof(struct slab), "behind the header");
        CLAIM(__CPROVER_POINTER_OFFSET(object[i]) + 96 <= PAGE_SIZE, "inside");
        for (unsigned j = 0; j < i; j++)
            CLAIM(is_apart(object[i], object[j]), "apart");
    }
}

PROOF(objects_are_aligned_inside_and_apart)
{
    const unsigned pages = ANY(unsigned);
    for (unsigned n = 0; n <= PAGES; n++)
        if (n == pages) {
            allocate(n);
            objects_are_good();
            return;
        }
}

/* A page stays as long as one of its objects is in use. */
static void free_one(unsigned n)
{
    slab_free(&test_cache, object[n]);
    object[n] = nullptr;
    bool in_use[PAGES] = {};
    for (unsigned i = 0; i < OBJECTS; i++)
        if (object[i] != nullptr)
            in_use[__CPROVER_same_object(object[i], page1)] = true;
    CLAIM(used[0] == in_use[0] && used[1] == in_use[1], "pages");
}

static void free_from(unsigned first)
{
    allocate(PAGES);
    for (unsigned i = 0; i < OBJECTS; i++)
        free_one(first ^ i);
    CLAIM(slab_count(&test_cache) == 0 && list_is_empty(&test_cache.partial), "cache");
}

PROOF(pages_go_back_with_their_last_object)
{
    const unsigned first = ANY(unsigned);
    for (unsigned n = 0; n < OBJECTS; n++)
        if (n == first) {
            free_from(n);
            return;
        }
}

static void free_and_allocate(unsigned i)
{
    allocate(PAGES);
    slab_free(&test_cache, object[i]);
    CLAIM(used[0] && used[1], "pages");
    CLAIM(slab_alloc(&test_cache) == object[i], "given again");
    objects_are_good();
}

PROOF(what_came_back_is_given_before_a_new_page)
{
    const unsigned i = ANY(unsigned);
    for (unsigned n = 0; n < OBJECTS; n++)
        if (n == i) {
            free_and_allocate(n);
            return;
        }
}
