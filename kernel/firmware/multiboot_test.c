/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/multiboot.h"

#include <string.h>

#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"

enum : uint64_t { INFO = 0x1'0000, LINE = 0x2'0ff0, MODULES = 0x3'0000 };

static struct boot_info out;

/* ---- Multiboot v1 ---- */

static uint8_t *add_info1(uint32_t flags, uint32_t cmdline, uint32_t count, uint32_t modules)
{
    memory_reset();
    uint8_t *const info = memory_add(INFO, 28);
    put_le(info, flags, 4);
    put_le(info + 16, cmdline, 4);
    put_le(info + 20, count, 4);
    put_le(info + 24, modules, 4);
    return info;
}

static void add_module1(uint32_t start, uint32_t end)
{
    uint8_t *const module = memory_add(MODULES, 32);
    put_le(module, start, 4);
    put_le(module + 4, end, 4);
    put_le(module + 16, 0xdead'0000, 4); /* the second one */
}

static void v1_gives_command_line_and_first_module(void)
{
    add_info1(1 << 2 | 1 << 3, LINE, 2, MODULES);
    add_module1(0x20'0000, 0x20'1234);
    memory_add_copy(LINE, "kernel nouart\0\0", 16); /* to the end of its page */
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT(strcmp(out.cmdline, "kernel nouart") == 0);
    EXPECT_EQUAL(out.module.start.raw, 0x20'0000);
    EXPECT_EQUAL(out.module.end.raw, 0x20'1234);
}

static void v1_ignores_fields_whose_flag_is_clear(void)
{
    add_info1(0, LINE, 1, MODULES);
    add_module1(0x20'0000, 0x20'1234);
    memory_add_copy(LINE, "nouart\0\0\0\0\0\0\0\0\0", 16);
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT(out.cmdline[0] == 0);
    EXPECT_EQUAL(out.module.start.raw, 0);
}

static void v1_without_modules_has_none(void)
{
    add_info1(1 << 3, 0, 0, MODULES);
    add_module1(0x20'0000, 0x20'1234);
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT_EQUAL(out.module.start.raw, 0);
}

static void module_that_ends_before_it_starts_has_no_size(void)
{
    add_info1(1 << 3, 0, 1, MODULES);
    add_module1(0x20'0000, 0x1f'ffff);
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT_EQUAL(out.module.start.raw, 0x20'0000);
    EXPECT_EQUAL(out.module.end.raw, 0x20'0000);
}

static void v1_survives_pointers_to_nowhere(void)
{
    add_info1(1 << 2 | 1 << 3, UINT32_MAX, UINT32_MAX, UINT32_MAX - 2);
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT(out.cmdline[0] == 0);
    EXPECT_EQUAL(out.module.start.raw, 0);
}

static void v1_structure_that_is_not_there_is_refused(void)
{
    memory_reset();
    memory_add(INFO, 27);
    EXPECT(!multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT(!multiboot2_parse(memory_map, paddr(INFO + 20), &out));
}

static void line_may_cross_pages_and_end_with_memory(void)
{
    static const char text[] = "0123456789abcde fghijk"; /* 16 bytes lie in the first page */
    add_info1(1 << 2, LINE, 0, 0);
    memory_add_copy(LINE, text, sizeof text);
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out) == true);
    EXPECT(strcmp(out.cmdline, "0123456789abcde ") == 0); /* what follows cannot be mapped */

    add_info1(1 << 2, LINE, 0, 0);
    uint8_t *const two_pages = memory_add(LINE, 16 + 4096);
    memcpy(two_pages, text, sizeof text);
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT(strcmp(out.cmdline, text) == 0);
}

static void long_line_keeps_whole_words_only(void)
{
    add_info1(1 << 2, LINE, 0, 0);
    uint8_t *const line = memory_add(LINE, 16 + 4096);
    memset(line, 'x', 4000);
    memcpy(line + 1000, " ", 1);
    memcpy(line + BOOT_CMDLINE_SIZE - 1 - 7, " nouartist", 10); /* the cut falls behind nouart */
    EXPECT(multiboot1_parse(memory_map, paddr(INFO), &out));
    EXPECT_EQUAL(strlen(out.cmdline), BOOT_CMDLINE_SIZE - 1 - 6);
    EXPECT(out.cmdline[BOOT_CMDLINE_SIZE - 1 - 7] == ' ');
}

/* ---- Multiboot2 ---- */

static uint8_t *info2;
static uint64_t used;

static void begin2(size_t size)
{
    memory_reset();
    info2 = memory_add(INFO, size);
    used = 8;
}

static void tag2(uint32_t type, uint32_t size, const void *data, size_t data_size)
{
    put_le(info2 + used, type, 4);
    put_le(info2 + used + 4, size, 4);
    if (data_size != 0)
        memcpy(info2 + used + 8, data, data_size);
    used = (used + size + 7) & ~7ull;
}

static bool parse2(void)
{
    put_le(info2, used, 4);
    return multiboot2_parse(memory_map, paddr(INFO), &out);
}

static void module2(uint32_t start, uint32_t end)
{
    uint8_t data[9] = {0};
    put_le(data, start, 4);
    put_le(data + 4, end, 4);
    tag2(3, 17, data, sizeof data);
}

static void number2(uint32_t type, uint64_t value, unsigned size)
{
    uint8_t data[8];
    put_le(data, value, 8);
    tag2(type, 8 + size, data, size);
}

static void v2_gives_what_all_tags_say(void)
{
    begin2(256);
    tag2(1, 8 + 7, "nosmmu", 7);
    module2(0x20'0000, 0x30'0000);
    module2(0x40'0000, 0x50'0000);
    number2(12, 0x1'2345'6789, 8);
    number2(20, 0xfedc'ba98'7654'3210, 8);
    number2(0x4d45'4d4b, 0x40'0000, 4);
    tag2(0, 8, nullptr, 0);
    EXPECT(parse2());
    EXPECT(strcmp(out.cmdline, "nosmmu") == 0);
    EXPECT_EQUAL(out.module.start.raw, 0x20'0000);
    EXPECT_EQUAL(out.module.end.raw, 0x30'0000);
    EXPECT_EQUAL(out.efi_system_table, 0x1'2345'6789);
    EXPECT_EQUAL(out.efi_image_handle, 0xfedc'ba98'7654'3210);
    EXPECT_EQUAL(out.pool_extra, 0x40'0000);
}

static void v2_takes_the_last_command_line(void)
{
    begin2(256);
    tag2(1, 8 + 5, "first", 5); /* no terminator: it ends with its tag */
    tag2(1, 8 + 7, "second", 7);
    EXPECT(parse2());
    EXPECT(strcmp(out.cmdline, "second") == 0);

    begin2(256);
    tag2(1, 8 + 5, "first", 5);
    EXPECT(parse2());
    EXPECT(strcmp(out.cmdline, "first") == 0);
}

static void v2_reads_64_bits_of_kmem_if_they_are_there(void)
{
    begin2(64);
    number2(0x4d45'4d4b, 0x1'0000'0000, 8);
    EXPECT(parse2());
    EXPECT_EQUAL(out.pool_extra, 0x1'0000'0000);
}

static void v2_stops_at_tag_0(void)
{
    begin2(128);
    tag2(0, 8, nullptr, 0);
    module2(0x20'0000, 0x30'0000);
    EXPECT(parse2());
    EXPECT_EQUAL(out.module.start.raw, 0);
}

static void v2_stops_at_a_tag_without_size(void)
{
    for (uint32_t size = 0; size < 8; size++) {
        begin2(128);
        number2(12, 0x1000, 8);
        put_le(info2 + used, 99, 4);
        put_le(info2 + used + 4, size, 4);
        used += 8;
        module2(0x20'0000, 0x30'0000);
        EXPECT(parse2());
        EXPECT_EQUAL(out.efi_system_table, 0x1000);
        EXPECT_EQUAL(out.module.start.raw, 0);
    }
}

static void v2_stops_at_a_tag_beyond_the_end(void)
{
    static const uint32_t sizes[] = {0x80, 0x7fff'ffff, 0xffff'fff8, 0xffff'ffff};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        begin2(64);
        number2(12, 0x1000, 8);
        put_le(info2 + used, 1, 4);
        put_le(info2 + used + 4, sizes[i], 4);
        used += 24;
        EXPECT(parse2());
        EXPECT_EQUAL(out.efi_system_table, 0x1000);
        EXPECT(out.cmdline[0] == 0);
    }
}

static void v2_reads_short_tags_as_zero(void)
{
    begin2(64);
    tag2(3, 8, nullptr, 0);
    tag2(12, 12, "1234", 4);
    EXPECT(parse2());
    EXPECT_EQUAL(out.module.start.raw, 0);
    EXPECT_EQUAL(out.efi_system_table, 0);
}

static void v2_refuses_a_size_that_lies(void)
{
    begin2(64);
    put_le(info2, 4, 4);
    EXPECT(!multiboot2_parse(memory_map, paddr(INFO), &out));
    put_le(info2, 65, 4);
    EXPECT(!multiboot2_parse(memory_map, paddr(INFO), &out));
    put_le(info2, UINT32_MAX, 4);
    EXPECT(!multiboot2_parse(memory_map, paddr(INFO), &out));
}

int main(void)
{
    RUN(v1_gives_command_line_and_first_module);
    RUN(v1_ignores_fields_whose_flag_is_clear);
    RUN(v1_without_modules_has_none);
    RUN(module_that_ends_before_it_starts_has_no_size);
    RUN(v1_survives_pointers_to_nowhere);
    RUN(v1_structure_that_is_not_there_is_refused);
    RUN(line_may_cross_pages_and_end_with_memory);
    RUN(long_line_keeps_whole_words_only);
    RUN(v2_gives_what_all_tags_say);
    RUN(v2_takes_the_last_command_line);
    RUN(v2_reads_64_bits_of_kmem_if_they_are_there);
    RUN(v2_stops_at_tag_0);
    RUN(v2_stops_at_a_tag_without_size);
    RUN(v2_stops_at_a_tag_beyond_the_end);
    RUN(v2_reads_short_tags_as_zero);
    RUN(v2_refuses_a_size_that_lies);
    memory_reset();
    return failures != 0;
}
