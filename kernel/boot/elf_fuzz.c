/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes at all: whatever elf_read accepts must keep the promises of elf.h. */

#include <stdlib.h>
#include <string.h>

#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/boot/elf.h"

enum : uint64_t { BASE = 0x1234'5000, USER_END = (UINT64_C(1) << 47) - 2 * PAGE_SIZE };

static const uint8_t *file;
static size_t file_size;
static void *view; /* the window: only the last view is valid, and it is a copy of its own */

static const void *map(paddr_t base, uint64_t size)
{
    if (base.raw < BASE || base.raw - BASE > file_size || size > file_size - (base.raw - BASE))
        return nullptr;
    free(view);
    view = malloc(size);
    memcpy(view, file + (base.raw - BASE), size);
    return view;
}

static void require(bool good)
{
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    file = data;
    file_size = size;
    const struct elf_limits limits = {.machine = 0x3e, .user_end = USER_END, .image_size = size};
    struct elf_image image;
    const elf_error_t error = elf_read(map, paddr(BASE), &limits, &image);
    free(view);
    view = nullptr;
    require(elf_error_text(error) != nullptr);
    if (error != ELF_OK)
        return 0;
    require(image.segment_count > 0 && image.segment_count <= ELF_SEGMENT_MAX);
    for (unsigned i = 0; i < image.segment_count; i++) {
        const struct elf_segment *const s = &image.segment[i];
        require(s->size > 0 && s->perm != 0);
        require(s->vaddr < USER_END && s->size <= USER_END - s->vaddr);
        require(s->phys.raw >= BASE && s->phys.raw - BASE <= size);
        require(s->size <= size - (s->phys.raw - BASE));
        require(is_aligned(s->vaddr - s->phys.raw, PAGE_SIZE));
    }
    return 0;
}
