/* SPDX-License-Identifier: GPL-2.0-only */
/* The five create calls: what else they answer (interface specification, 5.3). */
#include "tests/conformance/conf.h"

enum : uint64_t { PAGE = 0x1000 };

static sel_t new_pd(void)
{
    const sel_t sel = sel_alloc(0);
    MUST(hc_create_pd(sel, CREATE_PD_PD, SEL_ROOT_PD));
    return sel;
}

static status_t make_space(sel_t pd, enum create_pd_op op)
{
    return hc_create_pd(sel_alloc(0), op, pd);
}

static status_t make_ec(sel_t pd, struct hc_ec ec)
{
    return hc_create_ec(sel_alloc(0), pd, ec);
}

static struct hc_ec plain_ec(void)
{
    return (struct hc_ec){.cpu = cpu_here(), .page = utcb_alloc()};
}

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

static void end_at_once([[maybe_unused]] uint64_t arg)
{
}

static struct thread idle_global(void)
{
    return new_global_plan(&(struct thread_plan){.cpu = cpu_here()}, end_at_once, 0);
}

static const struct hc_sc low = {.prio = LOW, .budget = BUDGET};

/* The slot that a create call fills. */

static status_t each_create(unsigned which, sel_t sel, const struct thread *local,
                            const struct thread *global)
{
    switch (which) {
    case 0:
        return hc_create_pd(sel, CREATE_PD_PD, SEL_ROOT_PD);
    case 1:
        return hc_create_ec(sel, SEL_ROOT_PD, plain_ec());
    case 2:
        return hc_create_sc(sel, SEL_ROOT_PD, global->ec, low);
    case 3:
        return hc_create_pt(sel, SEL_ROOT_PD, local->ec, 0);
    default:
        return hc_create_sm(sel, SEL_ROOT_PD, 0);
    }
}

enum : unsigned { CREATES = 5 };

TEST(create, occupied_slot_is_refused_and_kept)
{
    const struct thread local = new_local(cpu_here(), answer), global = idle_global();
    const sel_t sel = new_sm(7);
    for (unsigned which = 0; which < CREATES; which++)
        EXPECT_STATUS(BAD_CAP, each_create(which, sel, &local, &global));
    EXPECT_EQ(7, drain(sel));
}

TEST(create, slot_beyond_the_space_is_refused)
{
    const struct thread local = new_local(cpu_here(), answer), global = idle_global();
    for (unsigned which = 0; which < CREATES; which++) {
        EXPECT_STATUS(BAD_CAP, each_create(which, SELNUM, &local, &global));
        EXPECT_STATUS(BAD_CAP, each_create(which, (1ull << 56) - 1, &local, &global));
    }
}

TEST(create, same_slot_can_be_filled_again_when_it_is_empty)
{
    const struct thread local = new_local(cpu_here(), answer), global = idle_global();
    const sel_t sel = sel_alloc(0);
    for (unsigned which = 0; which < CREATES; which++) {
        EXPECT_STATUS(SUCCESS, each_create(which, sel, &local, &global));
        revoke(sel);
    }
}

/* create_pd */

TEST(create, pd_has_the_permissions_of_its_maker_s)
{
    const sel_t weak = copy_cap(SEL_ROOT_PD, PERM_PD_PD | PERM_PD_SM), pd = sel_alloc(0);
    EXPECT_STATUS(SUCCESS, hc_create_pd(pd, CREATE_PD_PD, weak));
    EXPECT_STATUS(SUCCESS, hc_create_sm(sel_alloc(0), pd, 0));
    EXPECT_STATUS(SUCCESS, make_space(pd, CREATE_PD_OBJ));
    EXPECT_STATUS(BAD_CAP, make_ec(pd, plain_ec()));
}

TEST(create, pd_has_one_object_space_and_one_host_space)
{
    const sel_t pd = new_pd();
    EXPECT_STATUS(SUCCESS, make_space(pd, CREATE_PD_OBJ));
    EXPECT_STATUS(ABORTED, make_space(pd, CREATE_PD_OBJ));
    EXPECT_STATUS(SUCCESS, make_space(pd, CREATE_PD_HST));
    EXPECT_STATUS(ABORTED, make_space(pd, CREATE_PD_HST));
    EXPECT_STATUS(ABORTED, make_space(SEL_ROOT_PD, CREATE_PD_OBJ));
    EXPECT_STATUS(ABORTED, make_space(SEL_ROOT_PD, CREATE_PD_HST));
}

