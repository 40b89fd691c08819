/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/boot/elf.h"

#include <string.h>

#include "arch/sim/sim.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"

/* A file in simulated physical memory at BASE, written field by field. */
enum : uint64_t { BASE = 0x4000'0000, FILE_SIZE = 0x6000, USER_END = UINT64_C(1) << 40 };
enum : uint16_t { MACHINE = 0x3e };

static uint8_t file[FILE_SIZE];

static const void *map(paddr_t base, uint64_t size)
{
    if (base.raw < BASE || base.raw - BASE > FILE_SIZE || size > FILE_SIZE - (base.raw - BASE))
        return nullptr;
    return &file[base.raw - BASE];
}

static void put(size_t at, uint64_t value, size_t size)
{
    memcpy(&file[at], &value, size);
}

static const struct elf_limits limits = {
    .machine = MACHINE, .user_end = USER_END, .image_size = FILE_SIZE};

enum : size_t { PHDR = 64, PHDR_SIZE = 56 };

static void put_segment(unsigned n, uint32_t flags, uint64_t offset, uint64_t vaddr, uint64_t size)
{
    const size_t at = PHDR + n * PHDR_SIZE;
    put(at, 1, 4);
    put(at + 4, flags, 4);
    put(at + 8, offset, 8);
    put(at + 16, vaddr, 8);
    put(at + 24, vaddr, 8);
    put(at + 32, size, 8);
    put(at + 40, size, 8);
    put(at + 48, PAGE_SIZE, 8);
    if (file[56] <= n)
        file[56] = (uint8_t)(n + 1);
}

/* The example of the interface specification, 6.2. */
static void good_file(void)
{
    memset(file, 0, sizeof file);
    memcpy(file,
           "\x7f"
           "ELF",
           4);
    put(4, 0x010102, 3); /* 64-bit, little-endian, version 1 */
    put(16, 2, 2);
    put(18, MACHINE, 2);
    put(20, 1, 4);
    put(24, 0x1000'0120, 8);
    put(32, PHDR, 8);
    put(52, 64, 2);
    put(54, PHDR_SIZE, 2);
    put_segment(0, 5, 0, 0x1000'0000, 0xa75);
    put_segment(1, 6, 0x1000, 0x1000'1000, 0x4004);
}

static elf_error_t read_file(struct elf_image *image)
{
    return elf_read(map, paddr(BASE), &limits, image);
}

static elf_error_t error(void)
{
    struct elf_image image;
    return read_file(&image);
}

static void a_good_file_is_described(void)
{
    struct elf_image image;
    good_file();
    CHECK_EQ(read_file(&image), ELF_OK);
    CHECK_EQ(image.entry, 0x1000'0120);
    CHECK_EQ(image.segment_count, 2);
    CHECK_EQ(image.segment[0].vaddr, 0x1000'0000);
    CHECK_EQ(image.segment[0].size, 0xa75);
    CHECK_EQ(image.segment[0].phys.raw, BASE);
    CHECK_EQ(image.segment[0].perm, PERM_MEM_R | PERM_MEM_XU);
    CHECK_EQ(image.segment[1].phys.raw, BASE + 0x1000);
    CHECK_EQ(image.segment[1].perm, PERM_MEM_R | PERM_MEM_W);
}

/* The file, wherever it is said to be. */
static const void *map_anywhere(paddr_t base, uint64_t size)
{
    const uint64_t at = base.raw & low_bits(15);
    return at <= FILE_SIZE && size <= FILE_SIZE - at ? &file[at] : nullptr;
}

static void a_file_does_not_go_on_at_address_0(void)
{
    struct elf_image image;
    const paddr_t last = paddr(UINT64_MAX << 15);
    good_file();
    CHECK_EQ(elf_read(map_anywhere, last, &limits, &image), ELF_OK);
    put(PHDR + 8, 0x8000, 8); /* where a segment is */
    struct elf_limits large = limits;
    large.image_size = 0;
    CHECK_EQ(elf_read(map_anywhere, last, &large, &image), ELF_TRUNCATED);
    good_file();
    put(32, 0x8000, 8); /* where the program headers are */
    CHECK_EQ(elf_read(map_anywhere, last, &large, &image), ELF_TRUNCATED);
}

static void segments_that_touch_do_not_overlap(void)
{
    good_file();
    put_segment(0, 5, 0, 0x1000'0000, 0x1000);
    CHECK_EQ(error(), ELF_OK);
    put_segment(0, 5, 0x1000, 0x1000'5004 & ~PAGE_MASK, 0x10);
    put(24, 0x1000'5004, 8);
    CHECK_EQ(error(), ELF_OVERLAP);
    put_segment(0, 5, 0x1000, 0x1000'6000, 0x10); /* behind the other */
    put(24, 0x1000'6000, 8);
    CHECK_EQ(error(), ELF_OK);
}

/* Change one field of a good file, and say what must come of it. */
struct change {
    size_t at;
    uint64_t value;
    size_t size;
    elf_error_t want;
};

static void each_wrong_field_has_its_answer(void)
{
    enum : size_t { SECOND = PHDR + PHDR_SIZE };
    static const struct change changes[] = {
        {0, 0x7e, 1, ELF_NO_MAGIC},
        {3, 'G', 1, ELF_NO_MAGIC},
        {4, 1, 1, ELF_CLASS}, /* 32 bit        */
        {5, 2, 1, ELF_CLASS}, /* big endian    */
        {6, 0, 1, ELF_CLASS},
        {16, 3, 2, ELF_TYPE}, /* ET_DYN        */
        {18, 0xb7, 2, ELF_MACHINE},
        {54, 57, 2, ELF_HEADERS},
        {56, 0, 2, ELF_EMPTY},
        {32, FILE_SIZE, 8, ELF_TRUNCATED}, /* e_phoff       */
        {32, UINT64_MAX - 8, 8, ELF_TRUNCATED},
        {56, 0xffff, 2, ELF_TRUNCATED}, /* e_phnum       */
        {PHDR + 40, 0xa76, 8, ELF_MEMSZ},
        {SECOND + 8, 0x1001, 8, ELF_ALIGN},       /* p_offset      */
        {SECOND + 16, 0x1000'1800, 8, ELF_ALIGN}, /* p_vaddr       */
        {SECOND + 8, 0x5000, 8, ELF_TRUNCATED},
        {SECOND + 8, UINT64_MAX - 0xfff, 8, ELF_TRUNCATED},
        {SECOND + 16, USER_END - 0x1000, 8, ELF_RANGE},
        {SECOND + 16, UINT64_MAX - 0xfff, 8, ELF_RANGE},
        {SECOND + 16, 0x1000'0000, 8, ELF_OVERLAP},
        {24, 0x1000'1000, 8, ELF_ENTRY}, /* in data       */
        {24, 0x1000'0a75, 8, ELF_ENTRY}, /* just behind   */
        {24, 0, 8, ELF_ENTRY},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        good_file();
        put(changes[i].at, changes[i].value, changes[i].size);
        const elf_error_t got = error();
        if (got != changes[i].want)
            sim_check_eq(__FILE__, (int)i, elf_error_text(changes[i].want), got, changes[i].want);
        CHECK(strlen(elf_error_text(got)) > 8);
    }
}

static void headers_without_content_are_skipped(void)
{
    struct elf_image image;
    good_file();
    put_segment(2, 0, 0, 0x2000'0000, 0x100); /* no flags      */
    put_segment(3, 6, 0, 0x3000'0000, 0);     /* no file size  */
    put_segment(4, 6, 1, 0x4000'0000, 1);
    put(PHDR + 4 * PHDR_SIZE, 4, 4); /* PT_NOTE       */
    CHECK_EQ(read_file(&image), ELF_OK);
    CHECK_EQ(image.segment_count, 2);
}

static void segments_may_share_a_page(void)
{
    struct elf_image image;
    good_file();
    put_segment(1, 6, 0xa75, 0x1000'0a75, 0x100);
    CHECK_EQ(read_file(&image), ELF_OK);
    put_segment(1, 6, 0xa74, 0x1000'0a74, 0x100);
    CHECK_EQ(read_file(&image), ELF_OVERLAP);
}

static void too_many_segments_are_refused(void)
{
    good_file();
    for (unsigned n = 1; n <= ELF_SEGMENT_MAX; n++)
        put_segment(n, 4, 0, UINT64_C(0x2000'0000) + n * PAGE_SIZE, 16);
    CHECK_EQ(error(), ELF_MANY);
}

static void a_file_cut_anywhere_is_refused_or_whole(void)
{
    good_file();
    for (uint64_t size = 0; size < 0x5004; size++) {
        const struct elf_limits cut = {
            .machine = MACHINE, .user_end = USER_END, .image_size = size};
        struct elf_image image;
        if (size > 0)
            CHECK_EQ(elf_read(map, paddr(BASE), &cut, &image), ELF_TRUNCATED);
    }
}

static void memory_that_cannot_be_read_is_an_answer(void)
{
    struct elf_image image;
    good_file();
    CHECK_EQ(elf_read(map, paddr(BASE - 1), &limits, &image), ELF_UNREADABLE);
    put(32, FILE_SIZE - 64, 8);
    const struct elf_limits unknown_size = {.machine = MACHINE, .user_end = USER_END};
    CHECK_EQ(elf_read(map, paddr(BASE), &unknown_size, &image), ELF_UNREADABLE);
}

int main(void)
{
    SIM_RUN(a_file_does_not_go_on_at_address_0);
    SIM_RUN(segments_that_touch_do_not_overlap);
    SIM_RUN(a_good_file_is_described);
    SIM_RUN(each_wrong_field_has_its_answer);
    SIM_RUN(headers_without_content_are_skipped);
    SIM_RUN(segments_may_share_a_page);
    SIM_RUN(too_many_segments_are_refused);
    SIM_RUN(a_file_cut_anywhere_is_refused_or_whole);
    SIM_RUN(memory_that_cannot_be_read_is_an_answer);
}
