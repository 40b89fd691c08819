/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test of the boot-information parsers: what they find, and that damage does no harm. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/expect.h"
#include "user/lib/bootinfo.h"
#include "user/lib/fdt.h"

static struct bootinfo info;

/* A structure under construction. */
static uint8_t bytes[4096];
static size_t used;

static void start(void)
{
    memset(bytes, 0, sizeof bytes);
    memset(&info, 0, sizeof info);
    used = 0;
}

static void put_le(uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        bytes[used++] = i < 8 ? (uint8_t)(value >> 8 * i) : 0;
}

static void put_be(uint64_t value, unsigned size)
{
    for (unsigned i = size; i-- > 0;)
        bytes[used++] = i < 8 ? (uint8_t)(value >> 8 * i) : 0;
}

static void put_text(const char *text, size_t align)
{
    memcpy(bytes + used, text, strlen(text) + 1);
    used += strlen(text) + 1;
    used = (used + align - 1) / align * align;
}

static void set_be32(size_t at, size_t value)
{
    const size_t here = used;
    used = at;
    put_be(value, 4);
    used = here;
}

static void expect_range(size_t i, uint64_t from, uint64_t to, enum memory_kind kind)
{
    EXPECT(i < info.range_count);
    EXPECT_EQ(from, info.range[i].start);
    EXPECT_EQ(to, info.range[i].end);
    EXPECT_EQ(kind, info.range[i].kind);
}

/* Builders; each is also the seed of the damage test. */

