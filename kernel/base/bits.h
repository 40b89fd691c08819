/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic on bits and alignments. Context: any. */
#pragma once

#include <stdint.h>

enum : uint64_t {
    KIB = UINT64_C(1) << 10,
    MIB = UINT64_C(1) << 20,
    GIB = UINT64_C(1) << 30,
};

enum : unsigned { PAGE_BITS = 12 };
enum : uint64_t { PAGE_SIZE = UINT64_C(1) << PAGE_BITS, PAGE_MASK = PAGE_SIZE - 1 };

/* The lowest `n` bits set; n in 0..63. */
static inline uint64_t low_bits(unsigned n)
{
    return (UINT64_C(1) << n) - 1;
}

static inline uint64_t bit(unsigned n)
{
    return UINT64_C(1) << n;
}

/* `to` is a power of two. */
static inline bool is_aligned(uint64_t x, uint64_t to)
{
    return (x & (to - 1)) == 0;
}

static inline uint64_t align_down(uint64_t x, uint64_t to)
{
    return x & ~(to - 1);
}

/* Wraps to 0 for the last, incomplete unit below 2^64: check what comes from outside before. */
static inline uint64_t align_up(uint64_t x, uint64_t to)
{
    return (x + to - 1) & ~(to - 1);
}

/*
 * `index`, known to be below `size`, a power of two: cut to that even where speculation runs past the
 * check. The asm hides the check from the compiler, which would find the mask of no use.
 */
static inline uint64_t index_nospec(uint64_t index, uint64_t size)
{
    __asm__("" : "+r"(index));
    return index & (size - 1);
}

/* Number of the highest set bit; x is not 0. */
static inline unsigned bit_highest(uint64_t x)
{
    return 63u - (unsigned)__builtin_clzll(x);
}

/* Number of the lowest set bit; x is not 0. */
static inline unsigned bit_lowest(uint64_t x)
{
    return (unsigned)__builtin_ctzll(x);
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}
