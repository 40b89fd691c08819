/* SPDX-License-Identifier: GPL-2.0-only */
/* assign_int and ctrl_sm on interrupt semaphores: what needs no device (interface, 5.4.5, 5.5.2). */
#include "kernel/abi/selector.h"
#include "tests/interrupt/interrupt_test.h"
#include "user/lib/alloc.h"

enum : uint16_t { DEVICE = 0x1234 };
enum : uint64_t { LONG_AGO = 1 };

static unsigned last(void)
{
    return hip->int_pin + hip->int_msi - 1u;
}

/* First of all: nothing was assigned yet. */
TEST(assign, before_it_an_interrupt_is_routed_to_cpu_0)
{
    const uint16_t cpu_zero = 0;
    const status_t here = hc_sm_down(int_sm(last()), 0, LONG_AGO);
    EXPECT_STATUS(cpu_here() == cpu_zero ? TIMEOUT : BAD_CPU, here);
}

TEST(assign, each_interrupt_has_a_semaphore)
{
    for (unsigned n = 0; n <= last(); n++)
        EXPECT_STATUS(TIMEOUT, hc_sm_down(int_sm(n), 0, LONG_AGO));
    const sel_t behind = sel_alloc(0);
    EXPECT_STATUS(SUCCESS, spaces_fetch(SEL_NOVA_INT + last() + 1, behind));
    EXPECT_STATUS(BAD_CAP, hc_sm_down(behind, 0, LONG_AGO));
}

TEST(assign, interrupt_semaphores_have_no_up)
{
    EXPECT_STATUS(BAD_CAP, hc_sm_up(int_sm(0)));
    EXPECT_STATUS(BAD_CAP, hc_sm_up(int_sm(last())));
}

static void expect_refused(status_t want, sel_t sm, uint16_t cpu)
{
    const struct hc_msi answer = hc_assign_int(sm, 0, cpu, DEVICE);
    EXPECT_STATUS(want, answer.status);
    EXPECT_EQ(cpu, answer.address);
    EXPECT_EQ(DEVICE, answer.data);
}

TEST(assign, a_cpu_that_is_not_there_is_bad_cpu)
{
    expect_refused(BAD_CPU, int_sm(0), hip->cpu_num);
    expect_refused(BAD_CPU, int_sm(0), 0xffff);
}

TEST(assign, the_cpu_is_checked_first)
{
    expect_refused(BAD_CPU, SEL_ROOT_PD, hip->cpu_num);
}

TEST(assign, what_is_no_semaphore_is_bad_cap)
{
    expect_refused(BAD_CAP, SEL_ROOT_PD, 0);
    expect_refused(BAD_CAP, sel_alloc(0), 0);
    expect_refused(BAD_CAP, SELNUM, 0);
}

TEST(assign, a_semaphore_without_an_interrupt_is_bad_cap)
{
    const sel_t sm = sel_alloc(0);
    EXPECT_STATUS(SUCCESS, hc_create_sm(sm, SEL_ROOT_PD, 0));
    expect_refused(BAD_CAP, sm, 0);
}

TEST(assign, needs_the_assign_permission)
{
    const sel_t weak = sel_alloc(0);
    EXPECT_STATUS(SUCCESS, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                                      (struct hc_range){
                                          .from = int_sm(0), .to = weak, .perm = PERM_SM_DOWN}));
    EXPECT_STATUS(TIMEOUT, hc_sm_down(weak, 0, LONG_AGO));
    expect_refused(BAD_CAP, weak, 0);
}

TEST(assign, pins_have_no_message)
{
    const struct hc_msi answer = int_assign(0, ASSIGN_INT_MASKED, cpu_here(), DEVICE);
    EXPECT_EQ(0, answer.address);
    EXPECT_EQ(0, answer.data);
}

TEST(assign, messages_differ)
{
    for (unsigned n = hip->int_pin; n < last(); n++) {
        const struct hc_msi one = int_assign(n, 0, cpu_here(), DEVICE);
        const struct hc_msi two = int_assign(n + 1, 0, cpu_here(), DEVICE);
        EXPECT(one.address != 0);
        EXPECT(one.address != two.address || one.data != two.data);
    }
}

static uint64_t down_status(uint64_t sm)
{
    return hc_sm_down(sm, 0, LONG_AGO);
}

TEST(assign, down_is_for_the_cpu_it_is_routed_to)
{
    if (cpu_there() == cpu_here())
        return;
    int_assign(last(), ASSIGN_INT_MASKED, cpu_there(), DEVICE);
    EXPECT_STATUS(BAD_CPU, hc_sm_down(int_sm(last()), 0, LONG_AGO));
    EXPECT_STATUS(TIMEOUT, (status_t)run_on(cpu_there(), down_status, int_sm(last())));
    int_assign(last(), ASSIGN_INT_MASKED, cpu_here(), DEVICE);
    EXPECT_STATUS(TIMEOUT, hc_sm_down(int_sm(last()), 0, LONG_AGO));
    EXPECT_STATUS(BAD_CPU, (status_t)run_on(cpu_there(), down_status, int_sm(last())));
}

TEST(assign, each_cpu_can_be_named)
{
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        int_assign(last(), ASSIGN_INT_MASKED, cpu, DEVICE);
}

static const struct tap_test tests[] = {
    TAP_TEST(assign, before_it_an_interrupt_is_routed_to_cpu_0),
    TAP_TEST(assign, each_interrupt_has_a_semaphore),
    TAP_TEST(assign, interrupt_semaphores_have_no_up),
    TAP_TEST(assign, a_cpu_that_is_not_there_is_bad_cpu),
    TAP_TEST(assign, the_cpu_is_checked_first),
    TAP_TEST(assign, what_is_no_semaphore_is_bad_cap),
    TAP_TEST(assign, a_semaphore_without_an_interrupt_is_bad_cap),
    TAP_TEST(assign, needs_the_assign_permission),
    TAP_TEST(assign, pins_have_no_message),
    TAP_TEST(assign, messages_differ),
    TAP_TEST(assign, down_is_for_the_cpu_it_is_routed_to),
    TAP_TEST(assign, each_cpu_can_be_named),
};
const struct tap_suite assign_suite = INT_SUITE(tests);
