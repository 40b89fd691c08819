/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little that a host test needs: claims are functions, EXPECT says what must hold in them, and
 * main() ends with `return expect_result()`.
 */
#pragma once

#include <stdio.h>

static int expect_failures;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                         \
            expect_failures++;                                                                     \
        }                                                                                          \
    } while (0)

/* Two integers are equal; prints both if not. */
#define EXPECT_EQ(want, got)                                                                       \
    do {                                                                                           \
        const unsigned long long want_ = (unsigned long long)(want);                               \
        const unsigned long long got_ = (unsigned long long)(got);                                 \
        if (want_ != got_) {                                                                       \
            printf("%s:%d: %s is %#llx, not %#llx\n", __FILE__, __LINE__, #got, got_, want_);      \
            expect_failures++;                                                                     \
        }                                                                                          \
    } while (0)

/* The exit status of the test. */
static inline int expect_result(void)
{
    printf("%d failures\n", expect_failures);
    return expect_failures != 0;
}
