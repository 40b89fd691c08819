/* SPDX-License-Identifier: GPL-2.0-only */
/* create_ec: each status but those of memory (memory_test.c), in the order of its checks. */

#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pd.h"

/* Selectors: the new EC, a PD without spaces, a weak capability to the root PD. */
enum : uint64_t { NEW = 0x20, BARE, WEAK, OBJ, HST, PIO };
enum : uint64_t { UTCB = 0x5000'0000, BEYOND = UINT64_C(1) << 47 };

static struct ec *root;

static void start(void)
{
    root = call_boot(2, 256);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, BARE, SEL_ROOT_PD), SUCCESS);
    call_weaken(SEL_ROOT_PD, WEAK, PERM_PD_ALL & ~PERM_PD_EC);
}

static status_t create(unsigned flags, uint64_t sel, uint64_t pd, uint64_t hvp, unsigned of_cpu)
{
    return call_create_ec(0, flags, sel, pd, hvp, of_cpu, SELNUM);
}

static uint8_t perm_at(uint64_t sel)
{
    return cap_perm(space_obj_load(root->objects, sel));
}

static void a_thread_is_made_as_it_was_asked_for(void)
{
    start();
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_CREATE_EC, CREATE_EC_GLOBAL, NEW), SEL_ROOT_PD, UTCB | 1,
                      0x1234'5678, 0x77),
             SUCCESS);
    const struct ec *const ec = call_ec(NEW);
    CHECK_EQ(perm_at(NEW), PERM_EC_ALL);
    CHECK_EQ(ec->kind, EC_GLOBAL);
    CHECK_EQ(ec->cpu, 1);
    CHECK_EQ(ec->event_base, 0x77);
    CHECK_EQ(ec->arch.regs.sp, 0x1234'5678);
    CHECK_EQ(ec->arch.regs.ip, 0);
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(arch_ec_slot(&ec->arch, i), 0);
    CHECK(ec->arch.fpu == nullptr);
    CHECK(ec->cont == ec_cont_startup); /* what it does first when it gets an SC */
    CHECK(ec->objects == root->objects && ec->host == root->host);
}

static void a_local_thread_waits_for_its_first_caller(void)
{
    start();
    CHECK_EQ(create(CREATE_EC_FPU, NEW, SEL_ROOT_PD, UTCB, 0), SUCCESS);
    CHECK_EQ(call_ec(NEW)->kind, EC_LOCAL);
    CHECK(call_ec(NEW)->cont == ec_resume);
    CHECK(call_ec(NEW)->arch.fpu != nullptr);
}

