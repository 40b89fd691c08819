/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/bytes.h"

#include "kernel/firmware/testing/expect.h"

static const uint8_t data[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xff};
static const struct bytes all = {data, sizeof data};
static const struct bytes none = {nullptr, 0};

static void numbers_are_read_in_both_orders_at_any_place(void)
{
    EXPECT_EQUAL(bytes_u8(all, 8), 0xff);
    EXPECT_EQUAL(bytes_le16(all, 1), 0x4523);
    EXPECT_EQUAL(bytes_le32(all, 3), 0xcdab'8967);
    EXPECT_EQUAL(bytes_le64(all, 1), 0xffef'cdab'8967'4523);
    EXPECT_EQUAL(bytes_be32(all, 3), 0x6789'abcd);
    EXPECT_EQUAL(bytes_be(all, 1, 8), 0x2345'6789'abcd'efff);
}

static void what_lies_outside_reads_as_zero(void)
{
    EXPECT_EQUAL(bytes_le64(all, 2), 0);
    EXPECT_EQUAL(bytes_be32(all, 6), 0);
    EXPECT_EQUAL(bytes_u8(all, 9), 0);
    EXPECT_EQUAL(bytes_le32(all, UINT64_MAX - 3), 0); /* the end wraps to 0 */
    EXPECT_EQUAL(bytes_le32(all, UINT64_MAX), 0);
    EXPECT_EQUAL(bytes_u8(none, 0), 0);
}

static void nothing_fits_everywhere_within(void)
{
    EXPECT(bytes_has(all, 9, 0));
    EXPECT(!bytes_has(all, 10, 0));
    EXPECT(bytes_has(none, 0, 0));
}

static void parts_are_whole_or_empty(void)
{
    EXPECT(bytes_part(all, 2, 7).data == data + 2 && bytes_part(all, 2, 7).size == 7);
    EXPECT(bytes_part(all, 2, 8).size == 0);
    EXPECT(bytes_part(all, UINT64_MAX, 2).size == 0);
    EXPECT(bytes_part(all, 2, UINT64_MAX - 1).size == 0);
}

int main(void)
{
    RUN(numbers_are_read_in_both_orders_at_any_place);
    RUN(what_lies_outside_reads_as_zero);
    RUN(nothing_fits_everywhere_within);
    RUN(parts_are_whole_or_empty);
    return failures != 0;
}
