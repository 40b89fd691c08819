/* SPDX-License-Identifier: GPL-2.0-only */
/* A child that makes new objects is stopped by the recipe of doc/lifetime.md. */

#include "kernel/abi/perm.h"
#include "kernel/ipc/ipc.h"
#include "tests/explore/scenarios.h"

/* The child's PD, spaces, thread and its SC. */
enum : uint64_t { PD = EXPLORE_FIRST, OBJ, HST, PIO, THREAD, SC };

/* In the child's own object space: its PD, itself, and what it makes. */
enum : uint64_t { OWN_PD, OWN_THREAD, NEW_SM, NEW_EC, NEW_SC };
enum : uint64_t { UTCB = 0x5000'0000 };

static void make(void)
{
    static const struct act makes[] = {
        CREATE_SM(NEW_SM, OWN_PD),
        CALL(HYPERCALL_CREATE_EC, CREATE_EC_GLOBAL, NEW_EC, OWN_PD, (UTCB + 0x1000) | 1, 0, SELNUM),
        CREATE_SC(NEW_SC, OWN_PD, NEW_EC, 10, 10),
    };
    static const struct act stops[] = {
        DELEGATE(OBJ, OBJ, 0, 0, 18, 0),
        RECALL(THREAD, CTRL_EC_STRONG),
        REVOKE(PD, 3),
    };
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, PIO, PD), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, THREAD, PD, UTCB, 1, SELNUM), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, PD, OWN_PD, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, THREAD, OWN_THREAD, 0, PERM_MASK), SUCCESS);
    struct ec *const thread = call_ec(THREAD);
    thread->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, SC, PD, THREAD, 10, 10), SUCCESS);
    PROGRAM(thread, makes, false);
    PROGRAM(sim_user(0), stops, false);
    sim_settle();
}

const struct scenario explore_child = {
    .name = "child",
    .claim = "of a child that is stopped by the recipe, nothing is left",
    .cpus = 2,
    .bound = 2,
    .make = make,
};
