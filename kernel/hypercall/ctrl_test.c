/* SPDX-License-Identifier: GPL-2.0-only */
/* ctrl_ec, ctrl_sc, ctrl_pt, ctrl_sm: each status, and what they do when they answer SUCCESS. */

#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pt.h"
#include "kernel/obj/sm.h"

/* Selectors: a thread with its SC, a server with its portal, an interrupt, weak capabilities. */
enum : uint64_t { THREAD = 0x20, SERVER = 0x30, NOVA = 0x40, INT, SM, WEAK };

static struct ec *root;

static void start(unsigned cpus)
{
    root = call_boot(cpus, 256);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, SEL_NOVA_INT, INT, 0, PERM_MASK),
             SUCCESS);
}

/* The counter of the semaphore is `now`, and from now on `next`. */
static void count(uint64_t now, uint64_t next)
{
    struct sm *const sm = CONTAINER_OF(call_object(SM), struct sm, obj);
    SPIN_GUARD(&sm->lock);
    CHECK_EQ(sm->count, now);
    sm->count = next;
}

static status_t down(uint64_t sm, unsigned flags, uint64_t deadline)
{
    return call_raw(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN | flags, sm), deadline, 0, 0, 0);
}

/* Each is refused with all but one of its permissions, and does with that one alone. */
static void bad_cap_is_another_object_or_a_missing_permission(void)
{
    static const struct {
        enum hypercall number;
        unsigned flags;
        uint64_t sel;
        uint8_t perm;
    } calls[] = {
        {HYPERCALL_CTRL_EC, 0, SERVER, PERM_EC_CTRL},
        {HYPERCALL_CTRL_EC, CTRL_EC_STRONG, SERVER, PERM_EC_CTRL},
        {HYPERCALL_CTRL_SC, 0, SEL_ROOT_SC, PERM_SC_CTRL},
        {HYPERCALL_CTRL_PT, 0, SERVER + 1, PERM_PT_CTRL},
        {HYPERCALL_CTRL_SM, 0, SM, PERM_SM_UP},
        {HYPERCALL_CTRL_SM, CTRL_SM_DOWN, SM, PERM_SM_DOWN},
    };
    start(1);
    call_server(SERVER, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        const uint64_t p0 = call_p0(calls[i].number, calls[i].flags, WEAK);
        call_weaken(calls[i].sel, WEAK, PERM_MASK & ~calls[i].perm);
        CHECK_EQ(call_raw(0, p0, 1, 2, 3, 4), BAD_CAP);
        for (unsigned slot = 1; slot < 5; slot++) /* what it would answer or change */
            CHECK_EQ(arch_ec_slot(&root->arch, slot), slot);
        call_revoke(0, WEAK, 0);
        CHECK_EQ(call_raw(0, p0, 0, 0, 0, 0), BAD_CAP);
        call_weaken(SEL_ROOT_PD, WEAK, PERM_MASK); /* all permissions, wrong type */
        CHECK_EQ(call_raw(0, p0, 0, 0, 0, 0), BAD_CAP);
        CHECK_EQ(call_raw(0, call_p0(calls[i].number, calls[i].flags, SELNUM + calls[i].sel), 0, 0,
                          0, 0),
                 BAD_CAP);
        call_weaken(calls[i].sel, WEAK, calls[i].perm);
        CHECK_EQ(call_raw(0, p0, 0, 0, 0, 0), SUCCESS);
    }
}

static void recall_reaches_a_thread_of_this_cpu_when_it_would_leave(void)
{
    start(1);
    call_server(SERVER, 0);
    CHECK_EQ(call_ctrl_ec(0, SERVER, 0), SUCCESS);
    CHECK_EQ(call_ctrl_ec(0, SERVER, 0), SUCCESS); /* twice is once */
    CHECK_EQ(call_ec(SERVER)->hazard, HAZARD_RECALL);
    CHECK(sim_user(0) == root); /* the others are not concerned */
}

/* Root has no portal for it: RECALL on the way out of this call is the end. */
static void recall_reaches_the_caller_itself(void)
{
    start(1);
    CHECK(sim_hypercall(0, call_p0(HYPERCALL_CTRL_EC, 0, SEL_ROOT_EC), 0, 0, 0, 0) != root);
}

static void recall_kicks_a_thread_of_another_cpu(void)
{
    start(2);
    call_thread(THREAD, 1, 10, 10);
    sim_interrupt(1, SIM_KICK);
    CHECK_EQ(sim_pending(1), 0);
    CHECK_EQ(call_ctrl_ec(0, THREAD, 0), SUCCESS);
    CHECK_EQ(sim_pending(1), SIM_KICK);
}

static void weak_recall_of_a_thread_that_is_recalled_kicks_nobody(void)
{
    start(2);
    call_thread(THREAD, 1, 10, 10);
    sim_interrupt(1, SIM_KICK);
    call_ec(THREAD)->hazard = HAZARD_RECALL;
    CHECK_EQ(call_ctrl_ec(0, THREAD, 0), SUCCESS);
    CHECK_EQ(sim_pending(1), 0);
}