static void build_multiboot2(void)
{
    start();
    put_le(0, 8);
    put_le(1, 4), put_le(8 + 6, 4), put_text("words", 8);
    put_le(3, 4), put_le(16 + 9, 4), put_le(0x10'0000, 4), put_le(0x10'2345, 4);
    put_text("root a=1", 8);
    put_le(6, 4), put_le(16 + 48, 4), put_le(24, 4), put_le(0, 4);
    put_le(0, 8), put_le(0x9'fc00, 8), put_le(1, 4), put_le(0, 4);
    put_le(0xfffc'0000, 8), put_le(0x4'0000, 8), put_le(2, 4), put_le(0, 4);
    put_le(0, 4), put_le(8, 4);
    bytes[0] = (uint8_t)used;
    bytes[1] = (uint8_t)(used >> 8);
}

static void build_uefi(void)
{
    start();
    for (uint32_t type = 0; type < 16; type++) {
        put_le(type, 8), put_le(type << 20, 8), put_le(0, 8), put_le(16, 8), put_le(0xf, 8);
        put_le(0, 8);
    }
}

static void begin_node(const char *name)
{
    put_be(1, 4), put_text(name, 4);
}

/* The strings block is the list of names below. */
static const char names[] = "reg\0#address-cells\0#size-cells\0device_type\0compatible\0bootargs\0"
                            "stdout-path\0linux,initrd-start\0linux,initrd-end\0ranges\0status\0"
                            "interrupts";

static void begin_property(const char *name, size_t size)
{
    size_t at = 0;
    while (strcmp(names + at, name) != 0)
        at += strlen(names + at) + 1;
    put_be(3, 4), put_be(size, 4), put_be(at, 4);
}

static void put_property(const char *name, const char *text)
{
    begin_property(name, strlen(text) + 1), put_text(text, 4);
}

static void put_uart(const char *name, uint64_t at, const char *status)
{
    begin_node(name);
    begin_property("reg", 16), put_be(at, 8), put_be(0x1000, 8);
    put_property("compatible", "arm,pl011");
    begin_property("interrupts", 12), put_be(0, 4), put_be(at >> 12, 4), put_be(4, 4);
    if (status != nullptr)
        put_property("status", status);
    put_be(2, 4);
}

/* As QEMU writes it: two cells for address and size, whatever /chosen says. */
static void put_module(const char *name, uint64_t at, const char *words)
{
    begin_node(name);
    begin_property("reg", 16), put_be(at, 8), put_be(0x1234, 8);
    put_property("compatible", "multiboot,module");
    if (words != nullptr)
        put_property("bootargs", words);
    put_be(2, 4);
}

static void put_gic(const char *compatible)
{
    begin_node("intc@8000000");
    put_property("compatible", compatible);
    begin_property("reg", 64);
    for (uint64_t i = 0; i < 4; i++)
        put_be(0x800'0000 + i * 0x1'0000, 8), put_be(0x1'0000, 8);
    put_be(2, 4);
}

/* Secure, not secure, virtual, EL2's: `cells` for each. */
static struct {
    unsigned cells, count;
    uint32_t type, virtual;
} timer = {.cells = 3, .count = 4, .type = 1, .virtual = 11};

static void put_timer(void)
{
    static const char compatible[] = "arm,armv8-timer\0arm,armv7-timer";
    begin_node("timer");
    begin_property("compatible", sizeof compatible);
    memcpy(bytes + used, compatible, sizeof compatible);
    used += sizeof compatible;
    begin_property("interrupts", 4 * (size_t)timer.count * timer.cells);
    for (unsigned i = 0; i < timer.count; i++) {
        put_be(timer.type, 4), put_be(i == 2 ? timer.virtual : 1, 4), put_be(1, 4);
        put_be(1, 4 * (timer.cells - 3));
    }
    put_be(2, 4);
}

static void build_fdt(const char *stdout_path)
{
    start();
    used = 40;
    set_be32(0, 0xd00d'feed), set_be32(20, 17);
    set_be32(16, used);
    put_be(0x4800'0000, 8), put_be(0x1000, 8), put_be(0, 8), put_be(0, 8);

    const size_t tokens = used;
    begin_node("");
    begin_property("#address-cells", 4), put_be(2, 4);
    begin_property("#size-cells", 4), put_be(2, 4);
    put_uart("pl011@1000", 0x1000, "disabled");
    put_uart("pl011@2000", 0x2000, "okay");
    put_uart("pl011@3000", 0x3000, nullptr);
    put_gic("arm,cortex-a15-gic");
    put_timer();
    begin_node("soc"), put_be(4, 4); /* a bus that translates, then one that does not */
    put_uart("pl011@4000", 0x4000, nullptr), put_be(2, 4);
    begin_node("flat");
    begin_property("ranges", 0);
    begin_property("#address-cells", 4), put_be(2, 4);
    begin_property("#size-cells", 4), put_be(2, 4);
    put_uart("pl011@5000", 0x5000, nullptr), put_be(2, 4);
    begin_node("memory@40000000");
    begin_property("reg", 32);
    put_be(0x4000'0000, 8), put_be(0x1000'0000, 8), put_be(1ull << 40, 8), put_be(0x2000, 8);
    put_property("device_type", "memory"), put_be(2, 4);
    begin_node("reserved-memory");
    begin_property("ranges", 0);
    begin_property("#address-cells", 4), put_be(1, 4);
    begin_property("#size-cells", 4), put_be(1, 4);
    begin_node("secret@4e000000");
    begin_property("reg", 8), put_be(0x4e00'0000, 4), put_be(0x1000, 4), put_be(2, 4);
    put_be(2, 4);
    begin_node("chosen");
    put_property("bootargs", "cpus=4 stay");
    if (stdout_path != nullptr)
        put_property("stdout-path", stdout_path);
    begin_property("linux,initrd-start", 4), put_be(0x4400'0000, 4);
    begin_property("linux,initrd-end", 8), put_be(0x4400'5000, 8);
    put_module("module@50000000", 0x5000'0000, "linux quiet  x");
    put_module("module@60000000", 0x6000'0000, nullptr), put_be(2, 4);
    put_be(2, 4), put_be(9, 4);

    set_be32(8, tokens), set_be32(36, used - tokens);
    set_be32(12, used), set_be32(32, sizeof names);
    memcpy(bytes + used, names, sizeof names);
    used += sizeof names;
    set_be32(4, used);
}

/* Claims */

static void multiboot2_gives_text_module_and_map(void)
{
    build_multiboot2();
    EXPECT(multiboot2_parse(&info, bytes, used));
    EXPECT(!info.is_cut);
    EXPECT(strcmp(info.text, "words") == 0);
    EXPECT_EQ(1, info.module_count);
    EXPECT_EQ(0x10'0000, info.module[0].start);
    EXPECT_EQ(0x10'2345, info.module[0].end);
    EXPECT(strcmp(info.module[0].text, "root a=1") == 0);
    EXPECT_EQ(2, info.range_count);
    expect_range(0, 0, 0x9'fc00, MEMORY_USABLE);
    expect_range(1, 0xfffc'0000, 0x1'0000'0000, MEMORY_RESERVED);
}

static void multiboot1_says_where_the_rest_is(void)
{
    start();
    put_le(1 << 0 | 1 << 2 | 1 << 3 | 1 << 6, 4);
    put_le(640, 4), put_le(1000, 4), put_le(0, 4), put_le(0x111, 4), put_le(2, 4), put_le(0x222, 4);
    put_le(0, 16), put_le(48, 4), put_le(0x333, 4);
    const struct multiboot1 mb = multiboot1_parse(bytes);
    EXPECT_EQ(0x111, mb.text);
    EXPECT_EQ(2, mb.module_count);
    EXPECT_EQ(0x222, mb.modules);
    EXPECT_EQ(48, mb.map_size);
    EXPECT_EQ(0x333, mb.map);
    EXPECT_EQ(640, mb.lower_kib);

    start();
    const struct multiboot1 none = multiboot1_parse(bytes);
    EXPECT_EQ(0, none.text + none.modules + none.module_count + none.map + none.map_size);
}

static void multiboot1_map_and_module_are_read(void)
{
    start();
    put_le(20, 4), put_le(0, 8), put_le(0x1000, 8), put_le(1, 4);
    put_le(24, 4), put_le(0x2000, 8), put_le(0x1000, 8), put_le(3, 4), put_le(0, 4);
    put_le(16, 4); /* too small: ends the list */
    multiboot1_parse_map(&info, bytes, used);
    EXPECT_EQ(2, info.range_count);
    expect_range(0, 0, 0x1000, MEMORY_USABLE);
    expect_range(1, 0x2000, 0x3000, MEMORY_ACPI);

    start();
    put_le(0x5000, 4), put_le(0x6000, 4), put_le(0x7000, 4), put_le(0, 4);
    EXPECT_EQ(0x7000, multiboot1_parse_module(&info, bytes));
    EXPECT_EQ(0x6000, info.module[0].end);
    bytes[4] = bytes[5] = 0; /* ends before it starts */
    EXPECT_EQ(0, multiboot1_parse_module(&info, bytes));
    EXPECT(info.is_cut && info.module_count == 1);
}

static void uefi_kinds_are_told_apart(void)
{
    build_uefi();
    EXPECT(uefi_parse(&info, bytes, used, 48));
    EXPECT_EQ(16, info.range_count);
    expect_range(7, 0x70'0000, 0x71'0000, MEMORY_USABLE);
    expect_range(5, 0x50'0000, 0x51'0000, MEMORY_FIRMWARE);
    expect_range(9, 0x90'0000, 0x91'0000, MEMORY_ACPI);
    expect_range(15, 0xf0'0000, 0xf1'0000, MEMORY_RESERVED);
    EXPECT(!uefi_parse(&info, bytes, used, 39));
}

static void device_tree_gives_memory_initrd_and_words(void)
{
    build_fdt(nullptr);
    EXPECT(fdt_parse(&info, bytes, used));
    EXPECT(!info.is_cut);
    EXPECT(strcmp(info.text, "cpus=4 stay") == 0);
    EXPECT_EQ(4, info.range_count);
    expect_range(0, 0x4800'0000, 0x4800'1000, MEMORY_RESERVED);
    expect_range(1, 0x4000'0000, 0x5000'0000, MEMORY_USABLE);
    expect_range(2, 1ull << 40, (1ull << 40) + 0x2000, MEMORY_USABLE);
    expect_range(3, 0x4e00'0000, 0x4e00'1000, MEMORY_RESERVED);
    EXPECT_EQ(3, info.module_count);
    EXPECT_EQ(0x4400'5000, info.module[0].end);
    EXPECT_EQ(0x803'0000, info.gicv);
}

static void modules_of_a_device_tree_have_names(void)
{
    build_fdt(nullptr);
    EXPECT(fdt_parse(&info, bytes, used));
    const struct boot_module *const linux = bootinfo_module(&info, "linux");
    EXPECT(linux == &info.module[1]);
    EXPECT_EQ(0x5000'0000, linux->start);
    EXPECT_EQ(0x5000'1234, linux->end);
    EXPECT(strcmp(bootinfo_module_words(linux), "quiet  x") == 0);
    EXPECT(bootinfo_module(&info, "lin") == nullptr);
    EXPECT(bootinfo_module(&info, "quiet") == nullptr);
    EXPECT(strcmp(bootinfo_module_words(&info.module[2]), "") == 0);
    EXPECT(strcmp(info.text, "cpus=4 stay") == 0);
}

static void uart_is_the_chosen_or_the_first_that_is_on(void)
{
    build_fdt(nullptr);
    EXPECT(fdt_parse(&info, bytes, used));
    EXPECT_EQ(0x2000, info.uart);
    build_fdt("/pl011@3000:115200n8");
    EXPECT(fdt_parse(&info, bytes, used));
    EXPECT_EQ(0x3000, info.uart);
    EXPECT_EQ(3, info.uart_spi);
    build_fdt("/flat/pl011@5000");
    EXPECT(fdt_parse(&info, bytes, used));
    EXPECT_EQ(0x5000, info.uart);
    build_fdt("/soc/pl011@4000"); /* its address is not a physical one */
    EXPECT(fdt_parse(&info, bytes, used));
    EXPECT_EQ(0x2000, info.uart);
}

static uint32_t timer_of(unsigned cells, unsigned count, uint32_t type, uint32_t virtual)
{
    timer.cells = cells;
    timer.count = count;
    timer.type = type;
    timer.virtual = virtual;
    build_fdt(nullptr);
    EXPECT(fdt_parse(&info, bytes, used));
    timer.cells = 3;
    return info.timer_intid;
}

static void the_virtual_timer_is_the_third_of_the_timer(void)
{
    EXPECT_EQ(27, timer_of(3, 4, 1, 11));
    EXPECT_EQ(19, timer_of(3, 4, 1, 3)); /* qualcomm_sdm670 */
    EXPECT_EQ(19, timer_of(4, 4, 1, 3)); /* rockchip_rk3399 has four cells */
    EXPECT_EQ(27, timer_of(4, 3, 1, 11));
    EXPECT_EQ(27, timer_of(3, 5, 1, 11));
    EXPECT_EQ(0, timer_of(3, 2, 1, 11));
    EXPECT_EQ(0, timer_of(3, 4, 0, 11)); /* shared */
    EXPECT_EQ(0, timer_of(3, 4, 1, 16));
}

static void words_of_a_command_line_are_found(void)
{
    EXPECT(text_has_word("root off", "off"));
    EXPECT(text_has_word("off", "off"));
    EXPECT(!text_has_word("offer xoff", "off"));
    EXPECT(text_has_word("offer off", "off"));
    EXPECT(!text_has_word("", "off"));
    EXPECT_EQ(4, text_number("root cpus=4 x", "cpus", 1));
    EXPECT_EQ(0x1f, text_number("cpus=0x1f", "cpus", 1));
    EXPECT_EQ(1, text_number("cpus=", "cpus", 1));
    EXPECT_EQ(1, text_number("cpus=4x", "cpus", 1));
    EXPECT_EQ(1, text_number("xcpus=4", "cpus", 1));
    EXPECT_EQ(1, text_number("cpus=99999999999999999999", "cpus", 1));
}

static void texts_are_cut_and_made_printable(void)
{
    char to[BOOT_TEXT_SIZE];
    char from[2 * BOOT_TEXT_SIZE];
    memset(from, 'x', sizeof from);
    bootinfo_copy_text(to, from, sizeof from);
    EXPECT_EQ(BOOT_TEXT_SIZE - 1, strlen(to));
    bootinfo_copy_text(to, "a\x1b[2Jb", 7);
    EXPECT(strcmp(to, "a?[2Jb") == 0);
    bootinfo_copy_text(to, from, 0);
    EXPECT_EQ(0, strlen(to));
}

static void parse_all(const void *data, size_t size)
{
    memset(&info, 0, sizeof info);
    (void)multiboot2_parse(&info, data, size);
    multiboot1_parse_map(&info, data, size);
    (void)uefi_parse(&info, data, size, 48);
    (void)fdt_parse(&info, data, size);
}

/* Each prefix, and random damage, in a buffer of exactly that size: the sanitizer watches. */
static void damage_does_no_harm(void)
{
    srandom(1);
    for (unsigned kind = 0; kind < 3; kind++) {
        if (kind == 0)
            build_multiboot2();
        else if (kind == 1)
            build_uefi();
        else
            build_fdt("/pl011@3000");
        for (size_t size = 0; size <= used; size++) {
            uint8_t *const copy = malloc(size ? size : 1);
            for (unsigned round = 0; round < 16; round++) {
                memcpy(copy, bytes, size);
                for (unsigned i = 0; size > 0 && i < round; i++)
                    copy[(size_t)random() % size] = (uint8_t)random();
                parse_all(copy, size);
            }
            free(copy);
        }
    }
}

int main(void)
{
    multiboot2_gives_text_module_and_map();
    multiboot1_says_where_the_rest_is();
    multiboot1_map_and_module_are_read();
    uefi_kinds_are_told_apart();
    device_tree_gives_memory_initrd_and_words();
    modules_of_a_device_tree_have_names();
    uart_is_the_chosen_or_the_first_that_is_on();
    the_virtual_timer_is_the_third_of_the_timer();
    words_of_a_command_line_are_found();
    texts_are_cut_and_made_printable();
    damage_does_no_harm();
    return expect_result();
}
