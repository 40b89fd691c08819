/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a revocation returns, no CPU acts on what was revoked: under the whole core, with CPUs that remember
 * what they used. Built twice: CPUs are told at once, as on aarch64, or asked and waited for, as on x86_64.
 */

#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/mm/frame.h"

enum : uint64_t {
    A = 0x20,
    B = 0x22,
    PD = 0x30,
    OBJ,
    HST,
    C,
    NOVA_HST = 0x38,
    NOVA_PIO,
    ROOT_HST,
    ROOT_PIO,
    EC,
};
enum : uint64_t { FRAME = UINT64_C(5) << 18, PAGE = 0x40000, VA = PAGE << PAGE_BITS, PORT = 0x3f8 };

static constexpr bool ASKS = ARCH_PTAB_HOST.break_bits == 0;

/* A and B run on CPUs 1 and 2 in the space of root, where one page is mapped at VA. CPU 3 is idle. */
static void start(void)
{
    sim_flush_asks = ASKS;
    call_boot(4, 2048);
    static const uint64_t from_nova[][2] = {{SEL_NOVA_HST, NOVA_HST},
                                            {SEL_NOVA_PIO, NOVA_PIO},
                                            {SEL_NOVA_ROOT_HST, ROOT_HST},
                                            {SEL_NOVA_ROOT_PIO, ROOT_PIO}};
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, from_nova[i][0], from_nova[i][1],
                               0, PERM_MASK),
                 SUCCESS);
    struct ec *const a = call_thread(A, 1, 10, 10), *const b = call_thread(B, 2, 10, 10);
    CHECK(sim_interrupt(1, SIM_KICK) == a);
    CHECK(sim_interrupt(2, SIM_KICK) == b);
    CHECK_EQ(call_delegate(0, NOVA_HST, ROOT_HST, FRAME, PAGE, 4, PERM_MEM_R | PERM_MEM_W),
             SUCCESS);
}

static void check_all(uint8_t perm, bool good)
{
    for (unsigned cpu = 0; cpu < 3; cpu++)
        CHECK_EQ(sim_may_access(cpu, VA, perm), good);
}

static void revoked_memory_is_out_of_reach_everywhere(void)
{
    start();
    check_all(PERM_MEM_W, true);
    CHECK_EQ(call_delegate(0, ROOT_HST, ROOT_HST, PAGE, PAGE, 0, 0), SUCCESS);
    check_all(PERM_MEM_R, false);
    CHECK(sim_may_access(1, VA + PAGE_SIZE, PERM_MEM_W));
}

static void permissions_go_everywhere(void)
{
    start();
    check_all(PERM_MEM_W, true);
    CHECK_EQ(call_delegate(2, ROOT_HST, ROOT_HST, PAGE, PAGE, 4, PERM_MEM_R), SUCCESS);
    check_all(PERM_MEM_W, false);
    check_all(PERM_MEM_R, true);
}

static void another_frame_is_seen_everywhere(void)
{
    start();
    check_all(PERM_MEM_W, true);
    CHECK_EQ(call_delegate(1, NOVA_HST, ROOT_HST, FRAME + 1, PAGE, 0, PERM_MEM_R), SUCCESS);
    check_all(PERM_MEM_W, false);
}

static void a_range_with_tables_goes_everywhere(void)
{
    start();
    check_all(PERM_MEM_W, true);
    CHECK_EQ(call_delegate(0, NOVA_HST, ROOT_HST, FRAME, PAGE, 9, PERM_MEM_R), SUCCESS);
    check_all(PERM_MEM_W, false);
    CHECK_EQ(call_delegate(0, ROOT_HST, ROOT_HST, PAGE, PAGE, 18, 0), SUCCESS);
    check_all(PERM_MEM_R, false);
}

/* The first half of the range is emptied, and for the table of the other half there is no memory. */
static void what_was_done_before_memory_ran_out_goes_everywhere(void)
{
    enum : uint64_t { FROM = 0x80000, HALF = 512 };
    start();
    CHECK_EQ(call_delegate(0, NOVA_HST, ROOT_HST, FRAME, FROM + HALF, 0, PERM_MEM_R), SUCCESS);
    check_all(PERM_MEM_W, true);
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    CHECK_EQ(call_delegate(0, ROOT_HST, ROOT_HST, FROM, PAGE, 10, PERM_MEM_R), MEM_CAP);
    check_all(PERM_MEM_R, false);
}

