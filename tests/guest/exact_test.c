/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time to the instruction, on machines of which each instruction takes a tick of the STC (machines.bzl). What
 * is late by a moment is late in each run.
 */
#include "tests/guest/guest.h"
#include "user/lib/console.h"

/* From the deadline until the handler of the event reads the STC: out of the guest, and a message. */
enum : uint64_t { LATE_MAX = 1000 };

TEST(exact, a_tick_is_an_instruction)
{
    const uint64_t before = stc_now();
    const uint64_t after = stc_now();
    EXPECT_EQ(1'000'000'000, hip->stc_frequency);
    EXPECT(after - before < 20);
}

TEST(exact, the_virtual_timer_comes_when_it_is_time)
{
    const struct vm vm = new_vm();
    uint64_t latest = 0;
    for (uint64_t i = 0; i < 10; i++) {
        struct vcpu *const v = new_vcpu(&vm, i % 2 == 0 ? cpu_here() : cpu_there());
        v->state.cntvoff_el2 = 0;
        v->state.cntv_ctl_el0 = 0;
        v->reply |= MTD_TMR;
        vcpu_load(v, CODE(await_timer));
        const uint64_t deadline = time_after(hip, 1000 * (i + 1));
        vcpu_set_x(v, 0, deadline);
        EXPECT_EQ(EVENT_VTIMER, vcpu_run(v));
        EXPECT(v->stc >= deadline);
        latest = v->stc - deadline > latest ? v->stc - deadline : latest;
        v->reply = MTD_POISON;
        vcpu_resume(v);
    }
    print("# at most %lu instructions late\n", latest);
    EXPECT(latest <= LATE_MAX);
}

/* Each end of a budget hides a moment while the guest stays where it is, whose counter shows that at once. */
TEST(exact, time_offsetting_is_seen_without_an_exit)
{
    static const uint32_t count_to_x1[] = {
        0xd503'3fdf, 0xd53b'e040, /* ISB; MRS X0, CNTVCT_EL0 */
        0xeb01'001f, 0x54ff'ffa3, /* CMP X0, X1; B.LO back   */
        0xd400'0002,
    };
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu_plan(
        &vm, &(struct vcpu_plan){.cpu = cpu_there(), .flags = CREATE_EC_GLOBAL, .budget = 1});
    v->state.cntvoff_el2 = 0;
    v->state.cntv_ctl_el0 = 0;
    v->reply |= MTD_TMR;
    vcpu_load(v, count_to_x1, sizeof count_to_x1);
    const uint64_t before = stc_now();
    vcpu_set_x(v, 1, before + time_ticks(hip, 100'000));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    const uint64_t hidden = v->state.cntvoff_el2, seen = v->state.x[0] + hidden;
    print("# %lu ticks hidden; %lu until its handler runs\n", hidden, v->stc - seen);
    EXPECT(hidden > LATE_MAX); /* else nobody would notice */
    EXPECT(before <= seen && seen <= v->stc);
}

static const struct tap_test tests[] = {
    TAP_TEST(exact, a_tick_is_an_instruction),
    TAP_TEST(exact, the_virtual_timer_comes_when_it_is_time),
    TAP_TEST(exact, time_offsetting_is_seen_without_an_exit),
};
const struct tap_suite exact_suite = GUEST_SUITE(tests);
