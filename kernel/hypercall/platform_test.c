/* SPDX-License-Identifier: GPL-2.0-only */
/* ctrl_hw, assign_int, assign_dev: each status, and what they tell the CPU's room. */

#include "arch/inline.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pd.h"

/* Selectors of root: a PD with its spaces and a thread, interrupts, a semaphore, a DMA space. */
enum : uint64_t { PD = 0x20, OBJ, HST, PIO, EC, SC, PIN, MSI, SM, DMA, WEAK };
enum : uint64_t { UTCB = 0x5000'0000 };

static struct ec *root;

static void start(unsigned cpus)
{
    root = call_boot(cpus, 256);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, SEL_NOVA_INT, PIN, 0, PERM_MASK),
             SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, SEL_NOVA_INT + SIM_INT_PIN, MSI, 0,
                           PERM_MASK),
             SUCCESS);
}

/* A thread of another PD, which can name everything that root can, runs on CPU 0. */
static void another_pd_runs(void)
{
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, PIO, PD), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, EC, PD, UTCB, 0, SELNUM), SUCCESS);
    struct ec *const ec = call_ec(EC);
    ec->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, SC, SEL_ROOT_PD, EC, 1, 1), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, 0, 0, 9, PERM_MASK), SUCCESS);
    CHECK(call_root_sleeps(UINT64_MAX) == ec);
}

static status_t hw(unsigned op, uint64_t desc)
{
    return call_raw(0, call_p0(HYPERCALL_CTRL_HW, op, desc), 0, 0, 0, 0);
}

static status_t assign(unsigned flags, uint64_t sm, uint64_t cpu, uint64_t device)
{
    return call_raw(0, call_p0(HYPERCALL_ASSIGN_INT, flags, sm), cpu, device, 3, 4);
}

static status_t assign_dev(uint64_t dma)
{
    return call_raw(0, call_p0(HYPERCALL_ASSIGN_DEV, 0, dma), 0, 0, 0, 0);
}

static void the_platform_is_asked_for_the_state_that_the_caller_named(void)
{
    start(1);
    for (unsigned state = 0; state < 8; state++) {
        sim_power.answer = state % 2 == 0 ? SUCCESS : ABORTED;
        CHECK_EQ(
            hw(CTRL_HW_SLEEP, UINT64_C(0xffff'ffff'ffff) << 9 | (7 - state) << 6 | 5 << 3 | state),
            sim_power.answer);
        CHECK_EQ(sim_power.state, state);
        CHECK_EQ(sim_power.a, 5);
        CHECK_EQ(sim_power.b, 7 - state);
    }
    sim_power.answer = BAD_FTR;
    CHECK_EQ(hw(CTRL_HW_SLEEP, SLEEP_S5), BAD_FTR);
}

static void bad_par_is_an_operation_that_is_not_there(void)
{
    static const unsigned none[] = {1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15};
    start(1);
    sim_power.answer = SUCCESS;
    for (unsigned i = 0; i < ARRAY_SIZE(none); i++)
        CHECK_EQ(hw(none[i], 0), BAD_PAR);
}

static void classes_of_service_are_no_feature_here(void)
{
    start(1);
    for (unsigned op = CTRL_HW_QOS; op <= CTRL_HW_MBA; op++)
        CHECK_EQ(hw(op, 0), BAD_FTR);
}

static void bad_hyp_is_a_caller_that_is_not_root(void)
{
    start(1);
    sim_power.answer = SUCCESS;
    another_pd_runs();
    for (unsigned op = 0; op < 16; op++)
        CHECK_EQ(hw(op, 0), BAD_HYP);
    CHECK_EQ(assign_dev(SM), BAD_HYP);
}

static void any_pd_may_assign_an_interrupt_that_it_has(void)
{
    start(1);
    another_pd_runs();
    CHECK_EQ(assign(0, PIN, 0, 0), SUCCESS);
}