/* A failed creation is undone, so it can be tried again. */
TEST(create, space_that_found_no_slot_can_be_made_again)
{
    const sel_t pd = new_pd(), full = new_sm(0);
    EXPECT_STATUS(BAD_CAP, hc_create_pd(full, CREATE_PD_OBJ, pd));
    EXPECT_STATUS(BAD_CAP, hc_create_pd(full, CREATE_PD_HST, pd));
    EXPECT_STATUS(SUCCESS, make_space(pd, CREATE_PD_OBJ));
    EXPECT_STATUS(SUCCESS, make_space(pd, CREATE_PD_HST));
}

TEST(create, unknown_operations_are_bad_parameters)
{
    const sel_t pd = new_pd();
    for (unsigned op = CREATE_PD_MSR + 1; op < 16; op++) {
        EXPECT_STATUS(BAD_PAR, trap_2(hc_p0(HYPERCALL_CREATE_PD, (uint8_t)op, sel_alloc(0)), pd));
        EXPECT_STATUS(BAD_CAP, /* authority comes first */
                      trap_2(hc_p0(HYPERCALL_CREATE_PD, (uint8_t)op, sel_alloc(0)), sel_alloc(0)));
    }
}

TEST(create, port_and_msr_spaces_exist_on_one_cpu_only)
{
    const sel_t pd = new_pd();
    MUST(make_space(pd, CREATE_PD_HST));
    const status_t want = cpu_has_ports() ? SUCCESS : BAD_FTR;
    EXPECT_STATUS(want, make_space(pd, CREATE_PD_PIO));
    EXPECT_STATUS(want, make_space(pd, CREATE_PD_PIO)); /* any number of them */
    EXPECT_STATUS(want, make_space(pd, CREATE_PD_MSR));
    EXPECT_STATUS(want, make_space(pd, CREATE_PD_MSR));
}

TEST(create, first_port_space_needs_a_host_space)
{
    if (!cpu_has_ports()) {
        tap_skip("no port spaces");
        return;
    }
    const sel_t pd = new_pd();
    EXPECT_STATUS(ABORTED, make_space(pd, CREATE_PD_PIO));
    MUST(make_space(pd, CREATE_PD_HST));
    EXPECT_STATUS(SUCCESS, make_space(pd, CREATE_PD_PIO));
}

TEST(create, dma_space_needs_an_smmu)
{
    EXPECT_STATUS(hip->features & HIP_FEATURE_SMMU ? SUCCESS : BAD_FTR,
                  make_space(new_pd(), CREATE_PD_DMA));
}

static bool has_guests(void)
{
    return !cpu_has_ports() || (hip->features & (HIP_FEATURE_VMX | HIP_FEATURE_SVM));
}

TEST(create, guest_space_needs_virtualisation)
{
    if (has_guests())
        tap_skip("virtualisation is there");
    else
        EXPECT_STATUS(BAD_FTR, make_space(new_pd(), CREATE_PD_GST));
}

/* create_ec */

TEST(create, ec_needs_all_spaces_of_its_pd)
{
    const sel_t pd = new_pd();
    EXPECT_STATUS(ABORTED, make_ec(pd, plain_ec()));
    MUST(make_space(pd, CREATE_PD_OBJ));
    EXPECT_STATUS(ABORTED, make_ec(pd, plain_ec()));
    MUST(make_space(pd, CREATE_PD_HST));
    if (cpu_has_ports()) {
        EXPECT_STATUS(ABORTED, make_ec(pd, plain_ec()));
        MUST(make_space(pd, CREATE_PD_PIO));
    }
    EXPECT_STATUS(SUCCESS, make_ec(pd, plain_ec()));
}

TEST(create, ec_needs_the_object_space_too)
{
    const sel_t pd = new_pd();
    MUST(make_space(pd, CREATE_PD_HST));
    if (cpu_has_ports())
        MUST(make_space(pd, CREATE_PD_PIO));
    EXPECT_STATUS(ABORTED, make_ec(pd, plain_ec()));
}

TEST(create, ec_lives_on_each_cpu_that_exists_and_no_other)
{
    struct hc_ec ec = plain_ec();
    for (ec.cpu = 0; ec.cpu < hip->cpu_num; ec.cpu++)
        EXPECT_STATUS(SUCCESS, make_ec(SEL_ROOT_PD, ec));
    EXPECT_STATUS(BAD_CPU, make_ec(SEL_ROOT_PD, ec));
    ec.cpu = 0xfff;
    EXPECT_STATUS(BAD_CPU, make_ec(SEL_ROOT_PD, ec));
    EXPECT_STATUS(BAD_CPU, make_ec(sel_alloc(0), ec)); /* before authority */
}

