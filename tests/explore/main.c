/* SPDX-License-Identifier: GPL-2.0-only */
/* Explore one scenario: as the test does it, for longer, or one order of it again. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arch/sim/machine.h"
#include "arch/sim/snapshot.h"
#include "kernel/base/compiler.h"
#include "kernel/hypercall/testing/audit.h"
#include "kernel/mm/frame.h"
#include "kernel/obj/pd.h"
#include "kernel/sync/rcu.h"
#include "tests/explore/engine.h"
#include "tests/explore/explore.h"
#include "tests/explore/race.h"

enum : size_t { POOL_PAGES = 96 };
enum : unsigned { RANDOM_ORDERS = 5'000 };

static const struct scenario *scenario;
static struct ec *root;
static size_t pages;
static uint64_t bytes;

static uint64_t root_used(void)
{
    return CONTAINER_OF(call_object(SEL_ROOT_PD), struct pd, obj)->used;
}

/* Nothing has a name any more: who still runs, runs into an exception; who waits, does so no more. */
static void end_world(void)
{
    for (unsigned turn = 0; turn < 4; turn++) {
        CHECK(sim_user(0) == root);
        call_revoke(0, EXPLORE_FIRST, EXPLORE_COUNT_LOG2);
        sim_settle();
        for (unsigned cpu = 1; cpu < scenario->cpus; cpu++)
            while (sim_user(cpu) != nullptr)
                sim_event(cpu, 1);
        sim_advance(SIM_FREQUENCY);
        sim_settle();
    }
    pages = call_settle();
    bytes = root_used();
}

/* The world has come to rest: is it as it should be? Then all is taken away. */
static void judge(void)
{
    audit(scenario->cpus);
    CHECK_EQ(rcu_pending(), 0);
    if (scenario->check != nullptr)
        scenario->check();
    end_world();
}

static bool leaf(void)
{
    const size_t pages_before = pages;
    const uint64_t bytes_before = bytes;
    if (!explore_run(scenario->cpus))
        return false;
    judge();
    CHECK_EQ(pages, pages_before);
    CHECK_EQ(bytes, bytes_before);
    return true;
}

/* The scenario's world, a second time: what the first has left, as page tables for UTCBs, is there. */
static void start(void)
{
    root = call_boot(scenario->cpus, POOL_PAGES);
    audit_begin();
    scenario->make();
    CHECK(explore_run(scenario->cpus));
    judge();
    explore_forget();
    scenario->make();
    sim_save(POOL_PAGES);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool explore(const struct explore_how *how, const char *what)
{
    const struct explore_figures *const figures = explore_figures();
    const struct explore_figures before = *figures;
    const double begun = now();
    if (!explore_go(how, leaf))
        return false;
    printf(
        "# %s%s: %lu orders, %lu more found to be equal, in %.1f s; %lu points, %lu words shared\n",
        what, figures->is_complete || how->mode == EXPLORE_RANDOM ? "" : " (not all)",
        figures->orders - before.orders, figures->equal - before.equal, now() - begun,
        figures->points, figures->words);
    return true;
}

/* Every order within `bound`; again as long as that finds more words of memory that are shared. */
static bool try_all(unsigned bound)
{
    uint64_t words;
    char what[32];
    snprintf(what, sizeof what, "%u deviations", bound);
    do {
        words = explore_figures()->words;
        if (!explore(&(struct explore_how){.mode = EXPLORE_ALL, .bound = bound}, what))
            return false;
    } while (explore_figures()->words != words);
    return true;
}

static bool explore_short(void)
{
    for (unsigned bound = 0; bound <= scenario->bound; bound++)
        if (!try_all(bound))
            return false;
    return explore(
        &(struct explore_how){.mode = EXPLORE_RANDOM, .orders = RANDOM_ORDERS, .seed = 1},
        "at random");
}

/* Half of the time for all orders, as far as they go; the other half at random. */
static bool explore_long(double seconds)
{
    const double begun = now();
    for (unsigned bound = scenario->bound + 1;; bound++) {
        const double left = seconds / 2 - (now() - begun);
        char what[32];
        snprintf(what, sizeof what, "%u deviations", bound);
        if (left <= 0)
            break;
        if (!explore(&(struct explore_how){.mode = EXPLORE_ALL, .bound = bound, .seconds = left},
                     what))
            return false;
    }
    const struct explore_how random = {
        .mode = EXPLORE_RANDOM, .seconds = seconds / 2, .seed = (uint64_t)time(nullptr)};
    return explore(&random, "at random");
}

static bool explore_again(void)
{
    return explore_go(&(struct explore_how){.mode = EXPLORE_ONE}, leaf);
}

#define HOW "./bazelw run //tests/explore:long -- "

static int say_usage(void)
{
    printf(HOW "NAME           each order within its bound\n" HOW
               "NAME MINUTES   beyond the bound, and at random\n" HOW
               "NAME ORDER     one order, told turn by turn\nNames:\n");
    for (const struct scenario *const *s = explore_scenarios; *s != nullptr; s++)
        printf("    %-16s  %s\n", (*s)->name, (*s)->claim);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return say_usage();
    for (const struct scenario *const *s = explore_scenarios; *s != nullptr; s++)
        if (strcmp((*s)->name, argv[1]) == 0)
            scenario = *s;
    if (scenario == nullptr) {
        fprintf(stderr, "There is no scenario %s; without arguments all are told.\n", argv[1]);
        return 2;
    }
    explore_init();
    race_init();
    start();
    char *end = nullptr;
    const double minutes = argc > 2 ? strtod(argv[2], &end) : 0;
    bool good;
    if (argc > 2 && *end == '\0')
        good = explore_short() && explore_long(minutes * 60);
    else if (argc > 2)
        good = explore_read(argv[2]) && explore_again();
    else
        good = explore_short();
    printf("%s %s: %s\n", good ? "ok" : "not ok", scenario->name, scenario->claim);
    return good ? 0 : 1;
}
