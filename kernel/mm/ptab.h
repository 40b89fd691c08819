/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One page-table walker; the formats differ only in data. A format is a constant of the CPU's
 * arch/types.h; called with a constant format these functions are inlined per format.
 *
 * Level 0 holds pages of 4 KiB; a leaf at level n covers 2^(12 + 9 n) bytes. Tables have 512 entries,
 * a root may be concatenated from several. Tables live in the kernel's pool.
 *
 * Readers (the MMU, lookups on other CPUs) may walk a table while it is updated: entries are written
 * whole. Writers of one table exclude each other by the space's lock.
 */
#pragma once

#include <stdint.h>

#include "arch/types.h"
#include "kernel/abi/status.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/base/types.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/ptab_format.h"

struct ptab_hit {
    bool mapped;
    unsigned level; /* of the leaf, or of the entry where the hole begins */
    uint64_t pte;   /* 0 for a hole                                       */
};

static ALWAYS_INLINE unsigned ptab_shift(unsigned level)
{
    return PAGE_BITS + PTAB_INDEX_BITS * level;
}

static ALWAYS_INLINE size_t ptab_index(const struct ptab_format *fmt, uint64_t in, unsigned level)
{
    const unsigned bits = level + 1u == fmt->levels ? fmt->root_bits : PTAB_INDEX_BITS;
    return (in >> ptab_shift(level)) & low_bits(bits);
}

static ALWAYS_INLINE bool ptab_is_leaf(const struct ptab_format *fmt, uint64_t pte, unsigned level)
{
    return level == 0 || (pte & fmt->leaf_mask) == fmt->leaf_value;
}

static ALWAYS_INLINE paddr_t ptab_address(const struct ptab_format *fmt, uint64_t pte,
                                          unsigned level)
{
    return paddr(pte & fmt->addr_mask & ~low_bits(ptab_shift(level)));
}

static ALWAYS_INLINE uint64_t *ptab_next(const struct ptab_format *fmt, uint64_t pte)
{
    return phys_to_virt(paddr(pte & fmt->addr_mask));
}

static ALWAYS_INLINE uint64_t ptab_load(uint64_t *slot)
{
    return __atomic_load_n(slot, __ATOMIC_ACQUIRE);
}

/* Ordering: release; a walker that finds the entry finds what it points to. */
static ALWAYS_INLINE void ptab_store(uint64_t *slot, uint64_t pte)
{
    __atomic_store_n(slot, pte, __ATOMIC_RELEASE);
}

/* Find what `in` is mapped to. `root` is a table of format `fmt`. Context: any. */
static ALWAYS_INLINE struct ptab_hit ptab_lookup(const struct ptab_format *fmt, uint64_t *root,
                                                 uint64_t in)
{
    uint64_t *table = root;
    for (unsigned level = fmt->levels; level-- > 0;) {
        const uint64_t pte = ptab_load(&table[ptab_index(fmt, in, level)]);
        if (!(pte & fmt->present))
            return (struct ptab_hit){.level = level};
        if (ptab_is_leaf(fmt, pte, level))
            return (struct ptab_hit){.mapped = true, .level = level, .pte = pte};
        table = ptab_next(fmt, pte);
    }
    unreachable();
}
