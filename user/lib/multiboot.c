/* SPDX-License-Identifier: GPL-2.0-only */
/* Multiboot and Multiboot2 information structures (the specifications' names for types and flags).
 */
#include "user/lib/bootinfo.h"
#include "user/lib/bytes.h"

/* Both formats number the kinds of memory alike. */
static enum memory_kind kind_of(uint32_t type)
{
    switch (type) {
    case 1:
        return MEMORY_USABLE;
    case 3:
        return MEMORY_ACPI;
    case 4:
        return MEMORY_NVS;
    case 5:
        return MEMORY_BAD;
    default:
        return MEMORY_RESERVED;
    }
}

/* Multiboot2 */

enum mb2_tag : uint32_t { MB2_END = 0, MB2_TEXT = 1, MB2_MODULE = 3, MB2_MAP = 6 };
enum : size_t { MB2_HEADER = 8, MB2_TAG_HEADER = 8, MB2_ALIGN = 8, MB2_ENTRY = 24 };

uint32_t multiboot2_size(const void *data)
{
    return le32(data);
}

/* Tag: type, size, entry size, entry version; then entries of base, length, type. */
static void mb2_parse_map(struct bootinfo *info, const uint8_t *tag, size_t size)
{
    if (size < 16)
        return;
    const size_t entry_size = le32(tag + 8);
    if (entry_size < MB2_ENTRY) {
        info->is_cut = true;
        return;
    }
    for (size_t at = 16; entry_size <= size - at; at += entry_size)
        bootinfo_add_range(info, le64(tag + at), le64(tag + at + 8), kind_of(le32(tag + at + 16)));
}

static void mb2_parse_tag(struct bootinfo *info, const uint8_t *tag, size_t size)
{
    switch (le32(tag)) {
    case MB2_TEXT:
        bootinfo_copy_text(info->text, tag + MB2_TAG_HEADER, size - MB2_TAG_HEADER);
        break;
    case MB2_MODULE:
        if (size >= 16) {
            struct boot_module *const module =
                bootinfo_add_module(info, le32(tag + 8), le32(tag + 12));
            if (module != nullptr)
                bootinfo_copy_text(module->text, tag + 16, size - 16);
        }
        break;
    case MB2_MAP:
        mb2_parse_map(info, tag, size);
        break;
    default: /* not of interest */
        break;
    }
}

bool multiboot2_parse(struct bootinfo *info, const void *data, size_t size)
{
    const uint8_t *const bytes = data;
    if (size < MB2_HEADER || le32(bytes) < MB2_HEADER)
        return false;
    if (le32(bytes) < size)
        size = le32(bytes);

    size_t at = MB2_HEADER;
    while (size - at >= MB2_TAG_HEADER && le32(bytes + at) != MB2_END) {
        const size_t tag_size = le32(bytes + at + 4);
        if (tag_size < MB2_TAG_HEADER || tag_size > size - at) {
            info->is_cut = true;
            break;
        }
        mb2_parse_tag(info, bytes + at, tag_size);

        const size_t step = (tag_size + MB2_ALIGN - 1) & ~(MB2_ALIGN - 1);
        at = step < size - at ? at + step : size;
    }
    return true;
}

/* Multiboot 1 */

enum mb1_flag : uint32_t {
    MB1_MEMORY = 1 << 0,
    MB1_TEXT = 1 << 2,
    MB1_MODULES = 1 << 3,
    MB1_MAP = 1 << 6,
};

struct multiboot1 multiboot1_parse(const uint8_t data[MULTIBOOT1_SIZE])
{
    const uint32_t flags = le32(data);
    struct multiboot1 found = {};

    if (flags & MB1_MEMORY) {
        found.lower_kib = le32(data + 4);
        found.upper_kib = le32(data + 8);
    }
    if (flags & MB1_TEXT)
        found.text = le32(data + 16);
    if (flags & MB1_MODULES) {
        found.module_count = le32(data + 20);
        found.modules = le32(data + 24);
    }
    if (flags & MB1_MAP) {
        found.map_size = le32(data + 44);
        found.map = le32(data + 48);
    }
    return found;
}

uint64_t multiboot1_parse_module(struct bootinfo *info, const uint8_t data[MULTIBOOT1_MODULE_SIZE])
{
    return bootinfo_add_module(info, le32(data), le32(data + 4)) == nullptr ? 0 : le32(data + 8);
}

/* Entries of size, base, length, type; the size does not count itself. */
void multiboot1_parse_map(struct bootinfo *info, const void *data, size_t size)
{
    const uint8_t *const bytes = data;

    for (size_t at = 0; size - at >= 24;) {
        const size_t entry_size = le32(bytes + at);
        if (entry_size < 20 || entry_size > size - at - 4) {
            info->is_cut = true;
            break;
        }
        bootinfo_add_range(info, le64(bytes + at + 4), le64(bytes + at + 12),
                           kind_of(le32(bytes + at + 20)));
        at += entry_size + 4;
    }
}
