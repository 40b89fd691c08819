/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks and changes of one CPU's host format. Tables have 4 entries here, and all tables there are stand in
 * `tables`, the root first (BUILD.bazel has what is smaller than in the kernel).
 */
#include "arch/inline.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/mm/phys.h"

enum : unsigned { TABLES = 6, ENTRIES = 8 };

static uint64_t tables[TABLES][ENTRIES];
static unsigned count = 1;

static void *walk_virt(paddr_t p)
{
    const uint64_t i = (p.raw >> PAGE_BITS) - 1;
    CLAIM(i < count, "a table");
    return tables[i];
}

static paddr_t walk_phys(const void *v)
{
    return paddr((__CPROVER_POINTER_OFFSET(v) / sizeof tables[0] + 1) << PAGE_BITS);
}

#define phys_to_virt walk_virt
#define virt_to_phys walk_phys
#include "kernel/mm/ptab_update.h"

static const struct ptab_format *const fmt = &ARCH_PTAB_HOST;

static uint64_t demote(uint64_t pte, unsigned level)
{
    return arch_host_leaf(arch_host_attr(pte, level),
                          level - 1); /* as kernel/cap/space_hst.c has it */
}

static uint64_t *alloc([[maybe_unused]] void *space, [[maybe_unused]] enum frame_fill fill)
{
    CLAIM(count < TABLES, "no more tables than levels");
    return tables[count++];
}

static bool flushed;

static void flush([[maybe_unused]] void *space)
{
    flushed = true;
}

static const struct ptab_owner owner = {
    .fmt = &ARCH_PTAB_HOST, .demote = demote, .alloc = alloc, .flush = flush};

static uint64_t any_input(void)
{
    const uint64_t in = ANY(uint64_t);
    GIVEN(in >> (PAGE_BITS + PTAB_INDEX_BITS * (fmt->levels - 1u) + fmt->root_bits) == 0);
    return in;
}

static const struct mem_attr attr = {.perm = PERM_MEM_R};

/* Map what `in` is in, at `level`, to 0. */
static void map(uint64_t in, unsigned level)
{
    struct ptab_update u = {.owner = &owner, .root = tables[0]};
    unsigned hole;
    uint64_t *const slot = ptab_slot(&u, in, level, true, &hole);
    CLAIM(slot != nullptr, "there is memory");
    const uint64_t pte = arch_host_leaf(attr, level);
    ptab_replace(&u, slot, level, 1, ptab_same, &pte);
}

/* What was mapped is found at its level, and nothing else is there. */
PROOF(what_is_mapped_is_found)
{
    GIVEN(GIVEN_CPU);
    const uint64_t in = any_input(), at = any_input();
    for (unsigned level = 0; level <= 2; level++)
        if (ANY(bool)) {
            map(in, level);
            const struct ptab_hit hit = ptab_lookup(fmt, tables[0], at);
            const bool same = in >> ptab_shift(level) == at >> ptab_shift(level);
            CLAIM(hit.mapped == same, "mapped");
            CLAIM(!same || (hit.level == level && hit.pte == arch_host_leaf(attr, level)), "leaf");
            return;
        }
}

/* A page is put into a large leaf: all others of that go on being mapped, to where they were. */
PROOF(a_split_keeps_what_is_around)
{
    GIVEN(GIVEN_CPU);
    const uint64_t in = any_input(), at = any_input();
    map(in, 1);
    struct ptab_update u = {.owner = &owner, .root = tables[0]};
    unsigned hole;
    uint64_t *const slot = ptab_slot(&u, in, 0, false, &hole);
    CLAIM(slot != nullptr, "there is memory");
    CLAIM(u.dirty || flushed, "the MMU is told");
    ptab_store(slot, 0);
    const struct ptab_hit hit = ptab_lookup(fmt, tables[0], at);
    const bool around = in >> ptab_shift(1) == at >> ptab_shift(1);
    CLAIM(hit.mapped == (around && in >> PAGE_BITS != at >> PAGE_BITS), "mapped");
    if (hit.mapped) {
        CLAIM(hit.level == 0, "small");
        CLAIM(ptab_address(fmt, hit.pte, 0).raw == (at & low_bits(ptab_shift(1)) & ~PAGE_MASK),
              "address");
        CLAIM(arch_host_attr(hit.pte, 0).perm == attr.perm, "permissions");
    }
}
