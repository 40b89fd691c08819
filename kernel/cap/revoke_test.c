/* SPDX-License-Identifier: GPL-2.0-only */
/* What a parent takes away from a child that uses it on another CPU at the same time. */

#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pd.h"
#include "kernel/sync/rcu.h"

/* Selectors of root; threads of the child are at ONE and TWO, on CPUs 1 and 2. */
enum : uint64_t { PD = 0x20, OBJ = 0x21, HST = 0x22, PIO = 0x23, X = 0x24, ONE = 0x30, TWO = 0x32 };

/* Selectors of the child. */
enum : uint64_t { OWN_PD = 1, OWN_OBJ = 2, OWN_SM = 3, FREE = 0x10, MANY = 0x1000 };

enum : uint64_t { UTCB = 0x2000'0000 };
enum : unsigned { ALL = 18 };

static void give(uint64_t from, uint64_t to)
{
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, from, to, 0, PERM_MASK), SUCCESS);
}

static void thread(uint64_t sel, unsigned cpu)
{
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, sel, PD, UTCB + (cpu << 12), cpu, SELNUM),
             SUCCESS);
    call_ec(sel)->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, sel + 1, PD, sel, 10, 10), SUCCESS);
    CHECK(sim_interrupt(cpu, SIM_KICK) == call_ec(sel));
}

static void start(void)
{
    call_boot(3, 2048);
    sim_flush_asks = true;
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, PIO, PD), SUCCESS);
    CHECK_EQ(call_create_sm(0, X, SEL_ROOT_PD, 0), SUCCESS);
    give(PD, OWN_PD);
    give(OBJ, OWN_OBJ);
    give(X, OWN_SM);
    thread(ONE, 1);
    thread(TWO, 2);
}

static struct space_obj *child(void)
{
    return CONTAINER_OF(call_object(OBJ), struct space_obj, obj);
}

static void begin(unsigned cpu, uint64_t obj, uint64_t from, uint64_t to, unsigned ord, uint8_t pmm)
{
    sim_begin(cpu, call_p0(HYPERCALL_CTRL_PD, 0, obj), obj, from << 12 | ord, to << 12 | pmm, 0);
}

/* Root empties slots of the child. */
static void begin_revoke(uint64_t sel, unsigned ord)
{
    sim_begin(0, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), OBJ, sel << 12 | ord, sel << 12, 0);
}

static void expect_empty(void)
{
    for (uint64_t sel = 0; sel < SELNUM; sel++)
        CHECK_EQ(space_obj_load(child(), sel).raw, 0);
}

static void a_cpu_that_may_have_found_it_is_waited_for(void)
{
    start();
    /* CPU 1 is amid a long delegation within the child. */
    begin(1, OWN_OBJ, 0, MANY, 11, PERM_MASK);
    CHECK_EQ(sim_step(1), SIM_WINDOW);
    begin_revoke(OWN_SM, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK_EQ(space_obj_load(child(), OWN_SM).raw, 0);
    sim_interrupt(2, SIM_KICK); /* CPU 2 was in user mode */
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK(sim_finish(1) == call_ec(ONE));
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK_EQ(call_status(call_ec(ONE)), SUCCESS);
}

static void who_gives_or_has_nobody_elsewhere_does_not_wait(void)
{
    start();
    begin(1, OWN_OBJ, 0, MANY, 11, PERM_MASK);
    CHECK_EQ(sim_step(1), SIM_WINDOW);
    give(X, FREE);
    CHECK_EQ(sim_pending(1) | sim_pending(2), 0);
    call_revoke(0, X, 0); /* its own */
    CHECK_EQ(sim_state_of(1), SIM_WINDOW);
    sim_finish(1);
    sim_settle();
    CHECK_EQ(call_down(1, OWN_SM, 0), CALL_WAITS);
    CHECK(sim_user(1) == nullptr);
    CHECK_EQ(call_down(2, OWN_SM, 0), CALL_WAITS);
    begin_revoke(FREE, 0);
    CHECK_EQ(sim_step(0), SIM_USER); /* both are idle */
}

static void two_that_revoke_from_each_other_do_not_wait_for_ever(void)
{
    start();
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, SEL_ROOT_OBJ, FREE, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, MANY, SEL_ROOT_PD), SUCCESS);
    call_thread(0x40, 1, 5, 10); /* a thread of root, where the child's is */
    begin_revoke(OWN_SM, 0);
    sim_begin(2, call_p0(HYPERCALL_CTRL_PD, 0, OWN_OBJ), FREE, X << 12, X << 12, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK_EQ(sim_step(2), SIM_SPIN);
    sim_interrupt(1, SIM_ALL);
    sim_finish(0);
    sim_finish(2);
    CHECK_EQ(sim_state_of(0), SIM_USER);
    CHECK_EQ(sim_state_of(2), SIM_USER);
}

static void nothing_comes_in_behind_who_empties_the_space(void)
{
    start();
    begin(1, OWN_OBJ, 0, MANY, 11, PERM_MASK);
    CHECK_EQ(sim_step(1), SIM_WINDOW);
    begin_revoke(0, ALL);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    sim_interrupt(2, SIM_KICK);
    CHECK(sim_finish(1) == call_ec(ONE));
    CHECK(sim_finish(0) == call_ec(SEL_ROOT_EC));
    CHECK_EQ(call_status(call_ec(ONE)), BAD_CAP);
    expect_empty();
    CHECK_EQ(call_create_sm(2, FREE, OWN_PD, 0), BAD_CAP);
    CHECK_EQ(call_up(2, OWN_SM), BAD_CAP);
}

static void what_was_found_before_is_not_put_into_the_emptied_space(void)
{
    start();
    /* A thread takes the UTCB of another: CPU 2 is asked to forget that before the thread gets its slot. */
    sim_begin(1, call_p0(HYPERCALL_CREATE_EC, CREATE_EC_GLOBAL, FREE), OWN_PD, UTCB + 0x2001, 0,
              SELNUM);
    CHECK_EQ(sim_step(1), SIM_SPIN);
    begin_revoke(0, ALL);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    sim_interrupt(2, SIM_KICK);
    CHECK(sim_finish(1) == call_ec(ONE));
    CHECK(sim_finish(0) == call_ec(SEL_ROOT_EC));
    CHECK_EQ(call_status(call_ec(ONE)), BAD_CAP);
    expect_empty();
}

static void the_emptied_space_is_filled_when_what_was_there_has_gone(void)
{
    start();
    for (unsigned i = 0; i < 3; i++) {
        call_revoke(0, MANY, 0);
        CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, 0, 0, ALL, 0), SUCCESS);
        give(OBJ, OWN_OBJ); /* waits */
        CHECK(cap_object(space_obj_load(child(), OWN_OBJ)) == call_object(OBJ));
    }
    /* Nobody knows the child any more, but for itself. */
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, 0, 0, ALL, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, 0, 0, ALL, 0), SUCCESS);
    expect_empty();
    sim_settle();
    CHECK_EQ(rcu_pending(), 0);
}

int main(void)
{
    SIM_RUN(a_cpu_that_may_have_found_it_is_waited_for);
    SIM_RUN(who_gives_or_has_nobody_elsewhere_does_not_wait);
    SIM_RUN(two_that_revoke_from_each_other_do_not_wait_for_ever);
    SIM_RUN(nothing_comes_in_behind_who_empties_the_space);
    SIM_RUN(what_was_found_before_is_not_put_into_the_emptied_space);
    SIM_RUN(the_emptied_space_is_filled_when_what_was_there_has_gone);
}