TEST(create, utcb_lies_in_the_user_s_address_range)
{
    const uint64_t end = (uint64_t)hip + PAGE;
    struct hc_ec ec = plain_ec();
    ec.page = end;
    EXPECT_STATUS(BAD_PAR, make_ec(SEL_ROOT_PD, ec));
    ec.page = -PAGE;
    EXPECT_STATUS(BAD_PAR, make_ec(SEL_ROOT_PD, ec));
    ec.cpu = 0xfff;
    EXPECT_STATUS(BAD_PAR, make_ec(SEL_ROOT_PD, ec)); /* before the CPU */
}

TEST(create, utcb_is_a_page_of_zeros_that_can_be_written)
{
    struct hc_ec ec = plain_ec();
    volatile uint64_t *const utcb = (volatile uint64_t *)ec.page;
    MUST(make_ec(SEL_ROOT_PD, ec));
    for (unsigned i = 0; i < PAGE / 8; i++) {
        EXPECT_EQ(0, utcb[i]);
        utcb[i] = i;
    }
    EXPECT_EQ(511, utcb[511]);
}

TEST(create, utcb_is_not_left_behind_when_the_slot_is_occupied)
{
    const sel_t full = new_sm(0);
    const struct hc_ec ec = plain_ec();
    EXPECT_STATUS(BAD_CAP, hc_create_ec(full, SEL_ROOT_PD, ec));
    EXPECT(!can_read(ec.page));
    MUST(make_ec(SEL_ROOT_PD, ec));
    EXPECT(can_read(ec.page));
}

TEST(create, guest_ec_needs_virtualisation)
{
    struct hc_ec ec = plain_ec();
    ec.flags = CREATE_EC_GUEST;
    if (has_guests())
        tap_skip("virtualisation is there");
    else
        EXPECT_STATUS(BAD_FTR, make_ec(SEL_ROOT_PD, ec));
}

/* create_sc */

TEST(create, sc_needs_priority_and_budget)
{
    const struct thread t = idle_global();
    static const struct hc_sc bad[] = {
        {.prio = 0, .budget = 1}, {.prio = 1, .budget = 0}, {.prio = 0, .budget = 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        EXPECT_STATUS(BAD_PAR, hc_create_sc(sel_alloc(0), SEL_ROOT_PD, t.ec, bad[i]));
        EXPECT_STATUS(BAD_PAR, hc_create_sc(sel_alloc(0), sel_alloc(0), sel_alloc(0), bad[i]));
    }
}

TEST(create, sc_takes_the_extremes)
{
    static const struct hc_sc good[] = {
        {.prio = 1, .budget = 1}, {.prio = 1, .budget = 0xffff}, {.prio = 127, .budget = 1}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        EXPECT_STATUS(SUCCESS, hc_create_sc(sel_alloc(0), SEL_ROOT_PD, idle_global().ec, good[i]));
}

/* No machine of ours has one; x86_64 would have to be told first by ctrl_hw. */
TEST(create, sc_needs_a_class_of_service_that_exists)
{
    const struct thread t = idle_global();
    for (uint32_t cos = 1; cos <= 0x8000; cos *= 2)
        EXPECT_STATUS(BAD_PAR, hc_create_sc(sel_alloc(0), SEL_ROOT_PD, t.ec,
                                            (struct hc_sc){LOW, BUDGET, (uint16_t)cos}));
}

TEST(create, sc_ignores_the_upper_bits_of_its_descriptor)
{
    const struct thread t = idle_global();
    const uint64_t scd = -1ull << 39 | LOW << 16 | BUDGET;
    EXPECT_STATUS(SUCCESS,
                  trap_4(hc_p0(HYPERCALL_CREATE_SC, 0, sel_alloc(0)), SEL_ROOT_PD, t.ec, scd));
}

TEST(create, sc_is_not_for_local_threads)
{
    const struct thread t = new_local(cpu_here(), answer);
    EXPECT_STATUS(BAD_CAP, hc_create_sc(sel_alloc(0), SEL_ROOT_PD, t.ec, low));
}

TEST(create, portal_is_for_local_threads_only)
{
    const struct thread t = idle_global();
    EXPECT_STATUS(BAD_CAP, hc_create_pt(sel_alloc(0), SEL_ROOT_PD, t.ec, 0));
    EXPECT_STATUS(BAD_CAP, hc_create_pt(sel_alloc(0), SEL_ROOT_PD, SEL_ROOT_EC, 0));
}

TEST(create, portal_may_be_paid_by_another_pd)
{
    const struct thread t = new_local(cpu_here(), answer);
    EXPECT_STATUS(SUCCESS, hc_create_pt(sel_alloc(0), new_pd(), t.ec, 0));
}

/* create_sm */

TEST(create, semaphore_counts_from_any_number)
{
    EXPECT_EQ(0, drain(new_sm(0)));
    EXPECT_EQ(3, drain(new_sm(3)));
    const sel_t full = new_sm(UINT64_MAX);
    EXPECT_STATUS(OVRFLOW, hc_sm_up(full));
    EXPECT_STATUS(SUCCESS, hc_sm_down(full, 0, 0));
    EXPECT_STATUS(SUCCESS, hc_sm_up(full));
}

/* New capabilities carry what their kind defines, and nothing else. */
TEST(create, new_capabilities_have_all_permissions_of_their_kind)
{
    const sel_t sm = new_sm(1);
    EXPECT_STATUS(SUCCESS, hc_sm_down(sm, 0, 0));
    EXPECT_STATUS(SUCCESS, hc_sm_up(sm));
    EXPECT_STATUS(BAD_CAP, hc_assign_int(sm, 0, 0, 0).status);

    const struct thread t = new_local(cpu_here(), answer);
    EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, 0));
    const sel_t pt = sel_alloc(0);
    EXPECT_STATUS(SUCCESS, hc_create_pt(pt, SEL_ROOT_PD, t.ec, 0));
    EXPECT_STATUS(SUCCESS, hc_ctrl_pt(pt, 0, 0));
    const struct thread g = idle_global();
    const sel_t sc = new_sc(&g, LOW, BUDGET);
    EXPECT_STATUS(SUCCESS, hc_ctrl_sc(sc).status);
}

