/* SPDX-License-Identifier: GPL-2.0-only */
/* create_sc: each status but those of memory (memory_test.c), in the order of its checks. */

#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/sc.h"

/* Selectors: the new SC; a local and a global thread of CPU 0; weak capabilities. */
enum : uint64_t { NEW = 0x20, LOCAL, GLOBAL, REMOTE, WEAK_PD, WEAK_EC };
enum : uint64_t { UTCB = 0x5000'0000 };

static struct ec *root;

static uint64_t scd(unsigned cos, unsigned prio, unsigned ms)
{
    return (uint64_t)cos << 23 | prio << 16 | ms;
}

static status_t create(uint64_t sel, uint64_t pd, uint64_t ec, uint64_t descriptor)
{
    return call_raw(0, call_p0(HYPERCALL_CREATE_SC, 0, sel), pd, ec, descriptor, 0);
}

static void start(void)
{
    root = call_boot(2, 256);
    CHECK_EQ(call_create_ec(0, 0, LOCAL, SEL_ROOT_PD, UTCB, 0, SELNUM), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, GLOBAL, SEL_ROOT_PD, UTCB + 0x1000, 0, SELNUM),
             SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, REMOTE, SEL_ROOT_PD, UTCB + 0x2000, 1, SELNUM),
             SUCCESS);
    call_ec(GLOBAL)->cont = call_ec(REMOTE)->cont = ec_resume;
    call_weaken(SEL_ROOT_PD, WEAK_PD, PERM_PD_ALL & ~PERM_PD_SC);
    call_weaken(GLOBAL, WEAK_EC, PERM_EC_ALL & ~PERM_EC_BIND_SC);
}

static void an_sc_is_made_as_it_was_asked_for_and_runs(void)
{
    start();
    CHECK_EQ(create(NEW, SEL_ROOT_PD, GLOBAL, scd(0, 127, 3)), SUCCESS);
    const struct sc *const sc = CONTAINER_OF(call_object(NEW), struct sc, obj);
    CHECK_EQ(cap_perm(space_obj_load(root->objects, NEW)), PERM_SC_ALL);
    CHECK_EQ(sc->prio, 127);
    CHECK_EQ(sc->budget, 3 * SIM_FREQUENCY / 1000);
    CHECK_EQ(sc->cpu, 0);
    CHECK(sc->ec == call_ec(GLOBAL));
    CHECK(call_root_sleeps(100) == call_ec(GLOBAL));
}

static void an_sc_of_another_cpu_runs_there(void)
{
    start();
    CHECK_EQ(create(NEW, SEL_ROOT_PD, REMOTE, scd(0, 1, 1)), SUCCESS);
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
    CHECK(sim_interrupt(1, SIM_KICK) == call_ec(REMOTE));
}

static void a_thread_may_have_several(void)
{
    start();
    CHECK_EQ(create(NEW, SEL_ROOT_PD, REMOTE, scd(0, 1, 1)), SUCCESS);
    CHECK_EQ(create(NEW + 0x10, SEL_ROOT_PD, REMOTE, scd(0, 2, 1)), SUCCESS);
}

static void bad_par_is_a_field_that_is_invalid(void)
{
    start();
    CHECK_EQ(create(NEW, SEL_ROOT_PD, GLOBAL, scd(0, 0, 1)), BAD_PAR); /* priority of idle */
    CHECK_EQ(create(NEW, SEL_ROOT_PD, GLOBAL, scd(0, 1, 0)), BAD_PAR); /* no time          */
    CHECK_EQ(create(NEW, SEL_ROOT_PD, GLOBAL, scd(1, 1, 1)), BAD_PAR); /* no such class    */
    CHECK_EQ(create(NEW, SEL_ROOT_PD, GLOBAL, scd(0x8000, 1, 1)), BAD_PAR);
    /* Bits above are none of the descriptor. */
    CHECK_EQ(create(NEW, SEL_ROOT_PD, GLOBAL, UINT64_C(1) << 39 | scd(0, 1, 1)), SUCCESS);
}

static void checks_come_in_order(void)
{
    start();
    CHECK_EQ(create(SEL_ROOT_EC, CALL_SLEEP, CALL_SLEEP, scd(0, 1, 0)), BAD_PAR);
    call_ec(LOCAL)->obj.refs--; /* as if its last capability went just now */
    CHECK_EQ(create(SEL_ROOT_EC, SEL_ROOT_PD, LOCAL, scd(0, 1, 1)), BAD_CAP);
    call_ec(LOCAL)->obj.refs++;
    call_ec(GLOBAL)->obj.refs -= 2; /* there are two capabilities */
    CHECK_EQ(create(SEL_ROOT_EC, SEL_ROOT_PD, GLOBAL, scd(0, 1, 1)), ABORTED);
    call_ec(GLOBAL)->obj.refs += 2;
    CHECK_EQ(create(SEL_ROOT_EC, SEL_ROOT_PD, GLOBAL, scd(0, 1, 1)), BAD_CAP);
    CHECK_EQ(call_ec(GLOBAL)->obj.refs, 2);
}

static void bad_cap_is_no_pd_or_no_thread_or_one_without_the_permission(void)
{
    static const uint64_t bad_pd[] = {WEAK_PD, CALL_SLEEP, GLOBAL, NEW, SELNUM + WEAK_PD};
    static const uint64_t bad_ec[] = {WEAK_EC, CALL_SLEEP, SEL_ROOT_PD, LOCAL, NEW, SELNUM};
    start();
    for (unsigned i = 0; i < ARRAY_SIZE(bad_pd); i++)
        CHECK_EQ(create(NEW, bad_pd[i], GLOBAL, scd(0, 1, 1)), BAD_CAP);
    for (unsigned i = 0; i < ARRAY_SIZE(bad_ec); i++)
        CHECK_EQ(create(NEW, SEL_ROOT_PD, bad_ec[i], scd(0, 1, 1)), BAD_CAP);
    call_weaken(SEL_ROOT_PD, WEAK_PD, PERM_PD_SC);
    call_weaken(GLOBAL, WEAK_EC, PERM_EC_BIND_SC);
    CHECK_EQ(create(NEW, WEAK_PD, WEAK_EC, scd(0, 1, 1)), SUCCESS);
}

static void bad_cap_is_a_slot_that_is_taken_or_not_there(void)
{
    start();
    const size_t before = call_settle();
    CHECK_EQ(create(CALL_SLEEP, SEL_ROOT_PD, GLOBAL, scd(0, 1, 1)), BAD_CAP);
    CHECK_EQ(create(SELNUM, SEL_ROOT_PD, GLOBAL, scd(0, 1, 1)), BAD_CAP);
    CHECK_EQ(call_ec(GLOBAL)->obj.refs, 2);
    CHECK_EQ(call_settle(), before);
    CHECK(call_root_sleeps(100) == nullptr); /* nothing was started */
}

int main(void)
{
    SIM_RUN(an_sc_is_made_as_it_was_asked_for_and_runs);
    SIM_RUN(an_sc_of_another_cpu_runs_there);
    SIM_RUN(a_thread_may_have_several);
    SIM_RUN(bad_par_is_a_field_that_is_invalid);
    SIM_RUN(checks_come_in_order);
    SIM_RUN(bad_cap_is_no_pd_or_no_thread_or_one_without_the_permission);
    SIM_RUN(bad_cap_is_a_slot_that_is_taken_or_not_there);
}
