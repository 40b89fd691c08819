/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual timer: when it comes, to whom, and how often (interface specification, 7.6.2). */
#include "tests/guest/vgic.h"
#include "user/lib/console.h"

enum : uint64_t { CTL_ENABLE = 1, CTL_MASKED = 2, CTL_FIRED = 4 };

/* X0 := CNTVCT_EL0. */
static const uint32_t read_counter[] = {0xd503'3fdf, 0xd53b'e040, 0xd400'0002};

static uint64_t guest_counter(struct vcpu *v)
{
    vcpu_load(v, read_counter, sizeof read_counter);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    return v->state.x[0];
}

static void set_timer(struct vcpu *v, uint64_t control, uint64_t at)
{
    v->state.cntv_ctl_el0 = control;
    v->state.cntv_cval_el0 = at;
    v->reply |= MTD_TMR;
}

static void spin_in_guest(struct vcpu *v)
{
    static const uint32_t forever[] = {0x1400'0000};
    vcpu_load(v, forever, sizeof forever);
}

TEST(timer, the_counter_is_the_stc_less_the_offset)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    const uint64_t offsets[] = {0, 1, 1'000'000'000, -1ull, 1ull << 63, 0x1234'5678'9abc'def0};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        v->state.cntvoff_el2 = offsets[i];
        set_timer(v, 0, 0);
        const uint64_t before = stc_now();
        const uint64_t counter = guest_counter(v) + offsets[i];
        const uint64_t after = stc_now();
        EXPECT(before <= counter && counter <= after);
        EXPECT_EQ(offsets[i], v->state.cntvoff_el2);
    }
}

/* Not too soon, and not after ages; the largest lateness is told. How soon it could be: exact_test.c. */
TEST(timer, comes_when_it_is_time)
{
    const struct vm vm = new_vm();
    uint64_t latest = 0;
    for (uint64_t i = 0; i < 10; i++) {
        struct vcpu *const v = new_vcpu(&vm, i % 2 == 0 ? cpu_here() : cpu_there());
        const uint64_t offset = stc_now() / 16 * i;
        v->state.cntvoff_el2 = offset;
        set_timer(v, 0, 0);
        vcpu_load(v, CODE(await_timer));
        const uint64_t deadline = time_after(hip, 1000 * (i + 1));
        vcpu_set_x(v, 0, deadline - offset);
        EXPECT_EQ(EVENT_VTIMER, vcpu_run(v));
        EXPECT_EQ((uint64_t)EVENT_VTIMER << 26, v->state.esr_el2);
        EXPECT_EQ(CTL_ENABLE | CTL_FIRED, v->state.cntv_ctl_el0 & 7);
        EXPECT_EQ(deadline - offset, v->state.cntv_cval_el0);
        EXPECT(v->stc >= deadline);
        EXPECT(v->stc < deadline + time_ticks(hip, 1'000'000));
        latest = v->stc - deadline > latest ? v->stc - deadline : latest;
        v->reply = MTD_POISON;
        vcpu_resume(v);
    }
    print("# at most %lu us late\n", latest * 1000 / (hip->stc_frequency / 1000));
}

TEST(timer, set_by_the_vmm_comes_too)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    spin_in_guest(v);
    set_timer(v, CTL_ENABLE, stc_now());
    EXPECT_EQ(EVENT_VTIMER, vcpu_run(v));
}

TEST(timer, does_not_come_masked_or_disabled)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    set_timer(v, CTL_ENABLE | CTL_MASKED, 1);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(CTL_ENABLE | CTL_MASKED | CTL_FIRED, v->state.cntv_ctl_el0 & 7);
    set_timer(v, 0, 1);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    spin_in_guest(v);
    set_timer(v, CTL_ENABLE, 1);
    EXPECT_EQ(EVENT_VTIMER, vcpu_run(v));
}

/* Its interrupt stays active until the guest has deactivated it, whatever the timer does meanwhile. */
TEST(timer, comes_again_when_the_guest_is_done_with_it)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    for (int i = 0; i < 5; i++) {
        spin_in_guest(v);
        set_timer(v, CTL_ENABLE, 1);
        EXPECT_EQ(EVENT_VTIMER, vcpu_run(v));
        for (int n = 0; n < 3; n++)
            (void)guest_counter(v); /* fired, and yet only HVCs come */
        lr_set(v, 0, lr_make_hw(PPI_VTIMER, 0x80, PPI_VTIMER));
        EXPECT_EQ(PPI_VTIMER, vgic_ack(v));
        EXPECT_EQ(LR_ACTIVE, v->state.lr[0] & LR_STATE);
        (void)guest_counter(v);
        set_timer(v, 0, 1); /* as a guest does before its end of interrupt */
        vgic_end(v, PPI_VTIMER);
        EXPECT_EQ(0, v->state.lr[0] & LR_STATE);
    }
}

