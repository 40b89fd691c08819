/* SPDX-License-Identifier: GPL-2.0-only */
/* What the boot loader told, however it did; the formats themselves are tested in kernel/firmware. */

#include "kernel/boot/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch/contract/boot.h"
#include "kernel/abi/boot.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/uefi.h"
#include "kernel/mm/kmap.h"

enum : uint64_t { INFO = 0x1'0000, LINE = 0x2'0000, MODULES = 0x3'0000, TREE = 0x4'0000 };

/* The rest of the kernel: a window onto simulated memory, a console, protected ranges. */
static char printed[1024];

const void *kmap_window(paddr_t base, uint64_t size)
{
    return memory_map(base, size);
}

void console_print([[maybe_unused]] enum console_level level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(printed, sizeof printed, fmt, args);
    va_end(args);
}

static struct {
    uint64_t base, size;
} protected[8];
static unsigned protected_count;

void nova_protect([[maybe_unused]] const char *what, paddr_t base, uint64_t size)
{
    protected[protected_count].base = base.raw;
    protected[protected_count++].size = size;
}

static struct boot_entry entry;
static struct boot_config config;

static void begin(uint64_t magic, uint64_t info)
{
    memory_reset();
    printed[0] = '\0';
    protected_count = 0;
    entry = (struct boot_entry){.reg = {magic, info}, .uefi = uefi_none()};
}

static void read(void)
{
    memset(&config, 0xa5, sizeof config);
    config_read(&entry, &config);
}

