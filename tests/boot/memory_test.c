/* SPDX-License-Identifier: GPL-2.0-only */
/* Delegation of memory from the NOVA host space (interface specification, 5.4.1 and 6.1.3). */
#include "kernel/abi/console.h"
#include "kernel/abi/hypercall.h"
#include "kernel/base/string.h"
#include "tests/boot/boot_test.h"
#include "tests/boot/cpu.h"
#include "user/lib/memory.h"
#include "user/lib/ram.h"

enum : uint64_t { LARGE = 0x20'0000, LARGE_ORDER = 9 };

uint64_t free_ram(uint64_t size)
{
    return ram_find(&bootinfo, hip, boot_register, size);
}

static status_t map(uint64_t phys, uint64_t hva, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
                      (struct hc_range){.from = phys / PAGE_SIZE,
                                        .to = hva / PAGE_SIZE,
                                        .order = order,
                                        .perm = perm,
                                        .mad = MAD_MEMORY});
}

static status_t remap(uint64_t from, uint64_t to, uint8_t perm, uint32_t mad)
{
    return hc_ctrl_pd(
        SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST,
        (struct hc_range){
            .from = from / PAGE_SIZE, .to = to / PAGE_SIZE, .perm = perm, .mad = mad});
}

static volatile uint64_t *word_at(uint64_t hva)
{
    return (volatile uint64_t *)hva;
}

static const uint8_t rw = PERM_MEM_R | PERM_MEM_W;

TEST(memory, one_frame_shows_the_same_content_twice)
{
    const uint64_t frame = free_ram(PAGE_SIZE), a = HVA_FREE, b = HVA_FREE + PAGE_SIZE;
    EXPECT(frame != 0);
    EXPECT_STATUS(SUCCESS, map(frame, a, 0, rw));
    EXPECT_STATUS(SUCCESS, map(frame, b, 0, PERM_MEM_R));
    for (uint64_t i = 0; i < PAGE_SIZE / 8; i++)
        word_at(a)[i] = ~i;
    for (uint64_t i = 0; i < PAGE_SIZE / 8; i++)
        EXPECT_EQ(~i, word_at(b)[i]);
    EXPECT_STATUS(SUCCESS, map(frame, a, 0, PERM_NONE));
    EXPECT_STATUS(SUCCESS, map(frame, b, 0, PERM_NONE));
}

/* A stale translation would show the old frame. */
TEST(memory, another_frame_shows_at_once)
{
    const uint64_t frame = free_ram(2 * PAGE_SIZE), at = HVA_FREE;
    for (uint64_t round = 0; round < 8; round++) {
        EXPECT_STATUS(SUCCESS, map(frame + round % 2 * PAGE_SIZE, at, 0, rw));
        if (round >= 2)
            EXPECT_EQ(round - 2, *word_at(at));
        *word_at(at) = round;
    }
    EXPECT_STATUS(SUCCESS, map(frame, at, 0, PERM_NONE));
}

TEST(memory, large_range_maps_frame_by_frame_alike)
{
    const uint64_t frame = free_ram(LARGE), large = HVA_FREE, small = HVA_FREE + LARGE;
    EXPECT(frame != 0);
    EXPECT_STATUS(SUCCESS, map(frame, large, LARGE_ORDER, rw));
    for (uint64_t at = 0; at < LARGE; at += PAGE_SIZE)
        *word_at(large + at) = at;
    for (uint64_t at = 0; at < LARGE; at += 37 * PAGE_SIZE) {
        EXPECT_STATUS(SUCCESS, map(frame + at, small, 0, PERM_MEM_R));
        EXPECT_EQ(at, *word_at(small));
    }
    EXPECT_STATUS(SUCCESS, map(frame, small, 0, PERM_NONE));
    EXPECT_STATUS(SUCCESS, map(frame, large, LARGE_ORDER, PERM_NONE));
}

TEST(memory, hole_in_a_large_range_leaves_the_rest)
{
    const uint64_t frame = free_ram(LARGE), large = HVA_FREE, hole = 100 * PAGE_SIZE;
    EXPECT_STATUS(SUCCESS, map(frame, large, LARGE_ORDER, rw));
    for (uint64_t at = 0; at < LARGE; at += PAGE_SIZE)
        *word_at(large + at) = at + 1;
    EXPECT_STATUS(SUCCESS, map(frame, large + hole, 0, PERM_NONE));
    for (uint64_t at = 0; at < LARGE; at += PAGE_SIZE)
        if (at != hole)
            EXPECT_EQ(at + 1, *word_at(large + at));

    /* Put another frame into the hole. */
    EXPECT_STATUS(SUCCESS, map(frame, large + hole, 0, rw));
    EXPECT_EQ(1, *word_at(large + hole));
    EXPECT_STATUS(SUCCESS, map(frame, large, LARGE_ORDER, PERM_NONE));
}

