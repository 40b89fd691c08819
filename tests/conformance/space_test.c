/* SPDX-License-Identifier: GPL-2.0-only */
/* Spaces as create_pd makes them, and what ctrl_pd reads in its parameters (interface specification, 5.3.1, 5.4.1). */
#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

enum : uint64_t { PAGE = 0x1000, PAGE_BITS = 12, LARGE = 0x20'0000 };
enum : uint8_t { LARGE_ORDER = 9 };

static sel_t new_pd(sel_t owner)
{
    const sel_t sel = sel_alloc(0);
    MUST(hc_create_pd(sel, CREATE_PD_PD, owner));
    return sel;
}

static sel_t new_space(sel_t pd, enum create_pd_op op)
{
    const sel_t sel = sel_alloc(0);
    MUST(hc_create_pd(sel, op, pd));
    return sel;
}

/* Of each kind, there or not: the permission comes before all else. */
TEST(space, each_kind_needs_the_same_permission)
{
    const sel_t pd = new_pd(SEL_ROOT_PD), weak = copy_cap(pd, PERM_PD_ALL & ~PERM_PD_PD);
    for (uint8_t op = CREATE_PD_PD; op <= CREATE_PD_MSR; op++)
        EXPECT_STATUS(BAD_CAP, hc_create_pd(sel_alloc(0), (enum create_pd_op)op, weak));
    EXPECT_STATUS(SUCCESS, hc_create_pd(sel_alloc(0), CREATE_PD_OBJ, pd));
}

/* A slot is empty if something can be made there; that fills it again, so that the next copy shows. */
TEST(space, of_objects_starts_empty)
{
    enum : uint8_t { ORDER = 9 };
    const sel_t space = new_space(new_pd(SEL_ROOT_PD), CREATE_PD_OBJ);
    const sel_t at = sel_alloc(ORDER), count = 1ull << ORDER;
    for (sel_t i = 0; i < count; i++)
        MUST(hc_create_sm(at + i, SEL_ROOT_PD, 0));
    for (sel_t from = 0; from < SELNUM; from += count) {
        MUST(hc_ctrl_pd(
            space, SEL_ROOT_OBJ,
            (struct hc_range){.from = from, .to = at, .order = ORDER, .perm = PERM_MASK}));
        for (sel_t i = 0; i < count; i += from == 0 ? 1 : 73)
            EXPECT_STATUS(SUCCESS, hc_create_sm(at + i, SEL_ROOT_PD, 0));
    }
}

/* Where root has something, where it has nothing, at both ends. */
TEST(space, of_memory_starts_empty)
{
    const sel_t space = new_space(new_pd(SEL_ROOT_PD), CREATE_PD_HST);
    const uint64_t at = HVA_FREE, end = (uint64_t)hip + PAGE;
    const uint64_t from[] = {0, HVA_FREE, (uint64_t)&hip, UTCB_START, PAGES_START, end - LARGE};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        MUST(map(free_frames(), at, LARGE_ORDER, PERM_MEM_R));
        EXPECT(can_read(at));
        MUST(hc_ctrl_pd(space, SEL_LIB_ROOT_HST,
                        (struct hc_range){.from = from[i] / LARGE * LARGE / PAGE,
                                          .to = at / PAGE,
                                          .order = LARGE_ORDER,
                                          .perm = PERM_MEM_ALL}));
        for (uint64_t page = at; page < at + LARGE; page += 7 * PAGE)
            EXPECT(!can_read(page));
    }
}

/* It is a PD of its own: what becomes of the other does not matter. */
TEST(space, pd_is_not_tied_to_the_one_it_was_made_with)
{
    const sel_t maker = new_pd(SEL_ROOT_PD), pd = new_pd(maker);
    revoke(maker);
    nap(2000);
    EXPECT_STATUS(SUCCESS, hc_create_sm(sel_alloc(0), pd, 0));
    EXPECT_STATUS(SUCCESS, hc_create_pd(sel_alloc(0), CREATE_PD_OBJ, pd));
    EXPECT_STATUS(ABORTED, hc_create_pd(sel_alloc(0), CREATE_PD_OBJ, pd));
    EXPECT_STATUS(SUCCESS, hc_create_pd(sel_alloc(0), CREATE_PD_PD, pd));
}

/* A PD that was made with another's capability gets its own spaces. */
TEST(space, pd_has_none_of_its_maker_s)
{
    const sel_t maker = new_pd(SEL_ROOT_PD);
    new_space(maker, CREATE_PD_OBJ);
    new_space(maker, CREATE_PD_HST);
    const sel_t pd = new_pd(maker);
    EXPECT_STATUS(SUCCESS, hc_create_pd(sel_alloc(0), CREATE_PD_OBJ, pd));
    EXPECT_STATUS(SUCCESS, hc_create_pd(sel_alloc(0), CREATE_PD_HST, pd));
}

