/* SPDX-License-Identifier: GPL-2.0-only */
/* create_sm: each status but those of memory (memory_test.c), in the order of its checks. */

#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/testing/calls.h"

enum : uint64_t { NEW = 0x20, WEAK };

static struct ec *root;

static void start(void)
{
    root = call_boot(1, 256);
    call_weaken(SEL_ROOT_PD, WEAK, PERM_PD_ALL & ~PERM_PD_SM);
}

static void a_semaphore_starts_as_it_was_asked_for(void)
{
    start();
    CHECK_EQ(call_create_sm(0, NEW, SEL_ROOT_PD, 2), SUCCESS);
    CHECK_EQ(cap_perm(space_obj_load(root->objects, NEW)), PERM_SM_ALL);
    CHECK_EQ(call_down(0, NEW, 1), SUCCESS);
    CHECK_EQ(call_down(0, NEW, 1), SUCCESS);
    sim_advance(1);
    CHECK_EQ(call_down(0, NEW, 1), TIMEOUT);
}

static void any_count_will_do(void)
{
    start();
    CHECK_EQ(call_create_sm(0, NEW, SEL_ROOT_PD, UINT64_MAX), SUCCESS);
    CHECK_EQ(call_up(0, NEW), OVRFLOW);
}

static void bad_cap_is_no_pd_or_one_without_the_permission(void)
{
    static const uint64_t bad[] = {WEAK, CALL_SLEEP, SEL_ROOT_EC, NEW, SELNUM, SELNUM + WEAK};
    start();
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(call_create_sm(0, NEW, bad[i], 0), BAD_CAP);
    call_weaken(SEL_ROOT_PD, WEAK, PERM_PD_SM);
    CHECK_EQ(call_create_sm(0, NEW, WEAK, 0), SUCCESS);
}

static void bad_cap_is_a_slot_that_is_taken_or_not_there(void)
{
    start();
    const size_t before = call_settle();
    CHECK_EQ(call_create_sm(0, CALL_SLEEP, SEL_ROOT_PD, 0), BAD_CAP);
    CHECK_EQ(call_create_sm(0, SELNUM, SEL_ROOT_PD, 0), BAD_CAP);
    CHECK_EQ(call_settle(), before);
}

int main(void)
{
    SIM_RUN(a_semaphore_starts_as_it_was_asked_for);
    SIM_RUN(any_count_will_do);
    SIM_RUN(bad_cap_is_no_pd_or_one_without_the_permission);
    SIM_RUN(bad_cap_is_a_slot_that_is_taken_or_not_there);
}