TEST(timer, comes_again_at_once_while_it_is_asserted)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    static const uint32_t end_gicv2[] = {0xb900'1120, 0x1400'0000}; /* STR W0, [X9, #16]; wait */
    static const uint32_t end_gicv3[] = {0xd518'cc20,
                                         0x1400'0000}; /* MSR ICC_EOIR1_EL1, X0; wait */
    spin_in_guest(v);
    set_timer(v, CTL_ENABLE, 1);
    EXPECT_EQ(EVENT_VTIMER, vcpu_run(v));
    for (int i = 0; i < 5; i++) {
        lr_set(v, 0, lr_make_hw(PPI_VTIMER, 0x80, PPI_VTIMER));
        EXPECT_EQ(PPI_VTIMER, vgic_ack(v));
        vcpu_load(v, has_gicv3() ? end_gicv3 : end_gicv2, sizeof end_gicv3);
        vcpu_set_x(v, 0, PPI_VTIMER);
        vcpu_set_x(v, 9, GPA_GICC);
        EXPECT_EQ(EVENT_VTIMER, vcpu_run(v));
    }
}

TEST(timer, each_virtual_cpu_has_its_own)
{
    const struct vm vm = new_vm();
    struct vcpu *const a = vgic_vcpu(&vm, cpu_here()), *const b = vgic_vcpu(&vm, cpu_here());
    spin_in_guest(a);
    set_timer(a, CTL_ENABLE, 1);
    EXPECT_EQ(EVENT_VTIMER, vcpu_run(a)); /* active from now on, there */
    for (int i = 0; i < 3; i++) {
        spin_in_guest(b);
        set_timer(b, CTL_ENABLE, 1);
        EXPECT_EQ(EVENT_VTIMER, vcpu_run(b)); /* and yet it comes here */
        (void)guest_counter(a);
        lr_set(b, 0, lr_make_hw(PPI_VTIMER, 0x80, PPI_VTIMER));
        EXPECT_EQ(PPI_VTIMER, vgic_ack(b));
        set_timer(b, 0, 0);
        vgic_end(b, PPI_VTIMER);
        (void)guest_counter(a); /* b's end was not a's */
    }
}

/* Whose deadline passes while others run gets its event when it runs again; others get none. */
TEST(timer, waits_for_its_virtual_cpu)
{
    const struct vm vm = new_vm();
    struct vcpu *const a = new_vcpu(&vm, cpu_here()), *const b = new_vcpu(&vm, cpu_here());
    vcpu_load(a, CODE(hvc));
    const uint64_t deadline = time_after(hip, 20'000);
    set_timer(a, CTL_ENABLE, deadline);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(a));
    while (stc_now() < deadline)
        (void)guest_counter(b);
    for (int i = 0; i < 10; i++)
        (void)guest_counter(b);
    spin_in_guest(a);
    EXPECT_EQ(EVENT_VTIMER, vcpu_run(a));
    EXPECT(a->stc >= deadline);
}

/* ---- Time offsetting ---- */

/* The guest is ready, and root spins: how the offset has changed. */
static uint64_t offset_after_waiting(uint8_t flags)
{
    const struct vm vm = new_vm();
    struct vcpu *const v =
        new_vcpu_plan(&vm, &(struct vcpu_plan){.cpu = cpu_here(), .flags = flags});
    _Atomic uint64_t *const count = (_Atomic uint64_t *)vm_word(&vm, DATA);
    atomic_store(count, 0);
    v->state.cntvoff_el2 = 1000;
    set_timer(v, 0, 0);
    vcpu_load(v, CODE(count));
    vcpu_set_x(v, 0, GPA_RAM + DATA);
    vcpu_resume(v);
    EXPECT(wait_until(count, 1));
    spin(30'000);
    EXPECT(wait_until(count, atomic_load(count) + 1));
    MUST(hc_ctrl_ec(v->ec, 0));
    EXPECT_EQ(EVENT_RECALL, vcpu_wait(v));
    const uint64_t offset = v->state.cntvoff_el2 - 1000;
    guest_after();
    return offset;
}

TEST(timer, time_offsetting_hides_the_wait_for_the_cpu)
{
    EXPECT_EQ(0, offset_after_waiting(0));
    EXPECT(offset_after_waiting(CREATE_EC_GLOBAL) >= time_ticks(hip, 30'000));
}

TEST(timer, time_offsetting_does_not_hide_what_the_handler_takes)
{
    const struct vm vm = new_vm();
    struct vcpu *const v =
        new_vcpu_plan(&vm, &(struct vcpu_plan){.cpu = cpu_here(), .flags = CREATE_EC_GLOBAL});
    vcpu_load(v, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    const uint64_t before = v->state.cntvoff_el2;
    nap(30'000); /* it is blocked in its handler, which waits for us */
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT(v->state.cntvoff_el2 - before < time_ticks(hip, 25'000));
}

static const struct tap_test tests[] = {
    TAP_TEST(timer, the_counter_is_the_stc_less_the_offset),
    TAP_TEST(timer, comes_when_it_is_time),
    TAP_TEST(timer, set_by_the_vmm_comes_too),
    TAP_TEST(timer, does_not_come_masked_or_disabled),
    TAP_TEST(timer, comes_again_when_the_guest_is_done_with_it),
    TAP_TEST(timer, comes_again_at_once_while_it_is_asserted),
    TAP_TEST(timer, each_virtual_cpu_has_its_own),
    TAP_TEST(timer, waits_for_its_virtual_cpu),
    TAP_TEST(timer, time_offsetting_hides_the_wait_for_the_cpu),
    TAP_TEST(timer, time_offsetting_does_not_hide_what_the_handler_takes),
};
const struct tap_suite timer_suite = GUEST_SUITE(tests);
