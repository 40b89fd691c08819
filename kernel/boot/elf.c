/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/boot/elf.h"

#include <stdckdint.h>

#include "kernel/abi/elf.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"

#define ELF_ERROR_TEXT_(name, text) [name] = text,
static const char *const error_text[] = {ELF_ERROR_TABLE(ELF_ERROR_TEXT_)};

const char *elf_error_text(elf_error_t error)
{
    return error_text[error];
}

static elf_error_t check_header(const struct elf_header *h, const struct elf_limits *limits)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    if (__builtin_memcmp(h->ident, magic, sizeof magic) != 0)
        return ELF_NO_MAGIC;
    if (h->ident[4] != ELFCLASS64 || h->ident[5] != ELFDATA2LSB || h->ident[6] != EV_CURRENT)
        return ELF_CLASS;
    if (h->machine != limits->machine)
        return ELF_MACHINE;
    if (h->type != ET_EXEC)
        return ELF_TYPE;
    if (h->phnum > 0 && h->phentsize != sizeof(struct elf_phdr))
        return ELF_HEADERS;
    return ELF_OK;
}

static uint8_t flags_to_perm(uint32_t flags)
{
    return (uint8_t)((flags & PF_R ? PERM_MEM_R : 0) | (flags & PF_W ? PERM_MEM_W : 0) |
                     (flags & PF_X ? PERM_MEM_XU : 0));
}

static bool is_skipped(const struct elf_phdr *p)
{
    return p->type != PT_LOAD || p->filesz == 0 || flags_to_perm(p->flags) == 0;
}

static elf_error_t add_segment(struct elf_image *image, const struct elf_phdr *p, paddr_t base,
                               uint64_t image_size, uint64_t user_end)
{
    uint64_t file_end, memory_end, phys;
    if (p->memsz != p->filesz)
        return ELF_MEMSZ;
    if (ckd_add(&file_end, p->offset, p->filesz) || file_end > image_size ||
        ckd_add(&phys, base.raw, p->offset))
        return ELF_TRUNCATED;
    if (!is_aligned(p->vaddr - phys, PAGE_SIZE))
        return ELF_ALIGN;
    if (ckd_add(&memory_end, p->vaddr, p->memsz) || memory_end > user_end)
        return ELF_RANGE;
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *const s = &image->segment[i];
        if (p->vaddr < s->vaddr + s->size && s->vaddr < memory_end)
            return ELF_OVERLAP;
    }
    if (image->segment_count == ELF_SEGMENT_MAX)
        return ELF_MANY;
    image->segment[image->segment_count++] = (struct elf_segment){
        .vaddr = p->vaddr, .size = p->memsz, .phys = paddr(phys), .perm = flags_to_perm(p->flags)};
    return ELF_OK;
}

static bool entry_is_executable(const struct elf_image *image)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *const s = &image->segment[i];
        if ((s->perm & PERM_MEM_XU) && image->entry >= s->vaddr &&
            image->entry - s->vaddr < s->size)
            return true;
    }
    return false;
}

elf_error_t elf_read(elf_map_fn *map, paddr_t base, const struct elf_limits *limits,
                     struct elf_image *image)
{
    const uint64_t size = limits->image_size != 0 ? limits->image_size : ELF_IMAGE_MAX;
    struct elf_header h;
    if (size < sizeof h)
        return ELF_TRUNCATED;
    const void *const header = map(base, sizeof h);
    if (header == nullptr)
        return ELF_UNREADABLE;
    __builtin_memcpy(&h, header, sizeof h);
    elf_error_t error = check_header(&h, limits);
    if (error != ELF_OK)
        return error;

    const uint64_t table_size = (uint64_t)h.phnum * sizeof(struct elf_phdr);
    uint64_t table_end, table_at;
    if (ckd_add(&table_end, h.phoff, table_size) || table_end > size ||
        ckd_add(&table_at, base.raw, h.phoff))
        return ELF_TRUNCATED;

    image->entry = h.entry;
    image->segment_count = 0;
    if (h.phnum == 0)
        return ELF_EMPTY;
    const char *const table = map(paddr(table_at), table_size);
    if (table == nullptr)
        return ELF_UNREADABLE;
    for (unsigned i = 0; i < h.phnum; i++) {
        struct elf_phdr p;
        __builtin_memcpy(&p, table + i * sizeof p, sizeof p);
        if (is_skipped(&p))
            continue;
        error = add_segment(image, &p, base, size, limits->user_end);
        if (error != ELF_OK)
            return error;
    }
    if (image->segment_count == 0)
        return ELF_EMPTY;
    return entry_is_executable(image) ? ELF_OK : ELF_ENTRY;
}
