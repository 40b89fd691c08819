/* SPDX-License-Identifier: GPL-2.0-only */
/* A test is a list of claims; main runs each and says which does not hold. */
#pragma once

#include <stdint.h>
#include <stdio.h>

static unsigned failures;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                         \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

#define EXPECT_EQUAL(got, want)                                                                    \
    do {                                                                                           \
        const uint64_t got_ = (got), want_ = (want);                                               \
        if (got_ != want_) {                                                                       \
            printf("%s:%d: %s is 0x%lx, not 0x%lx\n", __FILE__, __LINE__, #got, got_, want_);      \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

/* Run one claim; its name is printed. */
#define RUN(claim)                                                                                 \
    do {                                                                                           \
        const unsigned before_ = failures;                                                         \
        claim();                                                                                   \
        printf("%s %s\n", failures == before_ ? "ok" : "FAILED", #claim);                          \
    } while (0)