static void strong_recall_returns_when_the_other_cpu_has_entered(void)
{
    start(2);
    struct ec *const ec = call_thread(THREAD, 1, 10, 10);
    sim_interrupt(1, SIM_KICK);
    CHECK(sim_user(1) == ec);
    sim_begin(0, call_p0(HYPERCALL_CTRL_EC, CTRL_EC_STRONG, THREAD), 0, 0, 0, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK_EQ(sim_step(0), SIM_SPIN); /* not before */
    sim_interrupt(1, SIM_KICK);
    CHECK_EQ(sim_step(0), SIM_USER);
    CHECK_EQ(call_status(root), SUCCESS);
}

static void the_time_of_an_sc_is_what_it_has_used(void)
{
    start(1);
    const uint64_t before = call_ctrl_sc(0, SEL_ROOT_SC);
    struct ec *const ec = call_thread(THREAD, 0, 10, 10);
    sim_advance(700);
    CHECK(call_root_sleeps(0) == ec);
    sim_advance(30);
    CHECK_EQ(call_up(0, CALL_SLEEP), CALL_WAITS); /* root is back, and more urgent */
    CHECK_EQ(call_ctrl_sc(0, SEL_ROOT_SC) - before, 700);
    CHECK_EQ(call_ctrl_sc(0, THREAD + 1), 30);
    sim_advance(5);
    CHECK_EQ(call_ctrl_sc(0, THREAD + 1), 30);
}

static void a_portal_gets_its_identifier_and_mtd(void)
{
    start(1);
    call_server(SERVER, 0);
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_CTRL_PT, 0xf, SERVER + 1), UINT64_MAX,
                      UINT64_C(0x7'8765'4321), 0, 0),
             SUCCESS);
    const struct pt *const pt = CONTAINER_OF(call_object(SERVER + 1), struct pt, obj);
    CHECK_EQ(pt->id, UINT64_MAX);
    CHECK_EQ(pt->mtd, 0x8765'4321); /* 32 bits */
}

static void up_and_down_count(void)
{
    start(1);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(down(SM, 0, 0), SUCCESS);
    count(1, 1);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(down(SM, CTRL_SM_ZERO, 0), SUCCESS);
    count(0, 0);
    sim_advance(3);
    CHECK_EQ(down(SM, 0, 3), TIMEOUT);
    CHECK_EQ(down(SM, 0, 4), CALL_WAITS);
}

static void zero_means_nothing_to_up(void)
{
    start(1);
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_ZERO, SM), 1, 0, 0, 0), SUCCESS);
    count(2, 2);
}

static void ovrflow_is_the_end_of_the_counter(void)
{
    start(1);
    count(0, UINT64_MAX);
    CHECK_EQ(call_up(0, SM), OVRFLOW);
    count(UINT64_MAX, UINT64_MAX);
}

/* Somebody with a deadline keeps the semaphore, and cannot if it is going. */
static void who_cannot_keep_the_semaphore_does_not_wait(void)
{
    start(1);
    call_object(SM)->refs--; /* as if its last capability went just now */
    CHECK_EQ(down(SM, 0, 1000), BAD_CAP);
    call_object(SM)->refs++;
    CHECK(call_ec(SEL_ROOT_EC)->waits_at == nullptr);
}

static void an_interrupt_can_be_waited_for_on_its_cpu_only(void)
{
    start(2);
    CHECK_EQ(call_up(0, INT), BAD_CAP); /* that is for the device */
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_ASSIGN_INT, 0, INT), 1, 0, 0, 0), SUCCESS);
    CHECK_EQ(down(INT, 0, 0), BAD_CPU);
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_ASSIGN_INT, 0, INT), 0, 0, 0, 0), SUCCESS);
    sim_raise(0);
    sim_raise(0);
    sim_settle();
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_ASSIGN_INT, 0, INT), 1, 0, 0, 0), SUCCESS);
    CHECK_EQ(down(INT, 0, 0), BAD_CPU); /* though it has come */
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_ASSIGN_INT, 0, INT), 0, 0, 0, 0), SUCCESS);
    CHECK_EQ(down(INT, CTRL_SM_ZERO, 0), SUCCESS);
    CHECK_EQ(down(INT, 0, 0), CALL_WAITS);
    sim_raise(0);
    CHECK(sim_interrupt(0, SIM_IRQ) == root);
    CHECK_EQ(call_status(root), SUCCESS);
}

int main(void)
{
    SIM_RUN(bad_cap_is_another_object_or_a_missing_permission);
    SIM_RUN(recall_reaches_a_thread_of_this_cpu_when_it_would_leave);
    SIM_RUN(recall_reaches_the_caller_itself);
    SIM_RUN(recall_kicks_a_thread_of_another_cpu);
    SIM_RUN(weak_recall_of_a_thread_that_is_recalled_kicks_nobody);
    SIM_RUN(strong_recall_returns_when_the_other_cpu_has_entered);
    SIM_RUN(the_time_of_an_sc_is_what_it_has_used);
    SIM_RUN(a_portal_gets_its_identifier_and_mtd);
    SIM_RUN(up_and_down_count);
    SIM_RUN(zero_means_nothing_to_up);
    SIM_RUN(ovrflow_is_the_end_of_the_counter);
    SIM_RUN(who_cannot_keep_the_semaphore_does_not_wait);
    SIM_RUN(an_interrupt_can_be_waited_for_on_its_cpu_only);
}