/* Only CPUs that use the space are asked. */
static void who_is_elsewhere_is_left_alone(void)
{
    start();
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, C, PD), SUCCESS);
    CHECK_EQ(call_delegate(0, NOVA_HST, HST, FRAME, PAGE, 0, PERM_MEM_R), SUCCESS);
    CHECK_EQ(sim_pending(1) | sim_pending(2), 0);
    CHECK_EQ(call_delegate(0, HST, HST, PAGE, PAGE, 0, 0), SUCCESS); /* nobody is in it */
    CHECK_EQ(sim_pending(1) | sim_pending(2) | sim_pending(3), 0);
    check_all(PERM_MEM_W, true);
    CHECK_EQ(call_delegate(0, ROOT_HST, ROOT_HST, PAGE, PAGE, 0, 0), SUCCESS);
    CHECK_EQ(sim_pending(3), 0);
}

static void it_waits_for_all_who_are_asked(void)
{
    start();
    check_all(PERM_MEM_W, true);
    sim_begin(0, call_p0(HYPERCALL_CTRL_PD, 0, ROOT_HST), ROOT_HST, VA, VA, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    sim_interrupt(2, SIM_KICK);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK(!sim_may_access(2, VA, PERM_MEM_R));
    sim_interrupt(1, SIM_KICK);
    CHECK_EQ(sim_step(0), SIM_USER);
    check_all(PERM_MEM_R, false);
}

static void two_may_wait_for_each_other(void)
{
    start();
    check_all(PERM_MEM_W, true);
    CHECK(sim_may_access(2, VA + PAGE_SIZE, PERM_MEM_W));
    const uint64_t p0 = call_p0(HYPERCALL_CTRL_PD, 0, ROOT_HST);
    sim_begin(0, p0, ROOT_HST, VA, VA, 0);
    sim_begin(1, p0, ROOT_HST, VA + PAGE_SIZE, VA + PAGE_SIZE, 0);
    CHECK_EQ(sim_step(0), SIM_SPIN);
    CHECK_EQ(sim_step(1), SIM_SPIN);
    sim_finish(0);
    sim_finish(1);
    check_all(PERM_MEM_R, false);
    for (unsigned cpu = 0; cpu < 3; cpu++)
        CHECK(!sim_may_access(cpu, VA + PAGE_SIZE, PERM_MEM_R));
}

static void the_utcb_of_an_ec_that_is_gone_is_out_of_reach(void)
{
    enum : uint64_t { UTCB = 0x7000'0000 };
    start();
    CHECK_EQ(call_create_ec(0, 0, EC, SEL_ROOT_PD, UTCB, 0, 0), SUCCESS);
    CHECK(sim_may_access(1, UTCB, PERM_MEM_W) && sim_may_access(2, UTCB, PERM_MEM_R));
    call_revoke(0, EC, 0);
    call_settle();
    CHECK(!sim_may_access(1, UTCB, PERM_MEM_R) && !sim_may_access(2, UTCB, PERM_MEM_R));
}

static void revoked_ports_are_out_of_reach_everywhere(void)
{
    start();
    CHECK(!sim_may_use_port(1, PORT));
    CHECK_EQ(call_delegate(0, NOVA_PIO, ROOT_PIO, PORT, PORT, 3, PERM_PIO_A), SUCCESS);
    for (unsigned cpu = 0; cpu < 3; cpu++)
        CHECK(sim_may_use_port(cpu, PORT + 7) && !sim_may_use_port(cpu, PORT + 8));
    CHECK_EQ(call_delegate(0, ROOT_PIO, ROOT_PIO, PORT, PORT, 0, 0), SUCCESS);
    for (unsigned cpu = 0; cpu < 3; cpu++)
        CHECK(!sim_may_use_port(cpu, PORT) && sim_may_use_port(cpu, PORT + 1));
}

int main(void)
{
    SIM_RUN(revoked_memory_is_out_of_reach_everywhere);
    SIM_RUN(permissions_go_everywhere);
    SIM_RUN(another_frame_is_seen_everywhere);
    SIM_RUN(a_range_with_tables_goes_everywhere);
    SIM_RUN(what_was_done_before_memory_ran_out_goes_everywhere);
    SIM_RUN(who_is_elsewhere_is_left_alone);
    if (ASKS) {
        SIM_RUN(it_waits_for_all_who_are_asked);
        SIM_RUN(two_may_wait_for_each_other);
    }
    SIM_RUN(the_utcb_of_an_ec_that_is_gone_is_out_of_reach);
    SIM_RUN(revoked_ports_are_out_of_reach_everywhere);
}
