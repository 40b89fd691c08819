/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/manager/image.h"

#include "kernel/abi/elf.h"
#include "kernel/base/string.h"

enum : uint64_t { PAGE = 4096 };

static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB};

static bool add(struct image *image, const struct elf_phdr *s, size_t size)
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
        head.phentsize != sizeof(struct elf_phdr) || head.phoff > size ||
        head.phnum > (size - head.phoff) / sizeof(struct elf_phdr))
        return false;

    image->entry = head.entry;
    for (unsigned i = 0; i < head.phnum; i++) {
        struct elf_phdr segment;
        memcpy(&segment, (const uint8_t *)data + head.phoff + i * sizeof segment, sizeof segment);
        if (!add(image, &segment, size))
            return false;
    }
    return image->count > 0;
}
