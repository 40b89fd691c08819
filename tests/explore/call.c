/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls, while others take away what they go through. */

#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "tests/explore/scenarios.h"

/* Callers A and B, a server S with a portal behind it, semaphores; handler H, and A's events. */
enum : uint64_t {
    A = EXPLORE_FIRST,
    B = A + 2,
    S = A + 4,
    PT = S + 1,
    H = A + 6,
    SM = A + 8,
    GO,
    EVENTS = A + 0x10,
};
enum : unsigned { FAULT = 3 };

static unsigned answers, good, recalls;

static void count_answer(unsigned cpu)
{
    const status_t status = explore_status(cpu);
    CHECK(status == SUCCESS || status == BAD_CAP || status == ABORTED);
    answers++;
    good += status == SUCCESS;
}

static const struct act serves[] = {IPC_REPLY};
static const struct act serves_slowly[] = {UP(SM), IPC_REPLY};

static void make_revoke(void)
{
    static const struct act calls[] = {IPC_CALL(PT), DO(count_answer), IPC_CALL(PT),
                                       DO(count_answer)};
    static const struct act takes[] = {REVOKE(PT, 0)};
    answers = good = recalls = 0;
    PROGRAM(call_server(S, 1), serves, true);
    PROGRAM(call_thread(A, 1, 10, 10), calls, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

static void check_revoke(void)
{
    CHECK_EQ(answers, 2);
    CHECK_EQ(call_ec(S)->caller, CALLER_NONE);
}

const struct scenario explore_revoke_call = {
    .name = "revoke_call",
    .claim = "a call finds its portal or does not, and the server waits again",
    .cpus = 2,
    .bound = 5,
    .make = make_revoke,
    .check = check_revoke,
};

/* CPU 2 frees and takes memory meanwhile, so that what goes too early is used again. */
static void make_destroy(void)
{
    static const struct act calls[] = {IPC_CALL(PT), DO(count_answer)};
    static const struct act takes[] = {REVOKE(S, 1)};
    static const struct act makes[] = {UP(SM), CREATE_SM(GO, SEL_ROOT_PD)};
    answers = good = recalls = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_server(S, 1), serves_slowly, true);
    PROGRAM(call_thread(A, 1, 10, 10), calls, false);
    PROGRAM(call_thread(B, 2, 10, 10), makes, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

static void check_destroy(void)
{
    CHECK_EQ(answers, 1);
}

const struct scenario explore_destroy_call = {
    .name = "destroy_call",
    .claim = "a server whose last capabilities go finishes its work, and goes with its reply",
    .cpus = 3,
    .bound = 2,
    .make = make_destroy,
    .check = check_destroy,
};

/* A, low, is being served when B, high, wakes up and calls, too: it helps; then the server dies. */
static void make_help(void)
{
    static const struct act calls[] = {IPC_CALL(PT), DO(count_answer)};
    static const struct act waits_and_calls[] = {DOWN(GO, 0), IPC_CALL(PT), DO(count_answer),
                                                 DOWN(GO, 0)};
    static const struct act dies[] = {UP(SM), UP(SM), EVENT(FAULT)};
    static const struct act wakes[] = {UP(GO), REVOKE(PT, 0)};
    answers = good = recalls = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_create_sm(0, GO, SEL_ROOT_PD, 0), SUCCESS);
    struct ec *const b = call_thread(B, 1, 20, 10);
    PROGRAM(b, waits_and_calls, false);
    sim_settle();
    PROGRAM(call_server(S, 1), dies, true);
    PROGRAM(call_thread(A, 1, 10, 10), calls, false);
    PROGRAM(sim_user(0), wakes, false);
    sim_settle();
}

static void check_help(void)
{
    CHECK_EQ(answers, 2);
    CHECK_EQ(good, 0);
}

const struct scenario explore_help_death = {
    .name = "help_death",
    .claim = "when a server dies, its caller and who helps it are told",
    .cpus = 2,
    .bound = 3,
    .make = make_help,
    .check = check_help,
};

static void count_recall([[maybe_unused]] unsigned cpu)
{
    recalls++;
}

/* A handles its recalls at H, on the same CPU, whether it calls, is served or has been answered. */
static void make_recall(void)
{
    static const struct act calls[] = {IPC_CALL(PT), DO(count_answer), UP(SM)};
    static const struct act handles[] = {DO(count_recall), IPC_REPLY};
    static const struct act recalls_it[] = {RECALL(A, CTRL_EC_STRONG)};
    answers = good = recalls = 0;
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    PROGRAM(call_server(S, 1), serves_slowly, true);
    PROGRAM(call_server(H, 1), handles, true);
    CHECK_EQ(call_create_pt(0, EVENTS + ARCH_EVENT_RECALL - FAULT, SEL_ROOT_PD, H, 0), SUCCESS);
    struct ec *const a = call_thread(A, 1, 10, 10);
    a->event_base = EVENTS - FAULT;
    PROGRAM(a, calls, false);
    PROGRAM(sim_user(0), recalls_it, false);
    sim_settle();
}

static void check_recall(void)
{
    CHECK_EQ(good, 1);
    CHECK_EQ(recalls, 1);
    CHECK_EQ(call_ec(A)->hazard, 0);
}

const struct scenario explore_recall_reply = {
    .name = "recall_reply",
    .claim = "a thread that is recalled while it is answered gets both, once",
    .cpus = 2,
    .bound = 6,
    .make = make_recall,
    .check = check_recall,
};
