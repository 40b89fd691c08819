/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux's Documentation/arm64/booting: Image, RAM disk and device tree. */
#include "user/vmm/load.h"

#include "kernel/base/string.h"
#include "user/vmm/tree.h"

struct image_header {
    uint32_t code[2];
    uint64_t text_offset; /* from a multiple of 2 MiB            */
    uint64_t image_size;  /* with what is not in the file        */
    uint64_t flags;
    uint64_t reserved[3];
    uint32_t magic; /* "ARM\x64" */
    uint32_t pe_offset;
};
static_assert(sizeof(struct image_header) == 64);

enum : uint32_t { IMAGE_MAGIC = 0x644d'5241 };
enum : uint64_t { ALIGN = 0x20'0000, TREE_SIZE_MAX = 0x1'0000, RAM_SIZE_MAX = 1ull << 38 };

static uint64_t up(uint64_t at)
{
    return (at + ALIGN - 1) & ~(ALIGN - 1);
}

/* Copy a module to `gpa`; false: it does not fit. */
static bool put(const struct guest *guest, uint64_t gpa, const struct vmm_module *module)
{
    void *const to = guest_at(guest, gpa, module->size);
    if (to == nullptr)
        return false;
    memcpy(to, (const void *)module->at, module->size);
    return true;
}

struct loaded load_linux(const struct guest *guest, const struct vmm_config *config,
                         const char **why)
{
    const struct image_header *const head = (const void *)config->image.at;
    *why = "the kernel is no arm64 Image";
    if (config->image.size < sizeof *head || head->magic != IMAGE_MAGIC)
        return (struct loaded){};
    *why = "kernel, RAM disk and device tree do not fit into the memory";
    if (guest->size > RAM_SIZE_MAX || head->text_offset > guest->size ||
        head->image_size > guest->size)
        return (struct loaded){};

    const uint64_t entry = guest->start + head->text_offset;
    const uint64_t image_size =
        head->image_size > config->image.size ? head->image_size : config->image.size;
    const uint64_t tree = up(entry + image_size);
    const uint64_t initrd = up(tree + TREE_SIZE_MAX);
    const struct tree_plan plan = {.config = config, .initrd = initrd};
    void *const tree_at = guest_at(guest, tree, TREE_SIZE_MAX);

    if (tree_at == nullptr || !put(guest, entry, &config->image) ||
        !put(guest, initrd, &config->initrd) || tree_write(tree_at, TREE_SIZE_MAX, &plan) == 0)
        return (struct loaded){};
    return (struct loaded){.is_good = true, .entry = entry, .tree = tree};
}