TEST(create, reserved_flags_change_nothing)
{
    const struct thread local = new_local(cpu_here(), answer), global = idle_global();
    const uint64_t scd = LOW << 16 | BUDGET;
    EXPECT_STATUS(SUCCESS, trap_5(hc_p0(HYPERCALL_CREATE_EC, 8, sel_alloc(0)), SEL_ROOT_PD,
                                  utcb_alloc() | cpu_here(), 0, 0));
    EXPECT_STATUS(SUCCESS, trap_4(hc_p0(HYPERCALL_CREATE_SC, 0xf, sel_alloc(0)), SEL_ROOT_PD,
                                  global.ec, scd));
    EXPECT_STATUS(SUCCESS,
                  trap_4(hc_p0(HYPERCALL_CREATE_PT, 0xf, sel_alloc(0)), SEL_ROOT_PD, local.ec, 0));
    EXPECT_STATUS(SUCCESS, trap_3(hc_p0(HYPERCALL_CREATE_SM, 0xf, sel_alloc(0)), SEL_ROOT_PD, 0));
}

static const struct tap_test tests[] = {
    TAP_TEST(create, occupied_slot_is_refused_and_kept),
    TAP_TEST(create, slot_beyond_the_space_is_refused),
    TAP_TEST(create, same_slot_can_be_filled_again_when_it_is_empty),
    TAP_TEST(create, pd_has_the_permissions_of_its_maker_s),
    TAP_TEST(create, pd_has_one_object_space_and_one_host_space),
    TAP_TEST(create, space_that_found_no_slot_can_be_made_again),
    TAP_TEST(create, unknown_operations_are_bad_parameters),
    TAP_TEST(create, port_and_msr_spaces_exist_on_one_cpu_only),
    TAP_TEST(create, first_port_space_needs_a_host_space),
    TAP_TEST(create, dma_space_needs_an_smmu),
    TAP_TEST(create, guest_space_needs_virtualisation),
    TAP_TEST(create, ec_needs_all_spaces_of_its_pd),
    TAP_TEST(create, ec_needs_the_object_space_too),
    TAP_TEST(create, ec_lives_on_each_cpu_that_exists_and_no_other),
    TAP_TEST(create, utcb_lies_in_the_user_s_address_range),
    TAP_TEST(create, utcb_is_a_page_of_zeros_that_can_be_written),
    TAP_TEST(create, utcb_is_not_left_behind_when_the_slot_is_occupied),
    TAP_TEST(create, guest_ec_needs_virtualisation),
    TAP_TEST(create, sc_needs_priority_and_budget),
    TAP_TEST(create, sc_takes_the_extremes),
    TAP_TEST(create, sc_needs_a_class_of_service_that_exists),
    TAP_TEST(create, sc_ignores_the_upper_bits_of_its_descriptor),
    TAP_TEST(create, sc_is_not_for_local_threads),
    TAP_TEST(create, portal_is_for_local_threads_only),
    TAP_TEST(create, portal_may_be_paid_by_another_pd),
    TAP_TEST(create, semaphore_counts_from_any_number),
    TAP_TEST(create, new_capabilities_have_all_permissions_of_their_kind),
    TAP_TEST(create, reserved_flags_change_nothing),
};
const struct tap_suite create_suite = CONF_SUITE(tests);
