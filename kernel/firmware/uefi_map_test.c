/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/uefi.h"

enum : uint64_t { BASE = 0x7f00'0007 };
enum : unsigned { DESCRIPTOR = 48, COUNT = 4 };

static uint8_t *map;
static struct uefi_handover uefi;
static struct uefi_walk walk;
static struct uefi_region got;

static void put(unsigned i, uint32_t type, uint64_t start, uint64_t pages)
{
    put_le(map + DESCRIPTOR * i, type, 4);
    put_le(map + DESCRIPTOR * i + 8, start, 8);
    put_le(map + DESCRIPTOR * i + 24, pages, 8);
}

static void begin(void)
{
    memory_reset();
    map = memory_add(BASE, DESCRIPTOR * COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        put(i, i, 0x1000 * (i + 1ul), 1);
    uefi = uefi_none();
    uefi.map = paddr(BASE);
    uefi.map_size = DESCRIPTOR * COUNT;
    uefi.desc_size = DESCRIPTOR;
    walk = (struct uefi_walk){.map = memory_map, .uefi = &uefi};
}

static bool next(void)
{
    return uefi_next(&walk, &got);
}

static void all_regions_are_given_in_order(void)
{
    begin();
    put(1, UEFI_RUNTIME_CODE, 0x1'2345'6000, 3);
    put(2, UEFI_RUNTIME_DATA, 0xffff'ffff'ffff'e000, 1);
    EXPECT(next() && got.type == 0);
    EXPECT(next() && got.type == UEFI_RUNTIME_CODE);
    EXPECT_EQUAL(got.range.start.raw, 0x1'2345'6000);
    EXPECT_EQUAL(got.range.end.raw, 0x1'2345'9000);
    EXPECT(next() && got.type == UEFI_RUNTIME_DATA);
    EXPECT_EQUAL(got.range.end.raw, 0xffff'ffff'ffff'f000);
    EXPECT(next() && got.type == 3);
    EXPECT(!next());
    EXPECT(!next());
}

static void nonsense_regions_are_passed_over(void)
{
    static const struct {
        uint64_t start, pages;
    } wrong[] = {
        {0x1000, 0},
        {0x1001, 1},
        {0xffff'ffff'ffff'f000, 1}, /* ends at 2^64 */
        {0x1000, 1ull << 52},       /* size wraps to 0 */
        {0x1000, (1ull << 52) + 1},
        {0x1000, UINT64_MAX},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        begin();
        put(0, 5, wrong[i].start, wrong[i].pages);
        EXPECT(next() && got.type == 1);
    }
}

static void wrong_sizes_end_the_walk(void)
{
    static const uint16_t sizes[] = {0, 1, 39, DESCRIPTOR * COUNT + 1, UINT16_MAX};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        begin();
        uefi.desc_size = sizes[i];
        EXPECT(!next());
    }
    begin();
    uefi.map_size--; /* the last one is cut */
    for (unsigned i = 0; i < COUNT - 1; i++)
        EXPECT(next());
    EXPECT(!next());

    begin();
    uefi.map_size = UINT32_MAX; /* cannot be mapped */
    EXPECT(!next());
}

static void no_map_has_no_regions(void)
{
    begin();
    uefi = uefi_none();
    EXPECT(!next());
}

int main(void)
{
    RUN(all_regions_are_given_in_order);
    RUN(nonsense_regions_are_passed_over);
    RUN(wrong_sizes_end_the_walk);
    RUN(no_map_has_no_regions);
    memory_reset();
    return failures != 0;
}