/* The image of root: code that is not written, data that is not executed, and nothing around them. */
extern const char user_image_start[], user_image_end[];

TEST(space, of_root_has_its_image_and_nothing_beside_it)
{
    alignas(PAGE) static char data[PAGE];
    const uint64_t code = (uint64_t)user_image_start, at = (uint64_t)data;
    const uint64_t end = ((uint64_t)user_image_end + PAGE - 1) / PAGE * PAGE;
    write_return(at);
    EXPECT(can_read(code) && !can_write(code));
    EXPECT(can_read(at) && !can_execute(at) && can_write(at));
    const uint64_t nothing[] = {0, code - PAGE, end, (uint64_t)hip - 2 * PAGE};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        EXPECT(!can_read(nothing[i]));
}

/* Bits between the fields of ctrl_pd, and above the attributes. */
enum : uint64_t { UNUSED = 0xfe0, ABOVE_MAD = 0xffff'ffff'0000'0000 };

TEST(space, unused_bits_of_a_delegation_are_ignored)
{
    const sel_t sm = new_sm(3), to = sel_alloc(0);
    EXPECT_STATUS(SUCCESS,
                  trap_5(hc_p0(HYPERCALL_CTRL_PD, 0xf, SEL_ROOT_OBJ), SEL_ROOT_OBJ,
                         sm << PAGE_BITS | UNUSED, to << PAGE_BITS | UNUSED | PERM_SM_DOWN, ~0ull));
    EXPECT_STATUS(BAD_CAP, hc_sm_up(to));
    EXPECT_EQ(3, drain(to));
    EXPECT_STATUS(BAD_CAP, hc_sm_up(to + 1)); /* one slot */
}

TEST(space, unused_bits_of_a_mapping_are_ignored)
{
    const uint64_t at = HVA_FREE;
    EXPECT_STATUS(SUCCESS,
                  trap_5(hc_p0(HYPERCALL_CTRL_PD, 0xf, SEL_LIB_NOVA_HST), SEL_LIB_ROOT_HST,
                         free_frames() | UNUSED, at | UNUSED | PERM_MEM_R, ABOVE_MAD | MAD_MEMORY));
    EXPECT(can_read(at) && !can_write(at) && !can_read(at + PAGE));
    MUST(map(free_frames(), at, 0, PERM_NONE));
}

/* Bits of pmm that the kind has not got do no harm, and give nothing. */
TEST(space, permissions_that_a_kind_has_not_got_come_to_nothing)
{
    const sel_t sm = new_sm(0);
    EXPECT_STATUS(BAD_CAP, hc_assign_int(copy_cap(sm, PERM_MASK), 0, 0, 0).status);
    const sel_t none = copy_cap(sm, PERM_MASK & ~PERM_SM_ALL);
    EXPECT_STATUS(BAD_CAP, hc_sm_up(none));
    EXPECT_STATUS(SUCCESS, hc_create_sm(none, SEL_ROOT_PD, 0)); /* the slot is empty */
}

/* The order of checks, each call wrong in all that comes later, too. */
TEST(space, checks_of_a_delegation_come_in_order)
{
    const sel_t obj = SEL_ROOT_OBJ, nova = SEL_LIB_NOVA_HST, hst = SEL_LIB_ROOT_HST;
    const sel_t none = sel_alloc(0);
    const uint64_t far = 1ull << 51;
    const uint32_t bad_mad = 0xd; /* cacheability or shareability */
    const struct hc_range odd = {.from = 1, .to = far, .order = 1, .mad = bad_mad};
    const struct hc_range even = {.from = far, .to = far, .order = 1, .mad = bad_mad};
    const struct hc_range well = {.from = far, .to = far, .order = 1, .mad = MAD_MEMORY};
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(none, none, odd));
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(none, obj, even));
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(nova, none, even));
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(nova, nova, even)); /* no GRANT */
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(nova, obj, even));  /* attributes, though it is no pair */
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(nova, obj, well));  /* no pair */
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(hst, obj, even));
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(obj, hst, even));
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(nova, hst, well)); /* range */
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(hst, hst, even));
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(obj, obj, even));
}

static const struct tap_test tests[] = {
    TAP_TEST(space, each_kind_needs_the_same_permission),
    TAP_TEST(space, of_objects_starts_empty),
    TAP_TEST(space, of_memory_starts_empty),
    TAP_TEST(space, pd_is_not_tied_to_the_one_it_was_made_with),
    TAP_TEST(space, pd_has_none_of_its_maker_s),
    TAP_TEST(space, of_root_has_its_image_and_nothing_beside_it),
    TAP_TEST(space, unused_bits_of_a_delegation_are_ignored),
    TAP_TEST(space, unused_bits_of_a_mapping_are_ignored),
    TAP_TEST(space, permissions_that_a_kind_has_not_got_come_to_nothing),
    TAP_TEST(space, checks_of_a_delegation_come_in_order),
};
const struct tap_suite space_suite = CONF_SUITE(tests);
