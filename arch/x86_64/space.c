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
#include "arch/contract/cpu.h"
#include "arch/contract/space.h"
#include "arch/inline.h"
#include "arch/x86_64/image.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/ports.h"
#include "arch/x86_64/regs.h"
#include "kernel/base/bits.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/phys.h"
#include "kernel/mm/ptab.h"
#include "kernel/obj/pd.h"

enum : unsigned { PML4_KERNEL = 511, FLUSH_ALL_PAGES = 32 };
enum : uint64_t { LARGE_PAGE = 2 * MIB };

#define TABLE(name) alignas(PAGE_SIZE) uint64_t name[PTAB_ENTRIES]

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

/* Instruction caches follow stores (SDM vol. 3, "Self-Modifying Code"). */
void arch_code_sync([[maybe_unused]] const void *code, [[maybe_unused]] size_t size)
{
}

static struct pd *space_pd(struct arch_space_hst *space)
{
    return CONTAINER_OF(space, struct space_hst, arch)->pd;
}

status_t arch_space_hst_init(struct arch_space_hst *space)
{
    uint64_t *const root = pd_frame_alloc(space_pd(space), 0, FRAME_ZERO);
    if (root == nullptr)
        return MEM_OBJ;
    root[PML4_KERNEL] = boot_pml4[PML4_KERNEL];
    *space = (struct arch_space_hst){.root = root, .cr3 = virt_to_phys(root).raw};
    return SUCCESS;
}

void space_activate(struct space_hst *host)
{
    struct arch_cpu *const cpu = &cpu_local()->arch;
    atomic_store_explicit(&cpu->quick_host, host, memory_order_relaxed);
    if (host != nullptr && (cpu->switch_work & SWITCH_BARRIER))
        wrmsr(IA32_PRED_CMD, PRED_CMD_IBPB);
    write_cr3(host == nullptr ? kernel_cr3 : host->arch.cr3);
    atomic_store_explicit(&cpu->host, host, memory_order_release);
}

/* May `cpu` have translations of `space`, or its ports? */
static bool is_in_use(const struct cpu *cpu, const struct space_hst *space)
{
    return space == atomic_load_explicit(&cpu->arch.quick_host, memory_order_acquire) ||
           space == atomic_load_explicit(&cpu->arch.host, memory_order_acquire) ||
           space == atomic_load_explicit(&cpu->arch.ports_host, memory_order_acquire);
}

/* All other CPUs that use `space` serve (arch_cpu_serve) before this returns. */
static void ask_others(const struct space_hst *space)
{
    const struct cpu *const self = cpu_local();
    const _Atomic uint64_t *const cpus = space->pd->cpus;
    uint64_t asked[ARRAY_SIZE(space->pd->cpus)];
    /* Pairs with the CR3 write: a CPU that takes up the space after it was looked at finds the change. */
    atomic_thread_fence(memory_order_seq_cst);
    for (unsigned i = 0; i < ARRAY_SIZE(asked); i++) {
        asked[i] = 0;
        uint64_t left = atomic_load_explicit(&cpus[i], memory_order_relaxed);
        for (; left != 0; left &= left - 1) {
            const unsigned n = bit_lowest(left);
            struct cpu *const cpu = cpu_table[i * 64 + n];
            if (cpu == self || !is_in_use(cpu, space))
                continue;
            asked[i] |= bit(n);
            cpu_ask(cpu);
        }
    }
    for (unsigned i = 0; i < ARRAY_SIZE(asked); i++)
        for (; asked[i] != 0; asked[i] &= asked[i] - 1)
            cpu_await(cpu_table[i * 64 + bit_lowest(asked[i])]);
}

void arch_space_hst_flush(struct arch_space_hst *space)
{
    const struct space_hst *const host = CONTAINER_OF(space, struct space_hst, arch);
    if (space_active(cpu_local()) == host)
        write_cr3(read_cr3());
    ask_others(host);
}

void arch_space_hst_fini(struct arch_space_hst *space)
{
    /* Release: who is asked finds it. */
    atomic_store_explicit(&space->dying, true, memory_order_release);
    arch_cpu_serve();
    ask_others(CONTAINER_OF(space, struct space_hst, arch));
    pd_frame_free(space_pd(space), space->root, 0);
    space->root = nullptr;
}

void arch_cpu_serve(void)
{
    struct cpu *const cpu = cpu_local();
    const struct space_hst *const host = space_active(cpu);
    ports_serve(cpu);
    if (host == nullptr)
        return;
    if (atomic_load_explicit(&host->arch.dying, memory_order_acquire))
        space_activate(nullptr);
    else
        write_cr3(read_cr3());
}
