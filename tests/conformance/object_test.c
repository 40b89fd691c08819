/* SPDX-License-Identifier: GPL-2.0-only */
/* Capabilities between PDs (interface specification, 5.4.1). What root does to itself: tests/boot. */
#include "tests/conformance/conf.h"

/* In the child: what its own slots are good for. */

static uint64_t up_from_here(uint64_t sel)
{
    return hc_sm_up(sel);
}

static uint64_t down_from_here(uint64_t sel)
{
    return hc_sm_down(sel, 0, 1);
}

static uint64_t create_from_here(uint64_t sel)
{
    return hc_create_sm(0x200, sel, 3);
}

static void expect_from(const struct peer *peer, peer_fn *fn, sel_t sel, status_t want)
{
    EXPECT_STATUS(want, (status_t)peer_run(peer, fn, sel));
}

TEST(object, child_starts_with_nothing)
{
    const struct peer peer = new_peer();
    static const sel_t some[] = {0,           1,           511,       512, SEL_ROOT_OBJ,
                                 SEL_ROOT_PD, SEL_ROOT_SC, SELNUM - 1};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        expect_from(&peer, up_from_here, some[i], BAD_CAP);
        expect_from(&peer, create_from_here, some[i], BAD_CAP);
    }
}

TEST(object, child_uses_what_it_is_given_as_far_as_it_is_given)
{
    const struct peer peer = new_peer();
    const sel_t sm = new_sm(0);
    MUST(child_give(&peer.child, sm, 5, PERM_SM_UP));
    expect_from(&peer, up_from_here, 5, SUCCESS);
    expect_from(&peer, down_from_here, 5, BAD_CAP);
    EXPECT_EQ(1, drain(sm));
    MUST(child_give(&peer.child, sm, 5, PERM_SM_ALL)); /* given anew, more */
    expect_from(&peer, up_from_here, 5, SUCCESS);
    expect_from(&peer, down_from_here, 5, SUCCESS);
    MUST(child_give(&peer.child, sm, 5, PERM_NONE));
    expect_from(&peer, up_from_here, 5, BAD_CAP);
    EXPECT_STATUS(SUCCESS, hc_sm_up(sm)); /* ours is untouched */
}

TEST(object, child_s_gift_outlives_ours)
{
    const struct peer peer = new_peer();
    const sel_t sm = new_sm(7);
    MUST(child_give(&peer.child, sm, 5, PERM_SM_DOWN));
    revoke(sm);
    for (unsigned i = 0; i < 7; i++)
        expect_from(&peer, down_from_here, 5, SUCCESS);
    expect_from(&peer, down_from_here, 5, TIMEOUT);
}

TEST(object, child_makes_objects_in_its_own_slots)
{
    const struct peer peer = new_peer();
    MUST(child_give(&peer.child, peer.child.pd, 9, PERM_PD_SM));
    expect_from(&peer, create_from_here, 9, SUCCESS);
    expect_from(&peer, create_from_here, 9, BAD_CAP); /* occupied */
    expect_from(&peer, down_from_here, 0x200, SUCCESS);
    EXPECT_STATUS(BAD_CAP, hc_sm_up(0x200)); /* ours is another slot */
}

/* We take back from the child what it has made: its space is a source, too. */
TEST(object, capabilities_travel_up_as_well)
{
    const struct peer peer = new_peer();
    const sel_t mine = sel_alloc(0);
    MUST(child_give(&peer.child, peer.child.pd, 9, PERM_PD_SM));
    expect_from(&peer, create_from_here, 9, SUCCESS);
    MUST(hc_ctrl_pd(peer.child.obj, SEL_ROOT_OBJ,
                    (struct hc_range){.from = 0x200, .to = mine, .perm = PERM_MASK}));
    EXPECT_EQ(3, drain(mine));
}

