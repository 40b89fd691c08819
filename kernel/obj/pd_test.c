/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/obj/pd.h"

#include "arch/sim/sim.h"
#include "kernel/base/bits.h"
#include "kernel/cap/testing/objects.h"

struct thing {
    char bytes[200];
};
static struct slab_cache things = SLAB_CACHE(struct thing);

static void only_root_and_the_kernel_get_the_last_pages(void)
{
    sim_start(512);
    struct pd *const root = testing_pd(nullptr), *const child = testing_pd(root);
    while (pd_frame_alloc(child, 0, FRAME_RAW) != nullptr)
        continue;
    CHECK(frame_count_free() > 0);
    while (pd_object_alloc(child, &things) != nullptr)
        continue;
    CHECK(pd_create(child) != nullptr); /* there is room in the page of the other two */
    CHECK(pd_frame_alloc(root, 0, FRAME_RAW) != nullptr);
    CHECK(pd_object_alloc(root, &things) != nullptr);
    CHECK(pd_frame_alloc(nullptr, 0, FRAME_RAW) != nullptr);
    while (pd_frame_alloc(root, 0, FRAME_RAW) != nullptr)
        continue;
    CHECK_EQ(frame_count_free(), 0);
}

static void what_is_taken_is_accounted_until_given_back(void)
{
    sim_start(64);
    struct pd *const pd = testing_pd(nullptr);
    const uint64_t before = pd->used;
    void *const frames = pd_frame_alloc(pd, 2, FRAME_ZERO);
    void *const thing = pd_object_alloc(pd, &things);
    CHECK_EQ(pd->used - before, 4 * PAGE_SIZE + things.object_size);
    CHECK_EQ(pd->obj.refs, 2); /* the object keeps it */
    pd_frame_free(pd, frames, 2);
    pd_object_free(pd, &things, thing);
    CHECK_EQ(pd->used, before);
    CHECK_EQ(pd->obj.refs, 1);
    kobject_put(&pd->obj);
    testing_reap();
}

static void a_pd_that_is_going_pays_for_nothing(void)
{
    sim_start(64);
    struct pd *const pd = testing_pd(nullptr);
    kobject_put(&pd->obj);
    CHECK(pd_object_alloc(pd, &things) == nullptr);
    CHECK_EQ(pd->obj.refs, 0);
}

static void free_pd(void *pd)
{
    pd_free(pd);
}

static void an_account_out_of_balance_is_noticed(void)
{
    sim_start(64);
    struct pd *const pd = testing_pd(nullptr);
    pd_charge(pd, 1);
    CHECK(sim_panics(free_pd, pd) != nullptr);
}

int main(void)
{
    SIM_RUN(only_root_and_the_kernel_get_the_last_pages);
    SIM_RUN(what_is_taken_is_accounted_until_given_back);
    SIM_RUN(a_pd_that_is_going_pays_for_nothing);
    SIM_RUN(an_account_out_of_balance_is_noticed);
}
