/* SPDX-License-Identifier: GPL-2.0-only */
/* The first event of a virtual CPU, what its handler is told, and who never gets beyond it. */
#include "tests/guest/guest.h"

/* What a cortex-a72 says of itself. Cortex-A72 TRM (Arm 100095), "System register summary". */
enum : uint32_t { MIDR_PART = 0xff0f'fff0, MIDR_CORTEX_A72 = 0x410f'd080 };
static const struct {
    unsigned x;
    uint64_t value, mask;
} cortex_a72[] = {
    {0, 0x0222, 0xffff},                             /* ID_AA64PFR0: QEMU adds the GIC, hides EL3 */
    {1, 0, ~0ull},                                   /* ID_AA64PFR1                   */
    {2, 0x1030'5006, 0xffff'f0ff},                   /* ID_AA64DFR0                   */
    {3, 0, ~0ull},                                   /* ID_AA64DFR1                   */
    {4, 0x1'1120, ~0ull},                            /* ID_AA64ISAR0                  */
    {5, 0, ~0ull},                                   /* ID_AA64ISAR1                  */
    {6, 0, ~0ull},                                   /* ID_AA64ISAR2                  */
    {7, 0x1124, 0xf000'ffff},                        /* ID_AA64MMFR0                  */
    {8, 0, ~0ull},                                   /* ID_AA64MMFR1                  */
    {9, 0, ~0ull},                                   /* ID_AA64MMFR2                  */
    {16, 0x131ull, 0xffff'ffff},                     /* ID_PFR0                       */
    {17, 0x0300'0006ull << 32, ~0xf0'fff0ull << 32}, /* -, ID_DFR0                          */
    {18, 0x0210'1110ull << 32, ~0ull},               /* ID_DFR1, ID_ISAR0                   */
    {19, 0x2123'2042'1311'2111, ~0ull},              /* ID_ISAR1, ID_ISAR2            */
    {20, 0x0001'1142'0111'2131, ~0ull},              /* ID_ISAR3, ID_ISAR4            */
    {21, 0x0001'1121, ~0ull},                        /* ID_ISAR5, ID_ISAR6            */
    {22, 0x4000'0000'1020'1105, ~0ull},              /* ID_MMFR0, ID_MMFR1            */
    {23, 0x0210'2211'0126'0000, ~0ull},              /* ID_MMFR2, ID_MMFR3            */
    {29, 0x1211'1111'1011'0222, ~0ull},              /* MVFR0, MVFR1                  */
    {30, 0x43, ~0ull},                               /* MVFR2                         */
};

static struct vcpu *started(const struct vm *vm, uint16_t cpu)
{
    struct vcpu *const v = create_vcpu(vm, &(struct vcpu_plan){.cpu = cpu});
    vcpu_start(v, MID);
    EXPECT_EQ(EVENT_STARTUP, vcpu_wait(v));
    return v;
}

TEST(startup, says_which_event_it_is)
{
    const struct vm vm = new_vm();
    const struct vcpu *const v = started(&vm, cpu_here());
    EXPECT_EQ((uint64_t)EVENT_ARCH << 26, v->state.esr_el2);
    EXPECT_EQ(0, v->state.far_el2);
    EXPECT_EQ(0, v->state.hpfar_el2);
    EXPECT_EQ(MTD_READ, v->mtd);
}

TEST(startup, tells_what_the_cpu_is)
{
    const struct vm vm = new_vm();
    const struct utcb_arch *const s = &started(&vm, cpu_here())->state;
    if ((s->vpidr_el2 & MIDR_PART) != MIDR_CORTEX_A72) {
        tap_skip("the table is that of a cortex-a72");
        return;
    }
    for (size_t i = 0; i < sizeof cortex_a72 / sizeof *cortex_a72; i++)
        if ((s->x[cortex_a72[i].x] & cortex_a72[i].mask) != cortex_a72[i].value)
            tap_fail(__FILE__, __LINE__, "X%u is %#lx", cortex_a72[i].x, s->x[cortex_a72[i].x]);
}

TEST(startup, tells_each_cpu_its_own_affinity)
{
    uint64_t seen[64];
    const struct vm vm = new_vm();
    for (uint16_t cpu = 0; cpu < hip->cpu_num && cpu < 8; cpu++) {
        seen[cpu] = started(&vm, cpu)->state.vmpidr_el2;
        EXPECT((seen[cpu] & 1ull << 31) != 0);
        for (uint16_t other = 0; other < cpu; other++)
            EXPECT(seen[other] != seen[cpu]);
    }
}

TEST(startup, words_without_a_meaning_are_zero)
{
    const struct vm vm = new_vm();
    const struct utcb_arch *const s = &started(&vm, cpu_here())->state;
    for (unsigned n = 12; n < 16; n++)
        EXPECT_EQ(0, s->x[n]);
    for (unsigned n = 25; n < 29; n++)
        EXPECT_EQ(0, s->x[n]);
    if (id_field(s->x[0], 7, 4) != 2) /* without AArch32 at EL1 */
        for (unsigned n = 16; n < 25; n++)
            EXPECT_EQ(0, s->x[n]);
    EXPECT_EQ(0, s->elr_el2);
    EXPECT_EQ(0, s->spsr_el2);
    EXPECT_EQ(0, s->tpidr_el0 | s->tpidrro_el0);
    EXPECT_EQ(0, s->spsr_abt | s->spsr_fiq | s->spsr_irq | s->spsr_und);
    EXPECT_EQ(0, s->sp_el1 | s->tpidr_el1 | s->contextidr_el1 | s->elr_el1 | s->spsr_el1);
    EXPECT_EQ(0, s->esr_el1 | s->far_el1 | s->afsr0_el1 | s->afsr1_el1);
    EXPECT_EQ(0, s->ttbr0_el1 | s->ttbr1_el1 | s->tcr_el1 | s->mair_el1 | s->amair_el1);
    EXPECT_EQ(0, s->vbar_el1 | s->mdscr_el1);
    EXPECT_EQ(0, s->cntv_cval_el0 | s->cntv_ctl_el0 | s->cntkctl_el1 | s->cntvoff_el2);
    for (size_t i = 0; i < 16; i++)
        EXPECT_EQ(0, s->lr[i]);
    for (size_t i = 0; i < 4; i++)
        EXPECT_EQ(0, s->ap0r[i] | s->ap1r[i]);
    EXPECT_EQ(0, s->vmcr);
}

TEST(startup, tells_how_many_list_registers_there_are)
{
    const struct vm vm = new_vm();
    const uint32_t elrsr = started(&vm, cpu_here())->state.elrsr;
    EXPECT(elrsr != 0 && elrsr <= 0xffff);
    EXPECT_EQ(0, elrsr & (elrsr + 1)); /* ones from bit 0 on */
}

TEST(startup, stack_pointer_is_that_of_create_ec)
{
    const struct vm vm = new_vm();
    for (uint64_t i = 0; i < 3; i++) /* the harness numbers them */
        EXPECT_EQ(i, started(&vm, cpu_here())->state.sp_el0);
}

TEST(startup, comes_once)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    vcpu_start(v, HIGH); /* a second SC */
    settle(v->cpu);
    EXPECT_EQ(0, drain(v->stopped));
    for (int i = 0; i < 10; i++)
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
}

TEST(startup, does_not_come_without_an_sc)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = create_vcpu(&vm, &(struct vcpu_plan){.cpu = cpu_here()});
    settle(v->cpu);
    EXPECT_EQ(0, drain(v->stopped));
}

TEST(startup, without_spaces_is_the_end)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    v->reply &= ~MTD_SPACES;
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
}

TEST(startup, poison_is_the_end)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    v->reply |= MTD_POISON;
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
}

TEST(startup, poison_is_the_end_later_too)
{
    const struct vm vm = new_child_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    v->reply = MTD_POISON;
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
}

TEST(startup, without_a_portal_is_the_end)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = create_vcpu(&vm, &(struct vcpu_plan){.cpu = cpu_here()});
    revoke(v->events + hip->sel_gst_arch + EVENT_NOVA_STARTUP);
    vcpu_start(v, MID);
    EXPECT(vcpu_is_dead(v));
}

TEST(startup, portal_without_event_permission_is_the_end)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = create_vcpu(&vm, &(struct vcpu_plan){.cpu = cpu_here()});
    const sel_t portal = v->events + hip->sel_gst_arch + EVENT_NOVA_STARTUP;
    MUST(hc_ctrl_pd(
        SEL_ROOT_OBJ, SEL_ROOT_OBJ,
        (struct hc_range){.from = portal, .to = portal, .perm = PERM_PT_ALL & ~PERM_PT_EVENT}));
    vcpu_start(v, MID);
    EXPECT(vcpu_is_dead(v));
}

TEST(startup, handler_on_another_cpu_is_the_end)
{
    if (cpu_here() == cpu_there())
        return;
    const struct vm vm = new_vm();
    const struct vcpu *const far = create_vcpu(&vm, &(struct vcpu_plan){.cpu = cpu_there()});
    struct vcpu *const v = create_vcpu(&vm, &(struct vcpu_plan){.cpu = cpu_here()});
    const sel_t startup = hip->sel_gst_arch + EVENT_NOVA_STARTUP;
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                    (struct hc_range){.from = far->events + startup,
                                      .to = v->events + startup,
                                      .perm = PERM_PT_ALL}));
    vcpu_start(v, MID);
    EXPECT(vcpu_is_dead(v));
    EXPECT_EQ(0, drain(far->stopped));
}

TEST(startup, an_event_without_a_portal_is_the_end)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    revoke(v->events + EVENT_HVC64);
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
}

/* ---- create_ec, G = 1 ---- */

static status_t create(sel_t sel, sel_t pd, struct hc_ec ec)
{
    ec.flags |= CREATE_EC_GUEST;
    return hc_create_ec(sel, pd, ec);
}

TEST(startup, create_ec_ignores_hvp)
{
    EXPECT_STATUS(SUCCESS, create(sel_alloc(0), SEL_ROOT_PD, (struct hc_ec){.page = ~0xfffull}));
    EXPECT_STATUS(SUCCESS, create(sel_alloc(0), SEL_ROOT_PD, (struct hc_ec){.page = HVA_FREE}));
    EXPECT(!can_read(HVA_FREE));
}

TEST(startup, create_ec_refuses_what_it_must)
{
    const sel_t sel = sel_alloc(0), pd = sel_alloc(0);
    EXPECT_STATUS(BAD_CPU, create(sel, SEL_ROOT_PD, (struct hc_ec){.cpu = hip->cpu_num}));
    EXPECT_STATUS(BAD_CAP, create(sel, SEL_ROOT_OBJ, (struct hc_ec){}));
    EXPECT_STATUS(BAD_CAP,
                  create(sel, copy_cap(SEL_ROOT_PD, PERM_PD_ALL & ~PERM_PD_EC), (struct hc_ec){}));
    EXPECT_STATUS(BAD_CAP, create(SEL_ROOT_PD, SEL_ROOT_PD, (struct hc_ec){}));
    MUST(hc_create_pd(pd, CREATE_PD_PD, SEL_ROOT_PD));
    EXPECT_STATUS(ABORTED, create(sel, pd, (struct hc_ec){})); /* without any space */
    MUST(hc_create_pd(sel_alloc(0), CREATE_PD_OBJ, pd));
    EXPECT_STATUS(ABORTED, create(sel, pd, (struct hc_ec){})); /* without a host space */
    MUST(hc_create_pd(sel_alloc(0), CREATE_PD_HST, pd));
    EXPECT_STATUS(SUCCESS, create(sel, pd, (struct hc_ec){}));
}

TEST(startup, no_portal_leads_to_a_virtual_cpu)
{
    const struct vm vm = new_vm();
    const struct vcpu *const v = create_vcpu(&vm, &(struct vcpu_plan){.cpu = cpu_here()});
    EXPECT_STATUS(BAD_CAP, hc_create_pt(sel_alloc(0), SEL_ROOT_PD, v->ec, 0));
}

static const struct tap_test tests[] = {
    TAP_TEST(startup, says_which_event_it_is),
    TAP_TEST(startup, tells_what_the_cpu_is),
    TAP_TEST(startup, tells_each_cpu_its_own_affinity),
    TAP_TEST(startup, words_without_a_meaning_are_zero),
    TAP_TEST(startup, tells_how_many_list_registers_there_are),
    TAP_TEST(startup, stack_pointer_is_that_of_create_ec),
    TAP_TEST(startup, comes_once),
    TAP_TEST(startup, does_not_come_without_an_sc),
    TAP_TEST(startup, without_spaces_is_the_end),
    TAP_TEST(startup, poison_is_the_end),
    TAP_TEST(startup, poison_is_the_end_later_too),
    TAP_TEST(startup, without_a_portal_is_the_end),
    TAP_TEST(startup, portal_without_event_permission_is_the_end),
    TAP_TEST(startup, handler_on_another_cpu_is_the_end),
    TAP_TEST(startup, an_event_without_a_portal_is_the_end),
    TAP_TEST(startup, create_ec_ignores_hvp),
    TAP_TEST(startup, create_ec_refuses_what_it_must),
    TAP_TEST(startup, no_portal_leads_to_a_virtual_cpu),
};
const struct tap_suite startup_suite = GUEST_SUITE(tests);
