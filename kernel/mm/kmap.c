/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/mm/kmap.h"

#include <stdckdint.h>

#include "arch/contract/space.h"
#include "arch/inline.h"
#include "kernel/mm/ptab_update.h"

enum : uint64_t { REGION_SIZE = GIB }; /* of ARCH_KMAP_WINDOW, _DEVICE and _STACK each */
enum : unsigned { LEVEL_PAGE = 0, LEVEL_LARGE = 1 };

static uint64_t no_demote([[maybe_unused]] uint64_t pte, [[maybe_unused]] unsigned level)
{
    unreachable(); /* kernel mappings are never split */
}

static uint64_t *table_alloc([[maybe_unused]] void *space, enum frame_fill fill)
{
    return frame_alloc(0, fill);
}

static void no_free([[maybe_unused]] void *space, [[maybe_unused]] uint64_t *table)
{
    unreachable(); /* tables stay */
}

static void no_flush([[maybe_unused]] void *space)
{
    unreachable(); /* nothing is replaced by another: window_close comes first */
}

static const struct ptab_owner kernel_owner = {
    .fmt = &ARCH_PTAB_KERNEL,
    .demote = no_demote,
    .alloc = table_alloc,
    .free = no_free,
    .flush = no_flush,
};

static uintptr_t device_used; /* bytes of ARCH_KMAP_DEVICE in use */
static uintptr_t stack_used;  /* bytes of ARCH_KMAP_STACK in use  */
static struct prange window;  /* what ARCH_KMAP_WINDOW shows      */

/* Let `pte` be the entry of `level` for `va`; false if memory for the tables above has run out. */
static NOINLINE bool kernel_set(uintptr_t va, unsigned level, uint64_t pte)
{
    struct ptab_update u = {.owner = &kernel_owner, .root = arch_kernel_root()};
    unsigned hole;
    uint64_t *const slot = ptab_slot(&u, va, level, true, &hole);
    if (slot == nullptr)
        return false;
    ptab_replace(&u, slot, level, 1, ptab_same, &pte);
    return true;
}

static bool kernel_map(uintptr_t va, paddr_t pa, enum kmap_kind kind, unsigned level)
{
    return kernel_set(va, level, pa.raw | arch_kernel_leaf(kind, level));
}

static bool is_physical(paddr_t base, uint64_t size)
{
    uint64_t end;
    return size > 0 && !ckd_add(&end, base.raw, size) && end <= bit(arch_phys_bits());
}

/* Unmap all of the window before something else is mapped there: some CPUs demand it. */
static void window_close(void)
{
    const uint64_t size = window.end.raw - window.start.raw;
    for (uint64_t at = 0; at < size; at += bit(ptab_shift(LEVEL_LARGE)))
        (void)kernel_set(ARCH_KMAP_WINDOW + at, LEVEL_LARGE, 0); /* the table is there */
    if (size > 0)
        arch_kernel_flush(ARCH_KMAP_WINDOW, size);
    window = (struct prange){};
}

static bool window_open(struct prange range)
{
    const uint64_t large = bit(ptab_shift(LEVEL_LARGE));
    const uint64_t start = align_down(range.start.raw, large);
    window_close();
    for (uint64_t at = start; at < range.end.raw; at += large) {
        if (!kernel_map(ARCH_KMAP_WINDOW + (at - start), paddr(at), KMAP_READ, LEVEL_LARGE))
            return false;
        window = (struct prange){.start = paddr(start), .end = paddr(at + large)};
    }
    arch_ptab_sync();
    return true;
}

const void *kmap_window(paddr_t base, uint64_t size)
{
    const uint64_t large = bit(ptab_shift(LEVEL_LARGE));
    if (!is_physical(base, size) || size > KMAP_WINDOW_SIZE - large)
        return nullptr;
    const struct prange range = {.start = base, .end = paddr(base.raw + size)};
    if ((base.raw < window.start.raw || range.end.raw > window.end.raw) && !window_open(range))
        return nullptr;
    return (const void *)(ARCH_KMAP_WINDOW + (base.raw - window.start.raw)); /* NOLINT */
}

volatile void *kmap_device(paddr_t base, uint64_t size)
{
    if (!is_physical(base, size))
        return nullptr;
    const uint64_t start = align_down(base.raw, PAGE_SIZE);
    const uint64_t length = align_up(base.raw + size, PAGE_SIZE) - start;
    if (length > REGION_SIZE - device_used)
        return nullptr;
    const uintptr_t va = ARCH_KMAP_DEVICE + device_used;
    for (uint64_t at = 0; at < length; at += PAGE_SIZE)
        if (!kernel_map(va + at, paddr(start + at), KMAP_REGISTERS, LEVEL_PAGE))
            return nullptr;
    arch_ptab_sync();
    device_used += length;
    return (volatile void *)(va + (base.raw - start)); /* NOLINT: a fresh mapping */
}

void *kmap_stack(unsigned order)
{
    const uint64_t size = bit(order) << PAGE_BITS;
    if (size + PAGE_SIZE > REGION_SIZE - stack_used)
        return nullptr;
    char *const frames = frame_alloc(order, FRAME_ZERO);
    if (frames == nullptr)
        return nullptr;
    const uintptr_t va = ARCH_KMAP_STACK + stack_used + PAGE_SIZE; /* the guard page stays empty */
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        if (!kernel_map(va + at, virt_to_phys(frames + at), KMAP_WRITE, LEVEL_PAGE))
            return nullptr; /* a failed boot: nothing is given back */
    arch_ptab_sync();
    stack_used += size + PAGE_SIZE;
    return (void *)(va + size); /* NOLINT: a fresh mapping */
}
