/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page-table formats of one CPU: any address, any entry, any attributes, all levels. GIVEN_CPU is what the
 * CPU's limits may be, MAD_BITS how many bits of a memory attribute descriptor have a meaning (BUILD.bazel).
 */
#include "kernel/mm/ptab_update.h"

#include "arch/inline.h"
#include "kernel/abi/perm.h"

static const struct ptab_format *const formats[] = {&ARCH_PTAB_HOST, &ARCH_PTAB_KERNEL};

static const struct ptab_format *any_format(void)
{
    return formats[ANY(bool)];
}

static unsigned input_bits(const struct ptab_format *fmt)
{
    return PAGE_BITS + PTAB_INDEX_BITS * (fmt->levels - 1u) + fmt->root_bits;
}

/* Largest address that a leaf may have, and attributes that passed the check of ctrl_pd. */
static uint64_t any_address(unsigned level)
{
    const uint64_t address = ANY(uint64_t);
    GIVEN((address & low_bits(ptab_shift(level))) == 0 && address >> arch_phys_bits() == 0);
    return address;
}

static struct mem_attr any_attr(void)
{
    const struct mem_attr attr = {.mad = ANY(uint32_t), .perm = ANY(uint8_t), .owned = ANY(bool)};
    GIVEN(arch_mad_is_valid(attr.mad) && attr.mad >> MAD_BITS == 0);
    GIVEN(attr.perm <= 0xf && attr.perm & PERM_MEM_R);
    return attr;
}

static unsigned any_leaf_level(void)
{
    const unsigned level = ANY(uint8_t);
    GIVEN(level <= arch_host_max_leaf() && arch_host_max_leaf() < ARCH_PTAB_HOST.levels);
    return level;
}

/* Indices stay inside of their tables and, put together, are the page number: no two pages share an entry. */
PROOF(indices_name_each_page_once)
{
    const struct ptab_format *const fmt = any_format();
    const uint64_t in = ANY(uint64_t);
    uint64_t page = 0;
    for (unsigned level = 0; level < fmt->levels; level++) {
        const size_t index = ptab_index(fmt, in, level);
        CLAIM(index < (level + 1u == fmt->levels ? bit(fmt->root_bits) : bit(PTAB_INDEX_BITS)),
              "inside");
        page |= index << PTAB_INDEX_BITS * level;
    }
    CLAIM(page == (in & low_bits(input_bits(fmt))) >> PAGE_BITS, "the page number");
}

/* A leaf of any level is present, a leaf, and says address and attributes that it was made from. */
PROOF(a_leaf_says_what_it_was_made_from)
{
    GIVEN(GIVEN_CPU);
    const unsigned level = any_leaf_level();
    const struct mem_attr attr = any_attr();
    const uint64_t address = any_address(level);
    const uint64_t pte = address | arch_host_leaf(attr, level);
    CLAIM(pte & ARCH_PTAB_HOST.present, "present");
    CLAIM(ptab_is_leaf(&ARCH_PTAB_HOST, pte, level), "leaf");
    CLAIM((ptab_address(&ARCH_PTAB_HOST, pte, level).raw & low_bits(arch_phys_bits())) == address,
          "address");
    const struct mem_attr said = arch_host_attr(pte, level);
    CLAIM(said.mad == attr.mad && said.perm == attr.perm && said.owned == attr.owned, "attributes");
}

PROOF(a_kernel_leaf_is_one)
{
    const unsigned level = any_leaf_level();
    const enum kmap_kind kind = ANY(uint8_t) % 3;
    const uint64_t address =
        ANY(uint64_t) & ARCH_PTAB_KERNEL.addr_mask & ~low_bits(ptab_shift(level));
    const uint64_t pte = address | arch_kernel_leaf(kind, level);
    CLAIM(pte & ARCH_PTAB_KERNEL.present && ptab_is_leaf(&ARCH_PTAB_KERNEL, pte, level), "leaf");
    CLAIM(ptab_address(&ARCH_PTAB_KERNEL, pte, level).raw == address, "address");
}

/* An entry that points to a table is present, is no leaf, and leads to that table. */
PROOF(a_table_is_no_leaf)
{
    const struct ptab_format *const fmt = any_format();
    const unsigned level = ANY(uint8_t);
    GIVEN(level > 0 && level < fmt->levels);
    const uint64_t address = ANY(uint64_t) & fmt->addr_mask;
    const uint64_t pte = address | fmt->table;
    CLAIM(pte & fmt->present && !ptab_is_leaf(fmt, pte, level), "table");
    CLAIM((pte & fmt->addr_mask) == address, "address");
}

static uint64_t demote(uint64_t pte, unsigned level)
{
    return arch_host_leaf(arch_host_attr(pte, level),
                          level - 1); /* as kernel/cap/space_hst.c has it */
}

static uint64_t table[PTAB_ENTRIES];

static uint64_t *alloc([[maybe_unused]] void *space, [[maybe_unused]] enum frame_fill fill)
{
    return table;
}

static const struct ptab_owner owner = {.fmt = &ARCH_PTAB_HOST, .demote = demote, .alloc = alloc};

/* An entry of the table that a large leaf is split into maps what the leaf mapped there, with its rights. */
PROOF(a_part_of_a_leaf_maps_the_same)
{
    GIVEN(GIVEN_CPU);
    const unsigned level = any_leaf_level();
    GIVEN(level > 0);
    const struct mem_attr attr = any_attr();
    const uint64_t address = any_address(level), i = ANY(uint16_t) % PTAB_ENTRIES;
    struct ptab_update u = {.owner = &owner};
    (void)ptab_split(&u, address | arch_host_leaf(attr, level), level);
    const uint64_t part = table[i];
    const struct mem_attr said = arch_host_attr(part, level - 1);
    CLAIM((ptab_address(&ARCH_PTAB_HOST, part, level - 1).raw & low_bits(arch_phys_bits())) ==
              address + (i << ptab_shift(level - 1)),
          "address");
    CLAIM(said.mad == attr.mad && said.perm == attr.perm && said.owned == attr.owned, "attributes");
    CLAIM(part & ARCH_PTAB_HOST.present && ptab_is_leaf(&ARCH_PTAB_HOST, part, level - 1), "leaf");
}
