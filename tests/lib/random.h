/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers that are the same in every run. */
#pragma once

#include <stdint.h>

/* Marsaglia's xorshift64; the state is never 0. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}