static void the_utcb_can_be_read_and_written_but_not_executed_or_given_away(void)
{
    start();
    CHECK(!sim_may_access(0, UTCB, PERM_MEM_R));
    CHECK_EQ(create(0, NEW, SEL_ROOT_PD, UTCB, 0), SUCCESS);
    CHECK(sim_may_access(0, UTCB, PERM_MEM_R | PERM_MEM_W));
    CHECK(!sim_may_access(0, UTCB, PERM_MEM_XU));
    const uint64_t *const word = (const uint64_t *)(const void *)call_ec(NEW)->utcb;
    for (unsigned i = 0; i < PAGE_SIZE / sizeof *word; i++)
        CHECK_EQ(word[i], 0);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, SEL_ROOT_NOVA_OBJ, OBJ, 0, PERM_MASK),
             SUCCESS);
    CHECK_EQ(call_delegate(0, OBJ, SEL_ROOT_OBJ, SEL_NOVA_ROOT_HST, HST, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(call_delegate(0, HST, HST, UTCB >> PAGE_BITS, (UTCB >> PAGE_BITS) + 1, 0, PERM_MASK),
             SUCCESS);
    CHECK(!sim_may_access(0, UTCB + PAGE_SIZE, PERM_MEM_R));
}

static void checks_come_in_order(void)
{
    start();
    CHECK_EQ(create(0, SEL_ROOT_EC, CALL_SLEEP, BEYOND, 2), BAD_PAR);
    CHECK_EQ(create(0, SEL_ROOT_EC, CALL_SLEEP, UTCB, 2), BAD_CPU);
    CHECK_EQ(create(0, SEL_ROOT_EC, CALL_SLEEP, UTCB, 1), BAD_CAP);
    CHECK_EQ(create(0, SEL_ROOT_EC, BARE, UTCB, 1), ABORTED);
    CHECK_EQ(create(0, SEL_ROOT_EC, SEL_ROOT_PD, UTCB, 1), BAD_CAP);
    CHECK_EQ(create(0, NEW, SEL_ROOT_PD, UTCB, 1), SUCCESS);
}

static void the_last_page_of_user_mode_may_hold_a_utcb(void)
{
    start();
    CHECK_EQ(create(0, NEW, SEL_ROOT_PD, BEYOND - PAGE_SIZE, 0), SUCCESS);
    CHECK(sim_may_access(0, BEYOND - PAGE_SIZE, PERM_MEM_R | PERM_MEM_W));
}

static void bad_cpu_is_a_cpu_that_is_not_there(void)
{
    start();
    for (unsigned cpu = 2; cpu < 0x1000; cpu++)
        CHECK_EQ(create(0, NEW, SEL_ROOT_PD, UTCB, cpu), BAD_CPU);
}

static void bad_cap_is_no_pd_or_one_without_the_permission(void)
{
    static const uint64_t bad[] = {WEAK, CALL_SLEEP, SEL_ROOT_EC,   SEL_ROOT_OBJ,
                                   NEW,  SELNUM,     SELNUM + BARE, UINT64_MAX};
    start();
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(create(0, NEW, bad[i], UTCB, 0), BAD_CAP);
    call_weaken(SEL_ROOT_PD, WEAK, PERM_PD_EC);
    CHECK_EQ(create(0, NEW, WEAK, UTCB, 0), SUCCESS);
}

static void bad_cap_is_a_slot_that_is_taken_or_not_there(void)
{
    start();
    const size_t before = call_settle();
    CHECK_EQ(create(0, CALL_SLEEP, SEL_ROOT_PD, UTCB, 0), BAD_CAP);
    CHECK_EQ(create(0, SELNUM, SEL_ROOT_PD, UTCB, 0), BAD_CAP);
    CHECK(!sim_may_access(0, UTCB, PERM_MEM_R)); /* where it would have been */
    CHECK(before - call_settle() <= 3);          /* tables, if any, and nothing else */
}

static void a_bad_slot_leaves_what_is_mapped_at_the_utcb(void)
{
    start();
    CHECK_EQ(create(0, NEW, SEL_ROOT_PD, UTCB, 0), SUCCESS);
    CHECK_EQ(create(0, NEW, SEL_ROOT_PD, UTCB, 0), BAD_CAP);
    CHECK_EQ(create(0, SELNUM, SEL_ROOT_PD, UTCB, 0), BAD_CAP);
    CHECK(sim_may_access(0, UTCB, PERM_MEM_R | PERM_MEM_W));
}

static void aborted_is_a_pd_that_lacks_a_space(void)
{
    start();
    CHECK_EQ(create(0, NEW, BARE, UTCB, 0), ABORTED);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, BARE), SUCCESS);
    CHECK_EQ(create(0, NEW, BARE, UTCB, 0), ABORTED);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, BARE), SUCCESS);
    CHECK_EQ(create(0, NEW, BARE, UTCB, 0), ABORTED);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, PIO, BARE), SUCCESS);
    CHECK_EQ(create(0, NEW, BARE, UTCB, 0), SUCCESS);
    CHECK(call_ec(NEW)->objects != root->objects);
}

/* The EC keeps its spaces: none of the failures above may have kept one. */
static void a_refused_thread_keeps_nothing(void)
{
    start();
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, BARE), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, BARE), SUCCESS);
    CHECK_EQ(create(0, NEW, BARE, UTCB, 0), ABORTED);
    CHECK_EQ(call_object(OBJ)->refs, 1);
    CHECK_EQ(call_object(HST)->refs, 1);
    call_revoke(0, OBJ, 0); /* it is found by nobody from now on, though it is still there */
    CHECK_EQ(create(0, NEW, BARE, UTCB, 0), ABORTED);
    CHECK_EQ(call_object(HST)->refs, 1);
}

int main(void)
{
    SIM_RUN(a_thread_is_made_as_it_was_asked_for);
    SIM_RUN(a_local_thread_waits_for_its_first_caller);
    SIM_RUN(the_utcb_can_be_read_and_written_but_not_executed_or_given_away);
    SIM_RUN(checks_come_in_order);
    SIM_RUN(the_last_page_of_user_mode_may_hold_a_utcb);
    SIM_RUN(bad_cpu_is_a_cpu_that_is_not_there);
    SIM_RUN(bad_cap_is_no_pd_or_one_without_the_permission);
    SIM_RUN(bad_cap_is_a_slot_that_is_taken_or_not_there);
    SIM_RUN(a_bad_slot_leaves_what_is_mapped_at_the_utcb);
    SIM_RUN(aborted_is_a_pd_that_lacks_a_space);
    SIM_RUN(a_refused_thread_keeps_nothing);
}