/* Each order up to MCO_OBJ, capabilities at both ends of the range, and something behind it. */
TEST(object, ranges_of_any_order_move_as_they_are)
{
    const struct peer peer = new_peer();
    const sel_t sm = new_sm(0);
    for (uint8_t order = 0; order <= hip->mco_obj; order++) {
        const sel_t first = sel_alloc((uint8_t)(order + 1)), count = 1ull << order;
        const struct hc_range first_to = {.from = sm, .to = first, .perm = PERM_SM_ALL};
        const struct hc_range last_to = {.from = sm, .to = first + count - 1, .perm = PERM_SM_UP};
        const struct hc_range behind = {.from = sm, .to = first + count, .perm = PERM_SM_ALL};
        MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, first_to));
        MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, last_to));
        MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, behind));
        MUST(hc_ctrl_pd(
            SEL_ROOT_OBJ, peer.child.obj,
            (struct hc_range){.from = first, .to = 0x800, .order = order, .perm = PERM_MASK}));
        expect_from(&peer, up_from_here, 0x800, SUCCESS);
        expect_from(&peer, up_from_here, 0x800 + count - 1, SUCCESS);
        expect_from(&peer, down_from_here, 0x800 + count - 1, BAD_CAP);
        expect_from(&peer, up_from_here, 0x800 + count, BAD_CAP);

        /* From an empty range comes emptiness. */
        MUST(hc_ctrl_pd(
            SEL_ROOT_OBJ, peer.child.obj,
            (struct hc_range){
                .from = sel_alloc(order), .to = 0x800, .order = order, .perm = PERM_MASK}));
        expect_from(&peer, up_from_here, 0x800, BAD_CAP);
        expect_from(&peer, up_from_here, 0x800 + count - 1, BAD_CAP);
    }
}

/* In one space ranges are the same or apart; in two that overlap in time the later one counts. */
TEST(object, later_range_replaces_what_it_overlaps)
{
    const struct peer peer = new_peer();
    const sel_t a = sel_alloc(3), b = sel_alloc(2), sm = new_sm(0);
    for (sel_t i = 0; i < 8; i++)
        MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                        (struct hc_range){.from = sm, .to = a + i, .perm = PERM_SM_UP}));
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                    (struct hc_range){.from = sm, .to = b + 1, .perm = PERM_SM_DOWN}));
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, peer.child.obj,
                    (struct hc_range){.from = a, .to = 0x800, .order = 3, .perm = PERM_MASK}));
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, peer.child.obj,
                    (struct hc_range){.from = b, .to = 0x804, .order = 2, .perm = PERM_MASK}));
    for (sel_t i = 0; i < 8; i++) {
        expect_from(&peer, up_from_here, 0x800 + i, i < 4 ? SUCCESS : BAD_CAP);
        expect_from(&peer, down_from_here, 0x800 + i, i == 5 ? SUCCESS : BAD_CAP);
    }
}

/* A child that has its own object space can delegate; it cannot make more of what it has. */
static uint64_t copy_from_here(uint64_t sel)
{
    return hc_ctrl_pd(2, 2, (struct hc_range){.from = sel, .to = 0x300, .perm = PERM_MASK});
}

TEST(object, child_cannot_raise_its_own_permissions)
{
    const struct peer peer = new_peer();
    const sel_t sm = new_sm(5);
    MUST(child_give(&peer.child, sm, 5, PERM_SM_UP));
    expect_from(&peer, copy_from_here, 5, BAD_CAP); /* no space capability yet */
    MUST(child_give(&peer.child, peer.child.obj, 2, PERM_SPC_TAKE));
    expect_from(&peer, copy_from_here, 5, BAD_CAP);
    MUST(child_give(&peer.child, peer.child.obj, 2, PERM_OBJ_ALL));
    expect_from(&peer, copy_from_here, 5, SUCCESS);
    expect_from(&peer, up_from_here, 0x300, SUCCESS);
    expect_from(&peer, down_from_here, 0x300, BAD_CAP);
}

static const struct tap_test tests[] = {
    TAP_TEST(object, child_starts_with_nothing),
    TAP_TEST(object, child_uses_what_it_is_given_as_far_as_it_is_given),
    TAP_TEST(object, child_s_gift_outlives_ours),
    TAP_TEST(object, child_makes_objects_in_its_own_slots),
    TAP_TEST(object, capabilities_travel_up_as_well),
    TAP_TEST(object, ranges_of_any_order_move_as_they_are),
    TAP_TEST(object, later_range_replaces_what_it_overlaps),
    TAP_TEST(object, child_cannot_raise_its_own_permissions),
};
const struct tap_suite object_suite = CONF_SUITE(tests);
