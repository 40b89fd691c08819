/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/loader/multiboot.h"

static const char loader_name[] = "tests/loader";

static uint32_t address(const void *p)
{
    return (uint32_t)(uintptr_t)p;
}

/* ---- Multiboot ---- */

enum mb1_flag : uint32_t {
    MB1_TEXT = 1 << 2,
    MB1_MODULES = 1 << 3,
    MB1_MAP = 1 << 6,
    MB1_LOADER = 1 << 9,
};

struct mb1_info {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
    uint32_t mods_count, mods_addr;
    uint32_t syms[4];
    uint32_t mmap_length, mmap_addr;
    uint32_t drives[2], config_table, boot_loader_name;
};
static_assert(offsetof(struct mb1_info, mmap_length) == 44);
static_assert(offsetof(struct mb1_info, boot_loader_name) == 64);

struct mb1_module {
    uint32_t start, end, text, reserved;
};

struct [[gnu::packed]] mb1_range {
    uint32_t size; /* of what follows */
    uint64_t start, length;
    uint32_t type;
};

uint64_t multiboot1_make(const struct load_request *request)
{
    static struct mb1_info info;
    static struct mb1_module module[LOAD_MODULES_MAX];
    static struct mb1_range range[LOAD_RAM_MAX];
    const char *const text = word_kernel_text(request->words);

    info.flags = MB1_LOADER;
    info.boot_loader_name = address(loader_name);
    if (*text != '\0') {
        info.flags |= MB1_TEXT;
        info.cmdline = address(text);
    }
    if (request->module_count > 0) {
        info.flags |= MB1_MODULES;
        info.mods_count = (uint32_t)request->module_count;
        info.mods_addr = address(module);
    }
    for (size_t i = 0; i < request->module_count; i++) {
        module[i].start = (uint32_t)request->module[i].start;
        module[i].end = (uint32_t)request->module[i].end;
        module[i].text = address(request->module[i].text);
    }
    if (request->ram_count > 0) {
        info.flags |= MB1_MAP;
        info.mmap_length = (uint32_t)(request->ram_count * sizeof *range);
        info.mmap_addr = address(range);
    }
    for (size_t i = 0; i < request->ram_count; i++) {
        range[i].size = sizeof *range - sizeof range->size;
        range[i].start = request->ram[i].start;
        range[i].length = request->ram[i].size;
        range[i].type = request->ram[i].type;
    }
    return address(&info);
}

/* ---- Multiboot2 ---- */

enum mb2_tag : uint32_t {
    MB2_END = 0,
    MB2_TEXT = 1,
    MB2_LOADER = 2,
    MB2_MODULE = 3,
    MB2_MAP = 6,
    MB2_EFI_TABLE = 12,
    MB2_EFI_HANDLE = 20,
    MB2_STRANGE = 0x1357'0000, /* nobody knows it: to be skipped */
    MB2_KMEM = 0x4d45'4d4b,
};

enum : size_t { MB2_SIZE = 8192, MB2_ALIGN = 8 };

alignas(8) static uint8_t area[MB2_SIZE];
static uint32_t used;

static void put8(uint8_t value)
{
    if (used == MB2_SIZE)
        load_fail("the Multiboot2 information is too large");
    area[used++] = value;
}

static void put32(uint32_t value)
{
    for (unsigned i = 0; i < 32; i += 8)
        put8((uint8_t)(value >> i));
}

static void put64(uint64_t value)
{
    put32((uint32_t)value);
    put32((uint32_t)(value >> 32));
}

static void put_text(const char *text)
{
    do
        put8((uint8_t)*text);
    while (*text++ != '\0');
}

static void set32(uint32_t where, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        area[where + i] = (uint8_t)(value >> 8 * i);
}

/* The size is known when the tag is complete; it does not count what aligns the next one. */
static uint32_t begin(enum mb2_tag type)
{
    while (used % MB2_ALIGN != 0)
        put8(0xee);
    put32(type);
    put32(0);
    return used - 4;
}

static void end(uint32_t size_at)
{
    set32(size_at, used - (size_at - 4));
}

static void put_tag64(enum mb2_tag type, uint64_t value)
{
    const uint32_t tag = begin(type);
    put64(value);
    end(tag);
}

static void put_map(const struct load_request *request)
{
    const uint32_t tag = begin(MB2_MAP);
    put32(24); /* size of an entry */
    put32(0);
    for (size_t i = 0; i < request->ram_count; i++) {
        put64(request->ram[i].start);
        put64(request->ram[i].size);
        put32(request->ram[i].type);
        put32(0);
    }
    end(tag);
}

uint64_t multiboot2_make(const struct load_request *request)
{
    const uint64_t kmem = word_number(request->words, "kmem", 0);
    uint32_t tag;

    put64(0); /* total size, set below */
    tag = begin(MB2_STRANGE);
    put8(0xaa);
    end(tag);
    tag = begin(MB2_TEXT);
    put_text(word_kernel_text(request->words));
    end(tag);
    tag = begin(MB2_LOADER);
    put_text(loader_name);
    end(tag);
    if (request->efi_system_table != 0) {
        put_tag64(MB2_EFI_TABLE, request->efi_system_table);
        put_tag64(MB2_EFI_HANDLE, request->efi_image_handle);
    }
    for (size_t i = 0; i < request->module_count; i++) {
        tag = begin(MB2_MODULE);
        put32((uint32_t)request->module[i].start);
        put32((uint32_t)request->module[i].end);
        put_text(request->module[i].text);
        end(tag);
    }
    if (request->ram_count > 0)
        put_map(request);
    if (kmem != 0)
        put_tag64(MB2_KMEM, kmem);
    tag = begin(MB2_END);
    end(tag);
    set32(0, used);
    return (uintptr_t)area;
}
