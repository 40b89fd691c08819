/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables of the kernel, and the root tables of host spaces.
 *
 * All kernel addresses lie below the last entry of a PML4, so that one entry is all that a host space
 * shares with the kernel. It is made at boot and never changes: no other table needs to follow.
 *
 *   boot_pml4[511] -> boot_pdpt [510] -> boot_pd [0]    -> boot_pt: image, first 2 MiB, by pages
 *                                                [1...]    pool, by large pages
 *                               [0..2] -> window, devices, stacks: made by kernel/mm/kmap.c
 */

#include "arch/x86_64/space.h"

#include "arch/contract/boot.h"
#include "arch/contract/space.h"
#include "arch/inline.h"
#include "arch/x86_64/image.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/regs.h"
#include "kernel/base/bits.h"
#include "kernel/cpu/cpu.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/phys.h"
#include "kernel/mm/ptab.h"

enum : unsigned { PML4_KERNEL = 511, FLUSH_ALL_PAGES = 32 };
enum : uint64_t { LARGE_PAGE = 2 * MIB };

#define TABLE(name) [[gnu::section(".bss.pages")]] alignas(PAGE_SIZE) uint64_t name[PTAB_ENTRIES]

/* Filled by start.S. */
extern uint64_t boot_pml4[], boot_pdpt[], boot_pd[], boot_pt[];
TABLE(boot_pml4);
TABLE(boot_pdpt);
TABLE(boot_pd);
TABLE(boot_pt);

static uint64_t kernel_cr3;

/* Forget all translations, global ones too (SDM vol. 3, "Invalidation of TLBs"). */
static void flush_all(void)
{
    const uint64_t cr4 = read_cr4();
    if (cr4 & CR4_PGE) {
        write_cr4(cr4 & ~CR4_PGE);
        write_cr4(cr4);
    } else
        write_cr3(read_cr3());
}

static uint64_t *image_pte(const void *page)
{
    return &boot_pt[((uintptr_t)page - KERNEL_VIRT) >> PAGE_BITS];
}

void space_boot(void *guard)
{
    kernel_cr3 = read_cr3();
    boot_pml4[0] = 0;
    *image_pte(guard) = 0;
    write_cr4(read_cr4() | CR4_PGE);
    flush_all();
}

uint64_t space_kernel_cr3(void)
{
    return kernel_cr3;
}

/* The entry of a page anywhere in the kernel's half that is mapped by 4 KiB. */
static uint64_t *kernel_pte(const void *page)
{
    const uint64_t va = (uint64_t)page;
    uint64_t *table = boot_pdpt;
    for (unsigned level = 2; level > 0; level--)
        table = ptab_next(&ARCH_PTAB_KERNEL, table[ptab_index(&ARCH_PTAB_KERNEL, va, level)]);
    return &table[ptab_index(&ARCH_PTAB_KERNEL, va, 0)];
}

void space_make_shadow(void *page)
{
    const bool in_image = (const char *)page >= image_start && (const char *)page < image_free;
    uint64_t *const pte = in_image ? image_pte(page) : kernel_pte(page);
    *pte = (*pte & ~PTE_W) | PTE_D;
    invlpg((uintptr_t)page);
}

void space_seal(const void *page)
{
    *image_pte(page) &= ~(PTE_W | PTE_D);
    invlpg((uintptr_t)page);
}

uint64_t *arch_kernel_root(void)
{
    return boot_pml4;
}

void arch_boot_extend(const struct boot_entry *entry, uint64_t bytes)
{
    const uint64_t end = entry->image_size + bytes;
    for (uint64_t at = entry->image_size; at < end; at += LARGE_PAGE)
        boot_pd[at / LARGE_PAGE] = (entry->image.raw + at) | arch_kernel_leaf(KMAP_WRITE, 1);
}

void arch_kernel_flush(uintptr_t va, uint64_t size)
{
    if (size > FLUSH_ALL_PAGES * PAGE_SIZE) {
        flush_all();
        return;
    }
    for (uintptr_t at = va; at < va + size; at += PAGE_SIZE)
        invlpg(at);
}

status_t arch_space_hst_init(struct arch_space_hst *space)
{
    uint64_t *const root = frame_alloc(0, FRAME_ZERO);
    if (root == nullptr)
        return MEM_OBJ;
    root[PML4_KERNEL] = boot_pml4[PML4_KERNEL];
    *space = (struct arch_space_hst){.root = root};
    return SUCCESS;
}

void arch_space_hst_fini(struct arch_space_hst *space)
{
    frame_free(space->root, 0);
    space->root = nullptr;
}

void space_activate(struct arch_space_hst *host)
{
    cpu_local()->arch.host = host;
    write_cr3(host == nullptr ? kernel_cr3 : virt_to_phys(host->root).raw);
}

/* Other CPUs do not run user mode yet. */
void arch_space_hst_flush(struct arch_space_hst *space)
{
    if (cpu_local()->arch.host == space)
        write_cr3(read_cr3());
}
