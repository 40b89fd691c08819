/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/multiboot.h"

#include "kernel/base/bits.h"
#include "kernel/firmware/bytes.h"

/* Multiboot v1, "Boot information format". */
enum : uint32_t { MB1_FLAG_CMDLINE = 1 << 2, MB1_FLAG_MODULES = 1 << 3 };
enum : unsigned {
    MB1_FLAGS = 0,
    MB1_CMDLINE = 16,
    MB1_MODULE_COUNT = 20,
    MB1_MODULES = 24,
    MB1_SIZE = 28, /* of the part we read */
};

/* Multiboot2, "Basic tags structure". */
enum mb2_tag : uint32_t {
    MB2_END = 0,
    MB2_CMDLINE = 1,
    MB2_MODULE = 3,
    MB2_EFI64_SYSTEM_TABLE = 12,
    MB2_EFI64_IMAGE_HANDLE = 20,
    MB2_KMEM = 0x4d45'4d4b, /* ours: bytes of memory behind the image for the kernel's pool */
};
enum : unsigned { MB2_HEADER = 8, MB2_TAG_HEADER = 8 };
enum : uint64_t { MB2_SIZE_MAX = MIB };

/* Words only count when they are whole: take back the one that was cut. */
static void drop_last_word(char *line, unsigned used)
{
    while (used > 0 && line[used - 1] != ' ')
        line[--used] = 0;
}

/*
 * Copy a string of at most `size` bytes into `line`, which is all zero. It is read page by page,
 * because nobody says that memory goes on behind its end.
 */
static void copy_line(char line[static BOOT_CMDLINE_SIZE], firmware_map_t map, paddr_t from,
                      uint64_t size)
{
    unsigned used = 0;
    while (size > 0) {
        const uint64_t step = min_u64(size, PAGE_SIZE - (from.raw & PAGE_MASK));
        const char *const text = map(from, step);
        if (text == nullptr) {
            drop_last_word(line, used);
            return;
        }
        for (uint64_t i = 0; i < step; i++) {
            if (text[i] == 0)
                return;
            if (used == BOOT_CMDLINE_SIZE - 1) {
                drop_last_word(line, used);
                return;
            }
            line[used++] = text[i];
        }
        from.raw += step;
        size -= step;
    }
}

/* `start` and `end` as both specifications give them: 32 bits each. */
static struct prange module_range(uint32_t start, uint32_t end)
{
    return (struct prange){paddr(start), paddr(end > start ? end : start)};
}

bool multiboot1_parse(firmware_map_t map, paddr_t info, struct boot_info *out)
{
    *out = (struct boot_info){0};

    const struct bytes head = {map(info, MB1_SIZE), MB1_SIZE};
    if (head.data == nullptr)
        return false;

    /* All that is needed from here before the window moves on. */
    const uint32_t flags = bytes_le32(head, MB1_FLAGS);
    const uint32_t cmdline = bytes_le32(head, MB1_CMDLINE);
    const uint32_t count = flags & MB1_FLAG_MODULES ? bytes_le32(head, MB1_MODULE_COUNT) : 0;
    const uint32_t modules = bytes_le32(head, MB1_MODULES);

    if (count > 0) {
        const struct bytes first = {map(paddr(modules), 8), 8};
        if (first.data != nullptr)
            out->module = module_range(bytes_le32(first, 0), bytes_le32(first, 4));
    }
    if (flags & MB1_FLAG_CMDLINE)
        copy_line(out->cmdline, map, paddr(cmdline), UINT32_MAX - cmdline);
    return true;
}

/* Where tag 1 has the command line, relative to the information structure. */
struct mb2_line {
    uint64_t offset, size;
};

/* `tag` is the tag with its header, at `offset`. */
static void read_tag(struct boot_info *out, struct mb2_line *line, struct bytes tag,
                     uint64_t offset)
{
    switch (bytes_le32(tag, 0)) {
    case MB2_CMDLINE:
        *line = (struct mb2_line){offset + MB2_TAG_HEADER, tag.size - MB2_TAG_HEADER};
        break;
    case MB2_MODULE:
        if (out->module.start.raw == 0)
            out->module = module_range(bytes_le32(tag, 8), bytes_le32(tag, 12));
        break;
    case MB2_EFI64_SYSTEM_TABLE:
        out->efi_system_table = bytes_le64(tag, 8);
        break;
    case MB2_EFI64_IMAGE_HANDLE:
        out->efi_image_handle = bytes_le64(tag, 8);
        break;
    case MB2_KMEM: /* loaders write 32 or 64 bits; the tag's size tells */
        out->pool_extra = bytes_le(tag, 8, tag.size >= 16 ? 8 : 4);
        break;
    default:
        break;
    }
}

bool multiboot2_parse(firmware_map_t map, paddr_t info, struct boot_info *out)
{
    *out = (struct boot_info){0};

    const struct bytes head = {map(info, MB2_HEADER), MB2_HEADER};
    if (head.data == nullptr)
        return false;
    const uint64_t size = min_u64(bytes_le32(head, 0), MB2_SIZE_MAX);
    const struct bytes all = {size < MB2_HEADER ? nullptr : map(info, size), size};
    if (all.data == nullptr)
        return false;

    struct mb2_line line = {0};
    for (uint64_t offset = MB2_HEADER; bytes_has(all, offset, MB2_TAG_HEADER);) {
        const uint32_t tag_size = bytes_le32(all, offset + 4);
        if (bytes_le32(all, offset) == MB2_END || tag_size < MB2_TAG_HEADER ||
            !bytes_has(all, offset, tag_size))
            break;
        read_tag(out, &line, bytes_part(all, offset, tag_size), offset);
        offset = align_up(offset + tag_size, 8);
    }

    /* Last, because it moves the window. */
    copy_line(out->cmdline, map, paddr(info.raw + line.offset), line.size);
    return true;
}
