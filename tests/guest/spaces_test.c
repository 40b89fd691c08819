/* SPDX-License-Identifier: GPL-2.0-only */
/* SPACES: which guest space a virtual CPU may be given, and by whom (interface specification, 7.7.4). */
#include "tests/guest/guest.h"

/* Reply to STARTUP, or to an HVC later, with that selector. */
static struct vcpu *assign(const struct vm *vm, sel_t gst, bool later)
{
    struct vcpu *const v = new_vcpu(vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    if (later)
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    v->state.sel_gst = gst;
    v->reply |= MTD_SPACES;
    vcpu_resume(v);
    return v;
}

static void expect_refused(const struct vm *vm, sel_t gst)
{
    EXPECT(vcpu_is_dead(assign(vm, gst, false)));
    EXPECT(vcpu_is_dead(assign(vm, gst, true)));
}

static void expect_taken(const struct vm *vm, sel_t gst)
{
    EXPECT_EQ(EVENT_HVC64, vcpu_wait(assign(vm, gst, false)));
    EXPECT_EQ(EVENT_HVC64, vcpu_wait(assign(vm, gst, true)));
}

TEST(spaces, any_of_the_same_domain_can_be_assigned)
{
    const struct vm vm = new_vm();
    expect_taken(&vm, vm.gst);
    expect_taken(&vm, new_gst(&vm));
    const struct vm child = new_child_vm();
    expect_taken(&child, child.gst);
    expect_taken(&child, new_gst(&child));
}

TEST(spaces, assign_is_the_permission_that_it_takes)
{
    const struct vm vm = new_vm();
    expect_taken(&vm, copy_cap(vm.gst, PERM_SPC_ASSIGN));
    expect_refused(&vm, copy_cap(vm.gst, PERM_GST_ALL & ~PERM_SPC_ASSIGN));
}

TEST(spaces, of_another_domain_is_refused)
{
    const struct vm mine = new_vm(), child = new_child_vm();
    expect_refused(&mine, child.gst);
    expect_refused(&child, mine.gst);
}

TEST(spaces, what_is_no_guest_space_is_refused)
{
    const struct vm vm = new_vm();
    expect_refused(&vm, sel_alloc(0));
    expect_refused(&vm, SELNUM);
    expect_refused(&vm, SELNUM | vm.gst); /* selectors do not wrap */
    expect_refused(&vm, 1ull << 63 | vm.gst);
    expect_refused(&vm, ~0ull);
    expect_refused(&vm, SEL_ROOT_PD);
    expect_refused(&vm, SEL_ROOT_OBJ);
    expect_refused(&vm, SEL_LIB_ROOT_HST);
    expect_refused(&vm, SEL_ROOT_EC);
    expect_refused(&vm, SEL_ROOT_SC);
    expect_refused(&vm, new_sm(0));
}

TEST(spaces, it_is_the_object_space_of_the_handler_that_counts)
{
    /* The child's own selectors are empty but for its portals. */
    const struct vm child = new_child_vm();
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, child.obj,
                    (struct hc_range){.from = child.gst, .to = 1, .perm = PERM_GST_ALL}));
    expect_refused(&child, 1);
    expect_taken(&child, child.gst);
}

TEST(spaces, a_new_one_holds_at_once)
{
    const struct vm vm = new_vm(), other = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    *vm_word(&vm, DATA) = 1;
    *vm_word(&other, DATA) = 2;
    vm_write(&other, PROGRAM, CODE(load));
    vcpu_load(v, CODE(load));
    for (uint64_t i = 0; i < 10; i++) {
        const struct vm *const now = i % 2 == 0 ? &vm : &other;
        vcpu_set_x(v, 1, GPA_RAM + DATA);
        vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
        v->state.sel_gst = now->gst;
        v->reply |= MTD_SPACES;
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
        EXPECT_EQ(1 + i % 2, v->state.x[0]);
    }
}

TEST(spaces, one_that_is_in_use_needs_no_capability)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    revoke(vm.gst);
    for (int i = 0; i < 10; i++) {
        settle(cpu_here());
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    }
}

TEST(spaces, an_empty_one_gives_an_abort_for_the_first_instruction)
{
    const struct vm vm = new_vm();
    const sel_t empty = sel_alloc(0);
    MUST(hc_create_pd(empty, CREATE_PD_GST, vm.pd));
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    v->state.sel_gst = empty;
    EXPECT_EQ(EVENT_IABORT_LOWER, vcpu_run(v));
    EXPECT_EQ(GPA_RAM + PROGRAM, v->state.far_el2);
    EXPECT_EQ((GPA_RAM + PROGRAM) >> 8, v->state.hpfar_el2);
    EXPECT_EQ(GPA_RAM + PROGRAM, v->state.elr_el2);
}

static const struct tap_test tests[] = {
    TAP_TEST(spaces, any_of_the_same_domain_can_be_assigned),
    TAP_TEST(spaces, assign_is_the_permission_that_it_takes),
    TAP_TEST(spaces, of_another_domain_is_refused),
    TAP_TEST(spaces, what_is_no_guest_space_is_refused),
    TAP_TEST(spaces, it_is_the_object_space_of_the_handler_that_counts),
    TAP_TEST(spaces, a_new_one_holds_at_once),
    TAP_TEST(spaces, one_that_is_in_use_needs_no_capability),
    TAP_TEST(spaces, an_empty_one_gives_an_abort_for_the_first_instruction),
};
const struct tap_suite spaces_suite = GUEST_SUITE(tests);
