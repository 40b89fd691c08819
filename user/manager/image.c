/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/manager/image.h"

#include "kernel/base/string.h"

/* ELF-64 Object File Format, "ELF header" and "Program header". */
struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
static_assert(sizeof(struct elf_header) == 64);

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
static_assert(sizeof(struct elf_segment) == 56);

enum : uint32_t { PT_LOAD = 1, PF_X = 1, PF_W = 2 };
enum : uint16_t { ET_EXEC = 2 };
enum : uint64_t { PAGE = 4096 };

static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', 2 /* 64 bits */, 1 /* little-endian */};

static bool add(struct image *image, const struct elf_segment *s, size_t size)
{
    if (s->type != PT_LOAD || s->filesz == 0)
        return true;
    if (image->count == IMAGE_SEGMENTS_MAX || s->filesz != s->memsz || s->offset % PAGE != 0 ||
        s->vaddr % PAGE != 0 || s->offset > size || s->filesz > size - s->offset)
        return false;
    image->segment[image->count++] = (struct image_segment){
        .at = s->vaddr,
        .offset = s->offset,
        .size = s->filesz,
        .is_writable = s->flags & PF_W,
        .is_executable = s->flags & PF_X,
    };
    return true;
}

bool image_parse(struct image *image, const void *data, size_t size)
{
    struct elf_header head;
    *image = (struct image){};
    if (size < sizeof head)
        return false;
    memcpy(&head, data, sizeof head);
    if (memcmp(head.ident, magic, sizeof magic) != 0 || head.type != ET_EXEC ||
        head.phentsize != sizeof(struct elf_segment) || head.phoff > size ||
        head.phnum > (size - head.phoff) / sizeof(struct elf_segment))
        return false;

    image->entry = head.entry;
    for (unsigned i = 0; i < head.phnum; i++) {
        struct elf_segment segment;
        memcpy(&segment, (const uint8_t *)data + head.phoff + i * sizeof segment, sizeof segment);
        if (!add(image, &segment, size))
            return false;
    }
    return image->count > 0;
}
