/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests that do not come by themselves: recalled, preempted, killed (interface specification, 5.4.2). */
#include "tests/guest/guest.h"

static _Atomic uint64_t *counter(const struct vm *vm)
{
    return (_Atomic uint64_t *)vm_word(vm, DATA);
}

static struct vcpu *counting(const struct vm *vm, uint16_t cpu)
{
    struct vcpu *const v = new_vcpu(vm, cpu);
    vcpu_load(v, CODE(count));
    vcpu_set_x(v, 0, GPA_RAM + DATA);
    vcpu_resume(v);
    EXPECT(wait_until(counter(vm), 1));
    return v;
}

static void expect_progress(const struct vm *vm)
{
    EXPECT(wait_until(counter(vm), atomic_load(counter(vm)) + 1000));
}

static void recall(uint16_t cpu, uint8_t flags)
{
    const struct vm vm = new_child_vm();
    struct vcpu *const v = counting(&vm, cpu);
    for (int i = 0; i < 20; i++) {
        EXPECT_STATUS(SUCCESS, hc_ctrl_ec(v->ec, flags));
        EXPECT_EQ(EVENT_RECALL, vcpu_wait(v));
        EXPECT_EQ((uint64_t)EVENT_RECALL << 26, v->state.esr_el2);
        EXPECT_EQ(0, v->state.far_el2 | v->state.hpfar_el2);
        EXPECT_EQ(GPA_RAM + DATA, v->state.x[0]);
        EXPECT(v->state.elr_el2 - (GPA_RAM + PROGRAM) < 16);
        vcpu_resume(v);
        expect_progress(&vm);
    }
    EXPECT_EQ(0, drain(v->stopped));
}

TEST(recall, weak_one_reaches_a_guest_on_another_cpu)
{
    recall(cpu_there(), 0);
}

TEST(recall, strong_one_reaches_a_guest_on_another_cpu)
{
    recall(cpu_there(), CTRL_EC_STRONG);
}

TEST(recall, weak_one_reaches_a_guest_on_this_cpu)
{
    recall(cpu_here(), 0);
}

TEST(recall, strong_one_reaches_a_guest_on_this_cpu)
{
    recall(cpu_here(), CTRL_EC_STRONG);
}

TEST(recall, many_are_one)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_there());
    vcpu_load(v, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    for (int i = 0; i < 10; i++)
        MUST(hc_ctrl_ec(v->ec, i % 2 == 0 ? CTRL_EC_STRONG : 0)); /* it waits for its handler */
    EXPECT_EQ(EVENT_RECALL, vcpu_run(v));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
}

TEST(recall, may_change_where_it_goes_on)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = counting(&vm, cpu_there());
    MUST(hc_ctrl_ec(v->ec, 0));
    EXPECT_EQ(EVENT_RECALL, vcpu_wait(v));
    vcpu_load(v, CODE(count_hvc));
    vcpu_set_x(v, 1, 41);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(42, v->state.x[1]);
}

TEST(recall, without_a_portal_is_the_end)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = counting(&vm, cpu_there());
    revoke(v->events + hip->sel_gst_arch + EVENT_NOVA_RECALL);
    MUST(hc_ctrl_ec(v->ec, CTRL_EC_STRONG));
    EXPECT(vcpu_is_dead(v)); /* or nobody below it would run */
    const uint64_t count = atomic_load(counter(&vm));
    settle(v->cpu);
    EXPECT_EQ(count, atomic_load(counter(&vm)));
}

TEST(recall, of_a_dead_one_does_nothing)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_there());
    v->reply |= MTD_POISON;
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
    EXPECT_STATUS(SUCCESS, hc_ctrl_ec(v->ec, 0));
    EXPECT_STATUS(SUCCESS, hc_ctrl_ec(v->ec, CTRL_EC_STRONG));
    EXPECT(vcpu_is_dead(v));
}

TEST(recall, needs_the_ctrl_permission)
{
    const struct vm vm = new_vm();
    const struct vcpu *const v = new_vcpu(&vm, cpu_here());
    EXPECT_STATUS(BAD_CAP, hc_ctrl_ec(copy_cap(v->ec, PERM_EC_ALL & ~PERM_EC_CTRL), 0));
}

/* ---- Sharing a CPU ---- */

static _Atomic uint64_t host_rounds, stop;
static sel_t host_done;

static void count_host([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&host_rounds, 1);
    up(host_done);
}

/* Nobody leaves by himself: two guests and a thread of one priority, who all get their turns. */
TEST(recall, guests_and_threads_take_turns)
{
    const struct vm a = new_vm(), b = new_vm();
    host_done = new_sm(0);
    atomic_store(&stop, 0);
    atomic_store(&host_rounds, 0);
    (void)counting(&a, cpu_there());
    (void)counting(&b, cpu_there());
    new_global(cpu_there(), MID, count_host, 0);
    for (int i = 0; i < 5; i++) {
        expect_progress(&a);
        EXPECT(wait_until(&host_rounds, atomic_load(&host_rounds) + 1000));
        expect_progress(&b);
    }
    atomic_store(&stop, 1);
    EXPECT(down(host_done));
}

TEST(recall, a_thread_of_higher_priority_goes_first)
{
    const struct vm vm = new_vm();
    (void)counting(&vm, cpu_here());
    const uint64_t before = atomic_load(counter(&vm));
    spin(2000); /* root's priority is the highest */
    EXPECT_EQ(before, atomic_load(counter(&vm)));
    expect_progress(&vm);
}

TEST(recall, a_guest_that_never_leaves_can_be_stopped)
{
    const struct vm vm = new_child_vm();
    struct vcpu *const v = counting(&vm, cpu_there());
    MUST(hc_ctrl_ec(v->ec, CTRL_EC_STRONG));
    EXPECT_EQ(EVENT_RECALL, vcpu_wait(v));
    v->reply = MTD_POISON;
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
}

static const struct tap_test tests[] = {
    TAP_TEST(recall, weak_one_reaches_a_guest_on_another_cpu),
    TAP_TEST(recall, strong_one_reaches_a_guest_on_another_cpu),
    TAP_TEST(recall, weak_one_reaches_a_guest_on_this_cpu),
    TAP_TEST(recall, strong_one_reaches_a_guest_on_this_cpu),
    TAP_TEST(recall, many_are_one),
    TAP_TEST(recall, may_change_where_it_goes_on),
    TAP_TEST(recall, without_a_portal_is_the_end),
    TAP_TEST(recall, of_a_dead_one_does_nothing),
    TAP_TEST(recall, needs_the_ctrl_permission),
    TAP_TEST(recall, guests_and_threads_take_turns),
    TAP_TEST(recall, a_thread_of_higher_priority_goes_first),
    TAP_TEST(recall, a_guest_that_never_leaves_can_be_stopped),
};
const struct tap_suite recall_suite = GUEST_SUITE(tests);