static void an_interrupt_is_set_as_the_flags_say(void)
{
    start(2);
    for (unsigned flags = 0; flags < 16; flags++) {
        CHECK_EQ(assign(flags, MSI, UINT64_C(0xabcd'0001), UINT64_C(0xabcd'1234)), SUCCESS);
        const struct irq_setting *const set = sim_irq_setting(SIM_INT_PIN);
        CHECK_EQ(set->cpu, 1);
        CHECK_EQ(set->device, 0x1234);
        CHECK_EQ(set->masked, (flags & ASSIGN_INT_MASKED) != 0);
        CHECK_EQ(set->level, (flags & ASSIGN_INT_LEVEL) != 0);
        CHECK_EQ(set->low, (flags & ASSIGN_INT_LOW) != 0);
        CHECK_EQ(set->guest, (flags & ASSIGN_INT_GUEST) != 0);
        CHECK_EQ(arch_ec_slot(&root->arch, 1), 0xfee0'0000);
        CHECK_EQ(arch_ec_slot(&root->arch, 2), SIM_INT_PIN);
        CHECK_EQ(arch_ec_slot(&root->arch, 3), 3);
        CHECK_EQ(arch_ec_slot(&root->arch, 4), 4);
    }
}

static void a_refused_interrupt_is_as_it_was(void)
{
    start(2);
    CHECK_EQ(assign(0, PIN, 1, 5), SUCCESS);
    call_weaken(PIN, WEAK, PERM_MASK & ~PERM_SM_ASSIGN);
    CHECK_EQ(assign(0xf, PIN, 2, 6), BAD_CPU);
    CHECK_EQ(assign(0xf, SM, 0xffff, 6), BAD_CPU); /* the CPU comes first */
    CHECK_EQ(assign(0xf, WEAK, 0, 6), BAD_CAP);
    CHECK_EQ(assign(0xf, SM, 0, 6), BAD_CAP);
    CHECK_EQ(assign(0xf, SEL_ROOT_PD, 0, 6), BAD_CAP); /* has the bit, is no semaphore */
    CHECK_EQ(assign(0xf, DMA, 0, 6), BAD_CAP);
    CHECK_EQ(assign(0xf, SELNUM + PIN, 0, 6), BAD_CAP);
    CHECK_EQ(arch_ec_slot(&root->arch, 1), 0);
    CHECK_EQ(arch_ec_slot(&root->arch, 2), 6);
    CHECK_EQ(sim_irq_setting(0)->cpu, 1);
    CHECK_EQ(sim_irq_setting(0)->device, 5);
    CHECK(!sim_irq_setting(0)->masked);
}

/* Nobody can have such a capability: the bit is not among those of a semaphore that was created. */
static void an_ordinary_semaphore_is_no_interrupt_whatever_its_permissions(void)
{
    start(1);
    CHECK_EQ(space_obj_insert(root->objects, WEAK, call_object(SM), PERM_MASK), SUCCESS);
    CHECK_EQ(assign(0, WEAK, 0, 0), BAD_CAP);
}

static void assign_dev_checks_the_space_before_the_device(void)
{
    static struct kobject dma = {.type = KOBJ_SPC_DMA, .refs = 1};
    start(1);
    CHECK_EQ(assign_dev(SM), BAD_CAP);
    CHECK_EQ(assign_dev(SEL_ROOT_OBJ), BAD_CAP);
    CHECK_EQ(space_obj_insert(root->objects, DMA, &dma, PERM_DMA_ALL & ~PERM_SPC_ASSIGN), SUCCESS);
    CHECK_EQ(assign_dev(DMA), BAD_CAP);
    call_revoke(0, DMA, 0);
    CHECK_EQ(space_obj_insert(root->objects, DMA, &dma, PERM_DMA_ALL), SUCCESS);
    CHECK_EQ(assign_dev(SELNUM + DMA), BAD_CAP);
    CHECK_EQ(assign_dev(DMA), BAD_DEV);
}

int main(void)
{
    SIM_RUN(the_platform_is_asked_for_the_state_that_the_caller_named);
    SIM_RUN(bad_par_is_an_operation_that_is_not_there);
    SIM_RUN(classes_of_service_are_no_feature_here);
    SIM_RUN(bad_hyp_is_a_caller_that_is_not_root);
    SIM_RUN(any_pd_may_assign_an_interrupt_that_it_has);
    SIM_RUN(an_interrupt_is_set_as_the_flags_say);
    SIM_RUN(a_refused_interrupt_is_as_it_was);
    SIM_RUN(an_ordinary_semaphore_is_no_interrupt_whatever_its_permissions);
    SIM_RUN(assign_dev_checks_the_space_before_the_device);
}
