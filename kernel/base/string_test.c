/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own four functions, under names that the C library does not have (BUILD.bazel). */

#include "kernel/base/string.h"

#include <stdint.h>

#include "tests/lib/expect.h"

/* `size` bytes at `at`, and what is around them. */
enum : size_t { SIZE = 64, MARGIN = 16 };
alignas(16) static unsigned char from[SIZE], to[SIZE];

static unsigned char pattern(size_t i)
{
    return (unsigned char)(i * 7 + 3);
}

static void fill(void)
{
    for (size_t i = 0; i < SIZE; i++) {
        from[i] = pattern(i);
        to[i] = 0xee;
    }
}

static void memcpy_copies_these_bytes_and_no_others(void)
{
    for (size_t f = 0; f < 9; f++)
        for (size_t t = 0; t < 9; t++)
            for (size_t size = 0; size < 40; size++) {
                fill();
                EXPECT(kernel_memcpy(to + MARGIN + t, from + f, size) == to + MARGIN + t);
                for (size_t i = 0; i < SIZE; i++) {
                    const bool inside = i >= MARGIN + t && i < MARGIN + t + size;
                    EXPECT_EQ(inside ? pattern(i - MARGIN - t + f) : 0xee, to[i]);
                }
            }
}

static void memmove_copies_within_itself_either_way(void)
{
    for (size_t f = 0; f < 20; f++)
        for (size_t t = 0; t < 20; t++) {
            fill();
            EXPECT(kernel_memmove(from + t, from + f, 30) == from + t);
            for (size_t i = 0; i < SIZE; i++)
                EXPECT_EQ(i >= t && i < t + 30 ? pattern(i - t + f) : pattern(i), from[i]);
        }
}

static void memset_writes_the_low_byte_to_these_bytes_and_no_others(void)
{
    for (size_t t = 0; t < 9; t++)
        for (size_t size = 0; size < 40; size++) {
            fill();
            EXPECT(kernel_memset(to + MARGIN + t, 0x1a5, size) == to + MARGIN + t);
            for (size_t i = 0; i < SIZE; i++)
                EXPECT_EQ(i >= MARGIN + t && i < MARGIN + t + size ? 0xa5 : 0xee, to[i]);
        }
}

static void memcmp_orders_by_the_first_byte_that_differs(void)
{
    EXPECT_EQ(0, kernel_memcmp("abc", "abd", 2));
    EXPECT_EQ(0, kernel_memcmp("a", "b", 0));
    EXPECT(kernel_memcmp("abc", "abd", 3) < 0);
    EXPECT(kernel_memcmp("abd", "abc", 3) > 0);
    EXPECT(kernel_memcmp("\xff", "\x01", 1) > 0); /* bytes have no sign */
    EXPECT(kernel_memcmp("\x01z", "\xff\x01", 2) < 0);
}

int main(void)
{
    memcpy_copies_these_bytes_and_no_others();
    memmove_copies_within_itself_either_way();
    memset_writes_the_low_byte_to_these_bytes_and_no_others();
    memcmp_orders_by_the_first_byte_that_differs();
    return expect_result();
}
