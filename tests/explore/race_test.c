/* SPDX-License-Identifier: GPL-2.0-only */
/* What orders two accesses, and what does not. */

#include "tests/explore/race.h"

#include <sys/wait.h>
#include <unistd.h>

#include "arch/sim/sim.h"
#include "arch/sim/watch.h"

enum : uintptr_t { DATA = 0x1000, FLAG = 0x2000, OTHER = 0x2008 };

static void plain(unsigned cpu, enum watch_kind kind, uintptr_t at, uint32_t size)
{
    race_plain(&(struct watch_access){.at = at, .size = size, .kind = kind}, cpu);
}

static void atomic(unsigned cpu, enum watch_kind kind, uintptr_t at, uint8_t order)
{
    race_atomic(&(struct watch_access){.at = at, .size = 8, .kind = kind, .order = order}, cpu);
}

/* Does the last access of `steps` race? It is made in a process of its own, which ends then. */
static bool is_race(void (*steps)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        steps();
        _exit(0);
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return status != 0;
}

static void store_and_load(void)
{
    plain(0, WATCH_STORE, DATA, 8);
    plain(1, WATCH_LOAD, DATA + 4, 1);
}

static void load_and_store(void)
{
    plain(0, WATCH_LOAD, DATA, 8);
    plain(1, WATCH_STORE, DATA, 8);
}

static void loads(void)
{
    plain(0, WATCH_LOAD, DATA, 8);
    plain(1, WATCH_LOAD, DATA, 8);
}

static void neighbours(void)
{
    plain(0, WATCH_STORE, DATA, 4);
    plain(1, WATCH_STORE, DATA + 4, 12);
}

static void one_cpu(void)
{
    plain(0, WATCH_STORE, DATA, 8);
    plain(0, WATCH_LOAD, DATA, 8);
}

static void across_granules(void)
{
    plain(0, WATCH_STORE, DATA + 6, 4);
    plain(1, WATCH_LOAD, DATA + 9, 1);
}

static void plain_accesses_that_nothing_orders_race(void)
{
    race_init();
    race_begin();
    CHECK(is_race(store_and_load));
    CHECK(is_race(load_and_store));
    CHECK(is_race(across_granules));
    CHECK(!is_race(loads));
    CHECK(!is_race(neighbours));
    CHECK(!is_race(one_cpu));
}

static uint8_t order;
static enum watch_kind kind;
static uintptr_t seen;

/* CPU 0 hands DATA over through FLAG, with what is set above. */
static void hand_over(void)
{
    plain(0, WATCH_STORE, DATA, 8);
    atomic(0, kind, FLAG, order);
    atomic(1, WATCH_LOAD, seen, __ATOMIC_ACQUIRE);
    plain(1, WATCH_STORE, DATA, 8);
}

static bool is_handed_over(enum watch_kind by, uint8_t with, uintptr_t to)
{
    kind = by;
    order = with;
    seen = to;
    return !is_race(hand_over);
}

static void a_release_that_is_seen_orders(void)
{
    race_init();
    race_begin();
    CHECK(is_handed_over(WATCH_STORE, __ATOMIC_RELEASE, FLAG));
    CHECK(is_handed_over(WATCH_STORE, __ATOMIC_SEQ_CST, FLAG));
    CHECK(is_handed_over(WATCH_UPDATE, __ATOMIC_ACQ_REL, FLAG));
    CHECK(!is_handed_over(WATCH_STORE, __ATOMIC_RELAXED, FLAG));
    CHECK(!is_handed_over(WATCH_UPDATE, __ATOMIC_RELAXED, FLAG));
    CHECK(!is_handed_over(WATCH_STORE, __ATOMIC_RELEASE, OTHER));
}

static void too_early(void)
{
    atomic(0, WATCH_STORE, FLAG, __ATOMIC_RELEASE);
    plain(0, WATCH_STORE, DATA, 8);
    atomic(1, WATCH_LOAD, FLAG, __ATOMIC_ACQUIRE);
    plain(1, WATCH_LOAD, DATA, 8);
}

static void overwritten(void)
{
    plain(0, WATCH_STORE, DATA, 8);
    atomic(0, WATCH_STORE, FLAG, __ATOMIC_RELEASE);
    atomic(2, WATCH_STORE, FLAG, __ATOMIC_RELAXED);
    atomic(1, WATCH_LOAD, FLAG, __ATOMIC_ACQUIRE);
    plain(1, WATCH_LOAD, DATA, 8);
}

static void updated(void)
{
    plain(0, WATCH_STORE, DATA, 8);
    atomic(0, WATCH_STORE, FLAG, __ATOMIC_RELEASE);
    atomic(2, WATCH_UPDATE, FLAG, __ATOMIC_RELAXED);
    atomic(1, WATCH_LOAD, FLAG, __ATOMIC_ACQUIRE);
    plain(1, WATCH_LOAD, DATA, 8);
}

static void fenced(void)
{
    plain(0, WATCH_STORE, DATA, 8);
    atomic(0, WATCH_FENCE, 0, __ATOMIC_RELEASE);
    atomic(0, WATCH_STORE, FLAG, __ATOMIC_RELAXED);
    atomic(1, WATCH_LOAD, FLAG, __ATOMIC_ACQUIRE);
    plain(1, WATCH_LOAD, DATA, 8);
}

static void only_what_came_before_the_release_is_ordered(void)
{
    race_init();
    race_begin();
    CHECK(is_race(too_early));
    CHECK(is_race(overwritten));
    CHECK(!is_race(updated));
    CHECK(!is_race(fenced));
}

static void each_order_begins_anew(void)
{
    race_init();
    race_begin();
    plain(0, WATCH_STORE, DATA, 8);
    race_begin();
    plain(1, WATCH_STORE, DATA, 8);
}

int main(void)
{
    SIM_RUN(plain_accesses_that_nothing_orders_race);
    SIM_RUN(a_release_that_is_seen_orders);
    SIM_RUN(only_what_came_before_the_release_is_ordered);
    SIM_RUN(each_order_begins_anew);
}
