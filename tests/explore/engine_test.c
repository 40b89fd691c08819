/* SPDX-License-Identifier: GPL-2.0-only */
/* Orders of a toy: three points with three ways each, of which the first is usual. */

#include "tests/explore/engine.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/sim/sim.h"
#include "arch/sim/snapshot.h"

enum : unsigned { POINTS = 3, WAYS = 3, ALL = 27 };

/* Shared with the process that goes through the orders. */
static struct {
    unsigned seen[ALL]; /* how often each order was gone through */
    unsigned restores;
} *toy;

void sim_restore(void)
{
    toy->restores++;
}

static unsigned usual;

static unsigned go(void)
{
    unsigned order = 0;
    for (unsigned i = 0; i < POINTS; i++) {
        explore_turn();
        order = order * WAYS + explore_choose(usual, WAYS);
    }
    return order;
}

static bool leaf(void)
{
    toy->seen[go()]++;
    return true;
}

static void start(unsigned is_usual)
{
    usual = is_usual;
    toy = mmap(nullptr, sizeof *toy, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(toy != MAP_FAILED);
    explore_init();
}

/* How many of the choices of `order` are not usual. */
static unsigned price(unsigned order)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < POINTS; i++, order /= WAYS)
        sum += order % WAYS >= usual;
    return sum;
}

static void check_all(unsigned bound, uint64_t orders)
{
    const uint64_t before = explore_figures()->orders;
    memset(toy->seen, 0, sizeof toy->seen);
    CHECK(explore_go(&(struct explore_how){.mode = EXPLORE_ALL, .bound = bound}, leaf));
    CHECK(explore_figures()->is_complete);
    CHECK_EQ(explore_figures()->orders - before, orders);
    for (unsigned order = 0; order < ALL; order++)
        CHECK_EQ(toy->seen[order], price(order) <= bound);
}

static void each_order_within_the_bound_is_gone_through_once(void)
{
    start(1);
    check_all(0, 1);
    check_all(1, 1 + 3 * 2);
    check_all(2, 1 + 3 * 2 + 3 * 4);
    check_all(3, ALL);
    check_all(9, ALL);
    CHECK_EQ(toy->restores, explore_figures()->orders - 5);
}

static void what_is_usual_costs_nothing(void)
{
    start(2);
    check_all(0, 8);
    check_all(1, 8 + 3 * 4);
    check_all(3, ALL);
}

static void orders_at_random_come_to_all_in_the_end(void)
{
    start(1);
    CHECK(explore_go(&(struct explore_how){.mode = EXPLORE_RANDOM, .orders = 20'000, .seed = 1},
                     leaf));
    for (unsigned order = 0; order < ALL; order++)
        CHECK(toy->seen[order] > 0);
}

/* Fails in one order out of all. */
static bool fragile_leaf(void)
{
    const unsigned order = go();
    toy->seen[order]++;
    CHECK(order != 2 * WAYS + 1);
    return true;
}

static void an_order_that_fails_can_be_gone_through_again(void)
{
    start(1);
    CHECK(!explore_go(&(struct explore_how){.mode = EXPLORE_ALL, .bound = 2}, fragile_leaf));
    memset(toy->seen, 0, sizeof toy->seen);
    CHECK(explore_read("2:2,3:1")); /* what it was told to be: see the log */
    CHECK(!explore_go(&(struct explore_how){.mode = EXPLORE_ONE}, fragile_leaf));
    CHECK_EQ(toy->seen[2 * WAYS + 1], 1);
    CHECK(explore_read("2:2"));
    CHECK(explore_go(&(struct explore_how){.mode = EXPLORE_ONE}, fragile_leaf));
    CHECK_EQ(toy->seen[2 * WAYS], 1);
    CHECK(explore_read("first"));
    CHECK(!explore_read("2"));
    CHECK(!explore_read("2:1,"));
    CHECK(!explore_read("2:1;3:1"));
}

int main(void)
{
    SIM_RUN(each_order_within_the_bound_is_gone_through_once);
    SIM_RUN(what_is_usual_costs_nothing);
    SIM_RUN(orders_at_random_come_to_all_in_the_end);
    SIM_RUN(an_order_that_fails_can_be_gone_through_again);
}
