/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page tables the kernel starts with. Runs before the MMU is on, so it must not follow any
 * pointer that was linked: symbols are reached relative to the program counter.
 */

#include "arch/aarch64/start.h"
#include "arch/types.h"
#include "kernel/base/bits.h"

enum : uint64_t { BLOCK_SIZE = 2 * MIB };
enum : uint64_t {
    PTE_DATA =
        PTE_VALID | PTE_AP1 | PTE_SH_INNER | PTE_AF | (uint64_t)MAD_CA_WRITE_BACK << PTE_ATTR_SHIFT
};

static_assert(KERNEL_VIRT % (512 * GIB) == 0, "the image starts a level-0 entry");

static uint64_t table(const uint64_t *next)
{
    return (uintptr_t)next | PTE_VALID | PTE_TABLE;
}

static unsigned index(uint64_t va, unsigned shift)
{
    return va >> shift & low_bits(9);
}

/* Code and data by pages, the rest of their 2 MiB (pool) too. `at` counts from the image's start. */
static uint64_t page(uint64_t image, uint64_t at, uint64_t text_bits)
{
    const uint64_t where = image + at;
    const uint64_t pte = where | PTE_DATA | PTE_TABLE;
    if (where < (uintptr_t)image_text_end)
        return pte | PTE_READ_ONLY | text_bits;
    if (where < (uintptr_t)image_rodata_end)
        return pte | PTE_READ_ONLY | PTE_XN;
    if (where == (uintptr_t)image_guard)
        return 0;
    return pte | PTE_XN;
}

void start_map(uint64_t image, uint64_t size, uint64_t text_bits)
{
    for (unsigned i = 0; i < 512; i++) {
        table_root[i] = table_identity[i] = 0;
        table_kernel_1g[i] = table_identity_1g[i] = 0;
        table_identity_2m[i] = 0;
        table_kernel_2m[i] =
            i < size / BLOCK_SIZE ? (image + i * BLOCK_SIZE) | PTE_DATA | PTE_XN : 0;
        table_kernel_4k[i] = page(image, i * PAGE_SIZE, text_bits);
    }
    table_kernel_2m[0] = table(table_kernel_4k);
    table_kernel_1g[0] = table(table_kernel_2m);
    table_root[index(KERNEL_VIRT, 39)] = table(table_kernel_1g);

    /* Code where it was loaded, beside the kernel's own mapping; RAM does not reach that high. */
    table_identity_2m[index(image, 21)] = image | PTE_DATA | PTE_READ_ONLY | text_bits;
    table_identity_1g[index(image, 30)] = table(table_identity_2m);
    table_identity[index(image, 39)] = table(table_identity_1g);
    table_identity[index(KERNEL_VIRT, 39)] = table(table_kernel_1g);
}
