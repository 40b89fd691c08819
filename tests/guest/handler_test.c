/* SPDX-License-Identifier: GPL-2.0-only */
/* Who handles events of virtual CPUs, on whose time, and what becomes of them (interface, 5.2, 4.4). */
#include "tests/guest/guest.h"

static struct vcpu *partner_of(const struct vm *vm, const struct vcpu *v)
{
    struct vcpu *const other = create_vcpu(vm, &(struct vcpu_plan){.cpu = v->cpu, .partner = v});
    vcpu_start(other, MID);
    return other;
}

TEST(handler, busy_with_one_guest_lets_another_wait)
{
    const struct vm vm = new_vm();
    struct vcpu *const a = new_vcpu(&vm, cpu_there());
    vcpu_load(a, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(a));
    struct vcpu *const b = partner_of(&vm, a);
    if (cpu_here() != cpu_there())
        settle(cpu_here());
    EXPECT_EQ(0, drain(b->stopped));
    vcpu_load(a, CODE(count)); /* a goes on without events */
    vcpu_set_x(a, 0, GPA_RAM + DATA);
    vcpu_resume(a);
    EXPECT_EQ(EVENT_STARTUP, vcpu_wait(b));
}

/* Replies to whatever comes; a new guest begins at PROGRAM. */
static bool step_serve(struct vcpu *v)
{
    if (v->event == EVENT_STARTUP) {
        v->state.sel_gst = v->vm->gst;
        v->state.hcr_el2 = HCR_RW;
        v->reply = MTD_SPACES | MTD_EL2_HCR;
        vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
    }
    return v->event == EVENT_RECALL;
}

TEST(handler, serves_two_guests)
{
    const struct vm vm = new_vm();
    struct vcpu *const a = new_vcpu(&vm, cpu_there());
    vcpu_load(a, CODE(count_hvc));
    a->step = step_serve;
    struct vcpu *const b = create_vcpu(&vm, &(struct vcpu_plan){.cpu = a->cpu, .partner = a});
    b->step = step_serve;
    vcpu_resume(a);
    vcpu_start(b, MID);
    for (int i = 0; i < 5; i++) {
        EXPECT(wait_until(&a->count, atomic_load(&a->count) + 10));
        EXPECT(wait_until(&b->count, atomic_load(&b->count) + 10));
    }
    for (int i = 0; i < 2; i++) {
        struct vcpu *const v = i == 0 ? a : b;
        MUST(hc_ctrl_ec(v->ec, CTRL_EC_STRONG));
        EXPECT_EQ(EVENT_RECALL, vcpu_wait(v));
        EXPECT(v->state.x[1] > 20); /* its own count of calls */
        v->step = nullptr;
        v->reply = MTD_POISON;
        vcpu_resume(v);
    }
}

static bool step_fault([[maybe_unused]] struct vcpu *v)
{
    __asm__ volatile("udf #0");
    return true;
}

TEST(handler, that_dies_takes_its_guest_along)
{
    const struct vm vm = new_vm(), other = new_vm();
    struct vcpu *const w = new_vcpu(&other, cpu_there());
    vcpu_load(w, CODE(hvc));
    struct vcpu *const v =
        new_vcpu_plan(&vm, &(struct vcpu_plan){.cpu = cpu_there(), .is_handler_mortal = true});
    vcpu_load(v, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    v->step = step_fault; /* at the next event */
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(w)); /* others live */
}

TEST(handler, works_on_its_guests_time)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_there());
    _Atomic uint64_t *const count = (_Atomic uint64_t *)vm_word(&vm, DATA);
    vcpu_load(v, CODE(count));
    vcpu_set_x(v, 0, GPA_RAM + DATA);
    vcpu_resume(v);
    EXPECT(wait_until(count, 1));
    const struct hc_time before = hc_ctrl_sc(v->sc);
    EXPECT_STATUS(SUCCESS, before.status);
    for (int i = 0; i < 5; i++) { /* each makes the kernel look at the time */
        EXPECT(wait_until(count, atomic_load(count) + 1000));
        MUST(hc_ctrl_ec(v->ec, 0));
        EXPECT_EQ(EVENT_RECALL, vcpu_wait(v));
        vcpu_resume(v);
    }
    EXPECT(hc_ctrl_sc(v->sc).stc > before.stc);
}

/* Any bits may be set that mean nothing here; the same is asked of threads in tests/conformance. */
TEST(handler, may_reply_to_a_guest_with_every_ignored_bit)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(count_hvc));
    for (uint64_t i = 1; i < 10; i++) {
        v->reply |= MTD_FPR | 1u << 6 | 1u << 9 | 3u << 21 | 1u << 28 | MTD_EL2_ESR_FAR |
                    MTD_EL2_HPFAR | MTD_ICI;
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
        EXPECT_EQ(i, v->state.x[1]);
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(handler, busy_with_one_guest_lets_another_wait),
    TAP_TEST(handler, serves_two_guests),
    TAP_TEST(handler, that_dies_takes_its_guest_along),
    TAP_TEST(handler, works_on_its_guests_time),
    TAP_TEST(handler, may_reply_to_a_guest_with_every_ignored_bit),
};
const struct tap_suite handler_suite = GUEST_SUITE(tests);