static void add_multiboot1(void)
{
    uint8_t *const info = memory_add(INFO, 28), *const module = memory_add(MODULES, 16);
    put_le(info, 1 << 2 | 1 << 3, 4);
    put_le(info + 16, LINE, 4);
    put_le(info + 20, 1, 4);
    put_le(info + 24, MODULES, 4);
    put_le(module, 0x20'0000, 4);
    put_le(module + 4, 0x20'1234, 4);
}

static void multiboot_1_gives_root_image_and_options(void)
{
    begin(BOOT_MAGIC_MULTIBOOT1, INFO);
    add_multiboot1();
    strcpy((char *)memory_add(LINE, 4096), "nova nouart");
    read();
    EXPECT_EQUAL(config.root_image.raw, 0x20'0000);
    EXPECT_EQUAL(config.root_size, 0x1234);
    EXPECT_EQUAL(config.options, BOOT_NOUART);
    EXPECT_EQUAL(config.pool_extra, 0);
    EXPECT(paddr_is_none(config.fdt) && paddr_is_none(config.rsdp));
    EXPECT(strcmp(printed, "BOOT: command line 'nova nouart'") == 0);
}

static void an_empty_command_line_is_not_worth_a_line(void)
{
    begin(BOOT_MAGIC_MULTIBOOT1, INFO);
    add_multiboot1();
    memory_add(LINE, 4096);
    read();
    EXPECT_EQUAL(config.options, 0);
    EXPECT(printed[0] == '\0');
}

static void add_multiboot2(void)
{
    uint8_t *const info = memory_add(INFO, 56);
    put_le(info, 56, 4);
    put_le(info + 8, 3, 4); /* module */
    put_le(info + 12, 20, 4);
    put_le(info + 16, 0x30'0000, 4);
    put_le(info + 20, 0x30'0100, 4);
    put_le(info + 32, 1, 4); /* command line */
    put_le(info + 36, 13, 4);
    memcpy(info + 40, "nodl", 5);
    put_le(info + 48, 0, 4);
    put_le(info + 52, 8, 4);
}

static void multiboot_2_gives_root_image_and_options(void)
{
    begin(BOOT_MAGIC_MULTIBOOT2, INFO);
    add_multiboot2();
    read();
    EXPECT_EQUAL(config.root_image.raw, 0x30'0000);
    EXPECT_EQUAL(config.root_size, 0x100);
    EXPECT_EQUAL(config.options, BOOT_NODL);
}

static void what_cannot_be_read_counts_as_not_given(void)
{
    static const uint64_t magic[] = {BOOT_MAGIC_MULTIBOOT1, BOOT_MAGIC_MULTIBOOT2};
    for (unsigned i = 0; i < 2; i++) {
        begin(magic[0], INFO);
        add_multiboot1(); /* what came before must not shine through */
        strcpy((char *)memory_add(LINE, 4096), "nouart");
        read();
        begin(magic[i], INFO);
        read();
        EXPECT_EQUAL(config.root_image.raw, 0);
        EXPECT_EQUAL(config.root_size, 0);
        EXPECT_EQUAL(config.options, 0);
        EXPECT(strcmp(printed, "BOOT: cannot read the loader's information at 0x10000") == 0);
    }
}

static void what_uefi_told_is_kept(void)
{
    begin(BOOT_MAGIC_MULTIBOOT2, INFO);
    add_multiboot2();
    entry.uefi.rsdp = paddr(0x1234);
    entry.uefi.fdt = paddr(0x5678);
    read();
    EXPECT_EQUAL(config.rsdp.raw, 0x1234);
    EXPECT_EQUAL(config.fdt.raw, 0x5678);
}

/* A tree whose /chosen names an image at 0x48000000, of 0x1000 bytes. */
static uint8_t *add_tree(void)
{
    static const char strings[] = "linux,initrd-start\0linux,initrd-end";
    uint8_t *const t = memory_add(TREE, 0x200);
    const uint32_t header[] = {0xd00d'feed, 0x200, 0x40, 0x100,          0x30,
                               17,          16,    0,    sizeof strings, 80};
    for (unsigned i = 0; i < 10; i++)
        put_be(t + 4u * i, header[i], 4);
    memcpy(t + 0x100, strings, sizeof strings);
    const uint32_t tree[] = {1,           0, 1, 0x6368'6f73, 0x656e'0000, 3, 4, 0,
                             0x4800'0000, 3, 4, 19,          0x4800'1000, 2, 2, 9};
    for (unsigned i = 0; i < 16; i++)
        put_be(t + 0x40 + 4u * i, tree[i], 4);
    return t;
}

static void the_second_register_is_the_root_image(void)
{
    begin(TREE, 0x50'0000);
    add_tree();
    read();
    EXPECT_EQUAL(config.fdt.raw, TREE);
    EXPECT_EQUAL(config.root_image.raw, 0x50'0000);
    EXPECT_EQUAL(config.root_size, 0);
    EXPECT_EQUAL(config.options, 0);
}

static void without_it_the_tree_names_the_image(void)
{
    begin(TREE, 0);
    add_tree();
    read();
    EXPECT_EQUAL(config.root_image.raw, 0x4800'0000);
    EXPECT_EQUAL(config.root_size, 0x1000);
}

static void a_tree_of_the_firmware_names_it_too(void)
{
    begin(0, 0);
    add_tree();
    entry.uefi.fdt = paddr(TREE);
    read();
    EXPECT_EQUAL(config.fdt.raw, TREE);
    EXPECT_EQUAL(config.root_image.raw, 0x4800'0000);
}

static void a_tree_that_names_no_image_gives_none(void)
{
    begin(TREE, 0);
    uint8_t *const t = add_tree();
    put_be(t + 0x40, 9, 4); /* the end comes first */
    read();
    EXPECT_EQUAL(config.fdt.raw, TREE);
    EXPECT_EQUAL(config.root_image.raw, 0);
}

static void a_register_that_is_no_tree_is_none(void)
{
    begin(INFO, 0);
    memory_add(INFO, 64);
    read();
    EXPECT(paddr_is_none(config.fdt));
    EXPECT_EQUAL(config.root_image.raw, 0);
    begin(0, 0);
    read();
    EXPECT(paddr_is_none(config.fdt));
}

static void memory_of_run_time_services_is_protected_and_no_other(void)
{
    enum : unsigned { SIZE = 40, COUNT = 16 };
    begin(0, 0);
    uint8_t *const map = memory_add(INFO, (size_t)SIZE * COUNT);
    for (unsigned type = 0; type < COUNT; type++) {
        put_le(map + SIZE * type, type, 4);
        put_le(map + SIZE * type + 8, 0x10'0000 * (type + 1ul), 8);
        put_le(map + SIZE * type + 24, type + 1, 8);
    }
    config_protect_firmware(&entry);
    EXPECT_EQUAL(protected_count, 0); /* no map */
    entry.uefi.map = paddr(INFO);
    entry.uefi.map_size = SIZE * COUNT;
    entry.uefi.desc_size = SIZE;
    config_protect_firmware(&entry);
    EXPECT_EQUAL(protected_count, 2);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT_EQUAL(protected[i].base, 0x10'0000 * (UEFI_RUNTIME_CODE + i + 1));
        EXPECT_EQUAL(protected[i].size, 0x1000 * (UEFI_RUNTIME_CODE + i + 1));
    }
}

int main(void)
{
    RUN(multiboot_1_gives_root_image_and_options);
    RUN(an_empty_command_line_is_not_worth_a_line);
    RUN(multiboot_2_gives_root_image_and_options);
    RUN(what_cannot_be_read_counts_as_not_given);
    RUN(what_uefi_told_is_kept);
    RUN(the_second_register_is_the_root_image);
    RUN(without_it_the_tree_names_the_image);
    RUN(a_tree_of_the_firmware_names_it_too);
    RUN(a_tree_that_names_no_image_gives_none);
    RUN(a_register_that_is_no_tree_is_none);
    RUN(memory_of_run_time_services_is_protected_and_no_other);
    memory_reset();
    return failures != 0;
}