TEST(memory, mappings_are_delegated_by_virtual_page)
{
    const uint64_t frame = free_ram(PAGE_SIZE), a = HVA_FREE, b = HVA_FREE_END - PAGE_SIZE;
    EXPECT_STATUS(SUCCESS, map(frame, a, 0, rw));
    *word_at(a) = 0x1234;
    EXPECT_STATUS(SUCCESS, remap(a, b, PERM_MEM_R, MAD_MEMORY));
    EXPECT_STATUS(SUCCESS, map(frame, a, 0, PERM_NONE));
    EXPECT_EQ(0x1234, *word_at(b));
    EXPECT_STATUS(SUCCESS, remap(b, b, PERM_NONE, MAD_MEMORY));
}

TEST(memory, attributes_must_be_valid_from_the_nova_space_only)
{
    EXPECT_STATUS(BAD_PAR,
                  hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
                             (struct hc_range){.to = HVA_FREE / PAGE_SIZE, .mad = MAD_INVALID}));
    EXPECT_STATUS(SUCCESS, remap(HVA_FREE, HVA_FREE, PERM_NONE, MAD_INVALID));
}

TEST(memory, ranges_must_end_inside_the_spaces)
{
    const uint64_t end = ((uint64_t)hip + PAGE_SIZE) / PAGE_SIZE;
    struct hc_range range = {.to = end, .mad = MAD_MEMORY};
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST, range));
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST, range));
    range = (struct hc_range){.from = 1ull << 51, .mad = MAD_MEMORY};
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST, range));
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST, range));
    range = (struct hc_range){.from = 1, .order = 1, .mad = MAD_MEMORY};
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST, range));
}

/* Nothing to see without faults, but it must not be refused: that would reveal what is there. */
TEST(memory, protected_frames_are_delegated_as_nothing)
{
    EXPECT_STATUS(SUCCESS, map(hip->nova_start, HVA_FREE, LARGE_ORDER, rw));
    EXPECT_STATUS(SUCCESS, map(hip->nova_end - LARGE, HVA_FREE, LARGE_ORDER, rw));
    EXPECT_STATUS(SUCCESS, remap((uint64_t)hip, HVA_FREE, PERM_MEM_R, MAD_MEMORY));
    EXPECT_STATUS(SUCCESS, remap((uint64_t)hip - PAGE_SIZE, HVA_FREE, rw, MAD_MEMORY));
    EXPECT_STATUS(SUCCESS, map(hip->nova_start, HVA_FREE, LARGE_ORDER, PERM_NONE));
}

TEST(memory, this_image_lies_where_the_hip_says)
{
    const struct memory_view view = memory_view(hip->root_start, PAGE_SIZE, PERM_MEM_R, MAD_MEMORY);
    EXPECT_STATUS(SUCCESS, view.status);
    EXPECT_EQ(0, (unsigned)memcmp(view.base, user_image_start, PAGE_SIZE));
}

TEST(memory, kernel_has_left_its_messages_in_the_console_buffer)
{
    const struct memory_view view = memory_view(hip->mbuf_start, MBUF_SIZE, rw, MAD_MEMORY);
    EXPECT_STATUS(SUCCESS, view.status);
    const struct mbuf *const mbuf = view.base;
    const uint32_t read = mbuf->read % MBUF_CHARS, write = mbuf->write % MBUF_CHARS;
    const uint32_t count = (write + MBUF_CHARS - read) % MBUF_CHARS;
    uint32_t lines = 0;

    for (uint32_t i = 0; i < count; i++) {
        const char c = mbuf->text[(read + i) % MBUF_CHARS];
        EXPECT(c == '\r' || c == '\n' || (c >= ' ' && c <= '~'));
        if (c == '\n') {
            EXPECT(i == 0 || mbuf->text[(read + i - 1) % MBUF_CHARS] == '\r');
            lines++;
        }
    }
    EXPECT(lines > 0);
}

static const struct tap_test tests[] = {
    TAP_TEST(memory, one_frame_shows_the_same_content_twice),
    TAP_TEST(memory, another_frame_shows_at_once),
    TAP_TEST(memory, large_range_maps_frame_by_frame_alike),
    TAP_TEST(memory, hole_in_a_large_range_leaves_the_rest),
    TAP_TEST(memory, mappings_are_delegated_by_virtual_page),
    TAP_TEST(memory, attributes_must_be_valid_from_the_nova_space_only),
    TAP_TEST(memory, ranges_must_end_inside_the_spaces),
    TAP_TEST(memory, protected_frames_are_delegated_as_nothing),
    TAP_TEST(memory, this_image_lies_where_the_hip_says),
    TAP_TEST(memory, kernel_has_left_its_messages_in_the_console_buffer),
};
const struct tap_suite memory_suite = TAP_SUITE(tests);
