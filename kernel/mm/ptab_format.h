/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes one page-table format different from another. */
#pragma once

#include <stdint.h>

enum : unsigned { PTAB_INDEX_BITS = 9, PTAB_ENTRIES = 1 << PTAB_INDEX_BITS };

struct ptab_format {
    uint8_t levels;    /* 4 for x86_64 host and aarch64 EL2, 3 for a 40-bit stage 2           */
    uint8_t root_bits; /* index bits of the root: 9, more where root tables are concatenated  */
    uint64_t present;  /* any of these set: the entry is in use                                */
    uint64_t break_bits; /* if any of these differ, an entry in use must be invalidated and      */
                         /* flushed before another replaces it (Arm ARM, "break-before-make")  */
    uint64_t leaf_mask, leaf_value; /* above level 0: (pte & mask) == value: leaf              */
    uint64_t addr_mask;             /* output address                                          */
    uint64_t table;                 /* bits of an entry that points to a table                 */
};

/*
 * What a leaf lets a space do, in the words of the interface. `mad` is the memory attribute
 * descriptor (already checked), `owned` marks kernel-owned pages (HIP, UTCB): never delegated.
 */
struct mem_attr {
    uint32_t mad;
    uint8_t perm; /* PERM_MEM_* */
    bool owned;
};

/* What the kernel maps for itself (arch_kernel_leaf). None of it is executable. */
enum kmap_kind : uint8_t { KMAP_READ, KMAP_WRITE, KMAP_REGISTERS };
