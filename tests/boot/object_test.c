/* SPDX-License-Identifier: GPL-2.0-only */
/* Delegation between object spaces (interface specification, 5.4.1). */
#include "tests/boot/boot_test.h"

enum : sel_t { A = SEL_FREE, B, C, D, SCRATCH = SEL_FREE_END - 1 };

/* Copy the capability at `from` to `to`, both in our object space. */
static status_t copy(sel_t from, sel_t to, uint8_t perm)
{
    return hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                      (struct hc_range){.from = from, .to = to, .perm = perm});
}

static status_t between(sel_t src, sel_t dst)
{
    return hc_ctrl_pd(src, dst, (struct hc_range){.from = SCRATCH, .to = SCRATCH});
}

/* What slot `sel` holds shows in what it may be used for; nothing changes by asking. */
static bool can_take(sel_t sel)
{
    return between(sel, SEL_ROOT_OBJ) == SUCCESS;
}

static bool can_grant(sel_t sel)
{
    return between(SEL_ROOT_OBJ, sel) == SUCCESS;
}

static void clear(void)
{
    EXPECT_STATUS(SUCCESS, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                                      (struct hc_range){.from = A, .to = A, .order = 12}));
}

TEST(object, delegation_copies_a_capability)
{
    EXPECT(!can_take(A) && !can_grant(A));
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, A, PERM_OBJ_ALL));
    EXPECT(can_take(A) && can_grant(A));
    EXPECT(can_take(SEL_ROOT_OBJ)); /* the source is still there */
    clear();
}

TEST(object, delegation_never_adds_a_permission)
{
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, A, PERM_SPC_GRANT));
    EXPECT(!can_take(A) && can_grant(A));
    EXPECT_STATUS(SUCCESS, copy(A, B, PERM_MASK));
    EXPECT(!can_take(B) && can_grant(B));
    EXPECT_STATUS(SUCCESS, copy(A, C, PERM_SPC_TAKE)); /* nothing is left of it */
    EXPECT(!can_take(C) && !can_grant(C));
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_NOVA_OBJ, D, PERM_MASK));
    EXPECT(can_take(D) && !can_grant(D));
    clear();
}

TEST(object, permissions_are_reduced_in_place)
{
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, A, PERM_OBJ_ALL));
    EXPECT_STATUS(SUCCESS, copy(A, A, PERM_SPC_TAKE));
    EXPECT(can_take(A) && !can_grant(A));
    clear();
}

TEST(object, revoked_slot_is_empty)
{
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, A, PERM_OBJ_ALL));
    EXPECT_STATUS(SUCCESS, copy(A, A, PERM_NONE));
    EXPECT(!can_take(A) && !can_grant(A));
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, B, PERM_OBJ_ALL));
    EXPECT_STATUS(SUCCESS, copy(A, B, PERM_MASK)); /* from nothing comes nothing */
    EXPECT(!can_take(B) && !can_grant(B));
}

/* There is no derivation tree: a copy lives on. */
TEST(object, revocation_affects_one_slot_only)
{
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, A, PERM_OBJ_ALL));
    EXPECT_STATUS(SUCCESS, copy(A, B, PERM_OBJ_ALL));
    EXPECT_STATUS(SUCCESS, copy(A, A, PERM_NONE));
    EXPECT(can_take(B) && can_grant(B));
    clear();
}

TEST(object, ranges_keep_their_order)
{
    const sel_t from = SEL_FREE, to = SEL_FREE + 64;
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, from + 1, PERM_SPC_TAKE));
    EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, from + 6, PERM_SPC_GRANT));
    EXPECT_STATUS(SUCCESS, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                                      (struct hc_range){
                                          .from = from, .to = to, .order = 3, .perm = PERM_MASK}));
    for (sel_t i = 0; i < 8; i++) {
        EXPECT(can_take(to + i) == (i == 1));
        EXPECT(can_grant(to + i) == (i == 6));
    }
    clear();
}

