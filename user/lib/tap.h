/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests that run as a root task and report in TAP on the console (Test Anything Protocol).
 *
 *   TEST(sem, down_needs_the_down_permission) { EXPECT_STATUS(BAD_CAP, hc_sm_down(weak, 0, 1)); }
 *
 *   static const struct tap_test tests[] = { TAP_TEST(sem, down_needs_the_down_permission) };
 *   const struct tap_suite sem_suite = TAP_SUITE(tests);
 *
 * The name is the claim. A test that is not in a table does not compile: its function is unused.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/status.h"

struct tap_test {
    const char *name;
    void (*run)(void);
};

struct tap_suite {
    const struct tap_test *test;
    size_t count;
    void (*after)(void); /* called behind each test, if not nullptr */
};

#define TEST(suite, name) static void suite##_##name(void)
#define TAP_TEST(suite, name) {#suite "." #name, suite##_##name}
#define TAP_SUITE(tests) TAP_SUITE_AFTER(tests, nullptr)
#define TAP_SUITE_AFTER(tests, after) {(tests), sizeof(tests) / sizeof *(tests), (after)}

/* Run all, one result line each. Returns the number of tests that failed. */
unsigned tap_run(const struct tap_suite *const suites[], size_t count);

/* The running test has failed, at this place, for this reason. */
void tap_fail(const char *file, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* This machine has not what the running test needs: its result line says so. */
void tap_skip(const char *why);

/* "BAD_CAP", or "?" for a number that is none. */
const char *status_name(status_t status);

/* Checks; a test goes on behind one that failed. Each evaluates its arguments once. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            tap_fail(__FILE__, __LINE__, "not so: %s", #condition);                                \
    } while (0)

#define EXPECT_EQ(want, got)                                                                       \
    do {                                                                                           \
        const uint64_t want_ = (want), got_ = (got);                                               \
        if (want_ != got_)                                                                         \
            tap_fail(__FILE__, __LINE__, "%s is %#lx, not %#lx", #got, got_, want_);               \
    } while (0)

#define EXPECT_STATUS(want, got)                                                                   \
    do {                                                                                           \
        const status_t want_ = (want), got_ = (got);                                               \
        if (want_ != got_)                                                                         \
            tap_fail(__FILE__, __LINE__, "%s answers %s, not %s", #got, status_name(got_),         \
                     status_name(want_));                                                          \
    } while (0)
