/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphores: who waits at one is released once, and is told why. */

#include "kernel/cpu/cpu.h"
#include "tests/explore/scenarios.h"

enum : uint64_t { SM = EXPLORE_FIRST, A = SM + 2, B = SM + 4, C = SM + 6 };
enum : uint64_t { TICKS = 100 };

static unsigned ups, releases, answers;

static void count_up(unsigned cpu)
{
    ups += explore_status(cpu) == SUCCESS;
}

static void count_down(unsigned cpu)
{
    const status_t status = explore_status(cpu);
    CHECK(status == SUCCESS || status == TIMEOUT || status == BAD_CAP);
    releases += status == SUCCESS;
    answers++;
}

static void time_comes([[maybe_unused]] unsigned cpu)
{
    sim_advance(TICKS);
}

static void make_end(void)
{
    static const struct act waits[] = {DOWN(SM, TICKS), DO(count_down)};
    static const struct act ups_it[] = {UP(SM), DO(count_up)};
    static const struct act takes_it[] = {REVOKE(SM, 0)};
    static const struct act time[] = {DO(time_comes)};
    sim_stc = 0;
    ups = releases = answers = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), waits, false);
    PROGRAM(call_thread(B, 2, 10, 10), ups_it, false);
    PROGRAM(sim_user(0), takes_it, false);
    PROGRAM(nullptr, time, false);
    sim_settle();
}

static void check_end(void)
{
    CHECK_EQ(answers, 1);
    CHECK(releases <= ups);
}

const struct scenario explore_semaphore_end = {
    .name = "semaphore_end",
    .claim = "an up, a deadline and the end of the semaphore release a waiter once",
    .cpus = 3,
    .bound = 2,
    .make = make_end,
    .check = check_end,
};

/* Nobody takes the semaphore away, so each up is found by somebody, or counted. */
static void make_count(void)
{
    static const struct act waits[] = {DOWN(SM, TICKS), DO(count_down)};
    static const struct act ups_it[] = {UP(SM), DO(count_up)};
    static const struct act time[] = {DO(time_comes)};
    sim_stc = 0;
    ups = releases = answers = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), waits, false);
    PROGRAM(call_thread(B, 2, 10, 10), waits, false);
    PROGRAM(sim_user(0), ups_it, false);
    PROGRAM(nullptr, time, false);
    sim_settle();
}

static void check_count(void)
{
    CHECK_EQ(answers, 2);
    const status_t left = call_down(0, SM, 1);
    CHECK_EQ(releases + (left == SUCCESS), ups);
}

const struct scenario explore_semaphore_count = {
    .name = "semaphore_count",
    .claim = "an up releases one waiter, or is counted, whatever their deadlines do",
    .cpus = 3,
    .bound = 4,
    .make = make_count,
    .check = check_count,
};

/* A waits without a deadline, with nothing else to do on its CPU: it is idle, or about to be. */
static void make_idle(void)
{
    static const struct act waits[] = {DOWN(SM, 0), DO(count_down), DOWN(SM, 0), DO(count_down)};
    static const struct act ups_it[] = {UP(SM), DO(count_up)};
    ups = releases = answers = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), waits, false);
    PROGRAM(call_thread(B, 2, 10, 10), ups_it, false);
    PROGRAM(sim_user(0), ups_it, false);
    sim_settle();
}

static void check_idle(void)
{
    CHECK_EQ(ups, 2);
    CHECK_EQ(releases, 2);
}

const struct scenario explore_idle = {
    .name = "idle",
    .claim = "who is made ready on a CPU that goes idle runs",
    .cpus = 3,
    .bound = 6,
    .make = make_idle,
    .check = check_idle,
};

/* A has three SCs, which find it blocked one after the other, or not any more. */
static void make_parked(void)
{
    static const struct act waits[] = {DOWN(SM, TICKS), DO(count_down), DOWN(SM, TICKS),
                                       DO(count_down)};
    static const struct act ups_it[] = {UP(SM), DO(count_up)};
    static const struct act time[] = {DO(time_comes)};
    sim_stc = 0;
    ups = releases = answers = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    struct ec *const a = call_thread(A, 1, 10, 10);
    CHECK_EQ(call_create_sc(0, C, SEL_ROOT_PD, A, 10, 10), SUCCESS);
    CHECK_EQ(call_create_sc(0, C + 1, SEL_ROOT_PD, A, 20, 10), SUCCESS);
    PROGRAM(a, waits, false);
    PROGRAM(call_thread(B, 2, 10, 10), ups_it, false);
    PROGRAM(nullptr, time, false);
    sim_settle();
}

static void check_parked(void)
{
    CHECK_EQ(answers, 2);
    CHECK_EQ(ups, 1);
}

const struct scenario explore_parked = {
    .name = "parked",
    .claim = "all SCs of a thread are ready when it is released, also one that is about to park",
    .cpus = 3,
    .bound = 4,
    .make = make_parked,
    .check = check_parked,
};