TEST(object, all_slots_of_the_space_can_be_filled)
{
    static const sel_t far[] = {0, 511, 512, 0xffff, 0x10000, 0x20000, SELNUM - 17};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        EXPECT(!can_take(far[i]));
        EXPECT_STATUS(SUCCESS, copy(SEL_ROOT_OBJ, far[i], PERM_OBJ_ALL));
        EXPECT(can_take(far[i]));
        EXPECT_STATUS(SUCCESS, copy(far[i], far[i], PERM_NONE));
        EXPECT(!can_take(far[i]));
    }
}

TEST(object, bases_must_be_aligned_to_the_order)
{
    struct hc_range range = {.from = 1, .to = 0, .order = 1};
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, range));
    range = (struct hc_range){.from = 0, .to = 1, .order = 1};
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, range));
    range = (struct hc_range){.from = 0, .to = 1u << 30, .order = 31};
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, range));
}

TEST(object, alignment_is_checked_before_capabilities)
{
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_FREE, SEL_FREE, (struct hc_range){.to = 1, .order = 1}));
}

TEST(object, ranges_must_end_inside_the_space)
{
    static const uint64_t outside[] = {SELNUM, 1ull << 32, 1ull << 51};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        EXPECT_STATUS(BAD_PAR, copy(outside[i], A, PERM_MASK));
        EXPECT_STATUS(BAD_PAR, copy(A, outside[i], PERM_MASK));
    }
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, (struct hc_range){.order = 19}));
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, (struct hc_range){.order = 31}));
}

TEST(object, only_spaces_are_sources_and_destinations)
{
    static const sel_t others[] = {SEL_ROOT_PD, SEL_ROOT_EC, SEL_ROOT_SC, A};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        EXPECT_STATUS(BAD_CAP, between(others[i], SEL_ROOT_OBJ));
        EXPECT_STATUS(BAD_CAP, between(SEL_ROOT_OBJ, others[i]));
    }
}

TEST(object, nova_spaces_accept_nothing)
{
    EXPECT_STATUS(BAD_CAP, between(SEL_ROOT_OBJ, SEL_ROOT_NOVA_OBJ));
    EXPECT_STATUS(BAD_CAP, between(SEL_LIB_ROOT_HST, SEL_LIB_NOVA_HST));
}

TEST(object, spaces_of_different_types_do_not_mix)
{
    EXPECT_STATUS(BAD_CAP, between(SEL_ROOT_OBJ, SEL_LIB_ROOT_HST));
    EXPECT_STATUS(BAD_CAP, between(SEL_LIB_ROOT_HST, SEL_ROOT_OBJ));
}

TEST(object, selectors_beyond_the_space_do_not_alias)
{
    EXPECT_STATUS(BAD_CAP, between(SELNUM + SEL_ROOT_OBJ, SEL_ROOT_OBJ));
    EXPECT_STATUS(BAD_CAP, between(SEL_ROOT_OBJ, SELNUM + SEL_ROOT_OBJ));
    EXPECT_STATUS(BAD_CAP, between(SEL_ROOT_OBJ, (1ull << 32) + SEL_ROOT_OBJ));
    EXPECT_STATUS(BAD_CAP, between(SEL_ROOT_OBJ, UINT64_MAX));
}

static const struct tap_test tests[] = {
    TAP_TEST(object, delegation_copies_a_capability),
    TAP_TEST(object, delegation_never_adds_a_permission),
    TAP_TEST(object, permissions_are_reduced_in_place),
    TAP_TEST(object, revoked_slot_is_empty),
    TAP_TEST(object, revocation_affects_one_slot_only),
    TAP_TEST(object, ranges_keep_their_order),
    TAP_TEST(object, all_slots_of_the_space_can_be_filled),
    TAP_TEST(object, bases_must_be_aligned_to_the_order),
    TAP_TEST(object, alignment_is_checked_before_capabilities),
    TAP_TEST(object, ranges_must_end_inside_the_space),
    TAP_TEST(object, only_spaces_are_sources_and_destinations),
    TAP_TEST(object, nova_spaces_accept_nothing),
    TAP_TEST(object, spaces_of_different_types_do_not_mix),
    TAP_TEST(object, selectors_beyond_the_space_do_not_alias),
};
const struct tap_suite object_suite = TAP_SUITE(tests);
