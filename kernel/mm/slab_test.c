/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/mm/slab.h"

#include <string.h>

#include "arch/sim/sim.h"
#include "kernel/mm/frame.h"

struct thing {
    char bytes[100];
};

enum : size_t { MANY = 5000 };

static void objects_are_aligned_disjoint_and_come_back(void)
{
    static struct slab_cache cache = SLAB_CACHE(struct thing);
    static struct thing *things[MANY];
    sim_start(1024);
    const size_t before = frame_count_free();
    for (unsigned round = 0; round < 3; round++) {
        for (size_t i = 0; i < MANY; i++) {
            things[i] = slab_alloc(&cache);
            CHECK(things[i] != nullptr);
            CHECK_EQ((uintptr_t)things[i] % KOBJ_ALIGN, 0);
            memset(things[i], (int)i, sizeof *things[i]);
        }
        CHECK_EQ(slab_count(&cache), MANY);
        for (size_t i = 0; i < MANY; i++) {
            struct thing *const thing = things[i * 3 % MANY]; /* 3 and 5000 are coprime */
            for (size_t k = 0; k < sizeof *thing; k++)
                CHECK_EQ((unsigned char)thing->bytes[k], i * 3 % MANY & 0xff);
            slab_free(&cache, thing);
        }
        CHECK_EQ(slab_count(&cache), 0);
        CHECK_EQ(frame_count_free(), before);
    }
}

static void running_out_is_an_answer(void)
{
    static struct slab_cache cache = SLAB_CACHE(struct thing);
    sim_start(8);
    size_t count = 0;
    void *last = nullptr;
    for (void *t; (t = slab_alloc(&cache)) != nullptr; last = t)
        count++;
    CHECK(count > 7 * 25);
    slab_free(&cache, last);
    CHECK(slab_alloc(&cache) == last);
    CHECK(slab_alloc(&cache) == nullptr);
}

static void the_last_pages_are_for_those_who_may(void)
{
    static struct slab_cache cache = SLAB_CACHE(struct thing);
    sim_start(256);
    while (slab_alloc(&cache) != nullptr)
        continue;
    CHECK_EQ(frame_count_free(), frame_count_reserve());
    CHECK(slab_alloc_reserve(&cache) != nullptr);
    CHECK(slab_alloc(&cache) != nullptr); /* the page is there now: its rest is for all */
}

static struct slab_cache one = SLAB_CACHE(struct thing), two = SLAB_CACHE(struct thing);

static void free_into_wrong_cache(void *object)
{
    slab_free(&two, object);
}

static void wrong_cache_is_noticed(void)
{
    sim_start(64);
    slab_free(&two, slab_alloc(&two));
    CHECK(sim_panics(free_into_wrong_cache, slab_alloc(&one)) != nullptr);
}

int main(void)
{
    SIM_RUN(objects_are_aligned_disjoint_and_come_back);
    SIM_RUN(running_out_is_an_answer);
    SIM_RUN(the_last_pages_are_for_those_who_may);
    SIM_RUN(wrong_cache_is_noticed);
}
