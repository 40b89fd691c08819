/* SPDX-License-Identifier: GPL-2.0-only */
/* create_pt: each status but those of memory (memory_test.c), in the order of its checks. */

#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/obj/pt.h"

enum : uint64_t { NEW = 0x20, LOCAL, GLOBAL, WEAK_PD, WEAK_EC };
enum : uint64_t { UTCB = 0x5000'0000 };

static struct ec *root;

static status_t create(uint64_t sel, uint64_t pd, uint64_t ec)
{
    return call_create_pt(0, sel, pd, ec, 0x1234'5678'9abc'def0);
}

static void start(void)
{
    root = call_boot(1, 256);
    CHECK_EQ(call_create_ec(0, 0, LOCAL, SEL_ROOT_PD, UTCB, 0, SELNUM), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, GLOBAL, SEL_ROOT_PD, UTCB + 0x1000, 0, SELNUM),
             SUCCESS);
    call_weaken(SEL_ROOT_PD, WEAK_PD, PERM_PD_ALL & ~PERM_PD_PT);
    call_weaken(LOCAL, WEAK_EC, PERM_EC_ALL & ~PERM_EC_BIND_PT);
}

static void a_portal_is_made_as_it_was_asked_for(void)
{
    start();
    CHECK_EQ(create(NEW, SEL_ROOT_PD, LOCAL), SUCCESS);
    const struct pt *const pt = CONTAINER_OF(call_object(NEW), struct pt, obj);
    CHECK_EQ(cap_perm(space_obj_load(root->objects, NEW)), PERM_PT_ALL);
    CHECK(pt->ec == call_ec(LOCAL));
    CHECK_EQ(pt->ip, 0x1234'5678'9abc'def0);
    CHECK_EQ(pt->id, 0);
    CHECK_EQ(pt->mtd, 0);
}

static void checks_come_in_order(void)
{
    start();
    call_ec(GLOBAL)->obj.refs--; /* as if its last capability went just now */
    CHECK_EQ(create(CALL_SLEEP, SEL_ROOT_PD, GLOBAL), BAD_CAP);
    call_ec(GLOBAL)->obj.refs++;
    call_ec(LOCAL)->obj.refs -= 2;
    CHECK_EQ(create(CALL_SLEEP, CALL_SLEEP, LOCAL), BAD_CAP);
    CHECK_EQ(create(CALL_SLEEP, SEL_ROOT_PD, LOCAL), ABORTED);
    call_ec(LOCAL)->obj.refs += 2;
    CHECK_EQ(create(CALL_SLEEP, SEL_ROOT_PD, LOCAL), BAD_CAP);
}

static void bad_cap_is_no_pd_or_no_local_thread_or_one_without_the_permission(void)
{
    static const uint64_t bad_pd[] = {WEAK_PD, CALL_SLEEP, LOCAL, NEW, SELNUM + WEAK_PD};
    static const uint64_t bad_ec[] = {WEAK_EC, CALL_SLEEP, SEL_ROOT_PD, GLOBAL, NEW, SELNUM};
    start();
    for (unsigned i = 0; i < ARRAY_SIZE(bad_pd); i++)
        CHECK_EQ(create(NEW, bad_pd[i], LOCAL), BAD_CAP);
    for (unsigned i = 0; i < ARRAY_SIZE(bad_ec); i++)
        CHECK_EQ(create(NEW, SEL_ROOT_PD, bad_ec[i]), BAD_CAP);
    call_weaken(SEL_ROOT_PD, WEAK_PD, PERM_PD_PT);
    call_weaken(LOCAL, WEAK_EC, PERM_EC_BIND_PT);
    CHECK_EQ(create(NEW, WEAK_PD, WEAK_EC), SUCCESS);
}

static void bad_cap_is_a_slot_that_is_taken_or_not_there(void)
{
    start();
    const size_t before = call_settle();
    CHECK_EQ(create(CALL_SLEEP, SEL_ROOT_PD, LOCAL), BAD_CAP);
    CHECK_EQ(create(SELNUM, SEL_ROOT_PD, LOCAL), BAD_CAP);
    CHECK_EQ(call_ec(LOCAL)->obj.refs, 2);
    CHECK_EQ(call_settle(), before);
}

int main(void)
{
    SIM_RUN(a_portal_is_made_as_it_was_asked_for);
    SIM_RUN(checks_come_in_order);
    SIM_RUN(bad_cap_is_no_pd_or_no_local_thread_or_one_without_the_permission);
    SIM_RUN(bad_cap_is_a_slot_that_is_taken_or_not_there);
}
