/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing page tables. Included by the files that own tables of a format (kmap.c, space_hst.c); like
 * ptab.h it is inlined per format.
 *
 * Tables that go out of use are gathered and given back only after the translations that the MMU may
 * still hold have been flushed.
 */
#pragma once

#include "arch/inline.h"
#include "kernel/mm/ptab.h"

enum : unsigned { PTAB_GATHER_MAX = 16 };

/* What one format and its owner need in an update. All of it is constant and inlined. */
struct ptab_owner {
    const struct ptab_format *fmt;
    uint64_t (*demote)(uint64_t pte, unsigned level); /* leaf bits of `level` for level - 1 */
    void (*flush)(void *space); /* on return the MMU acts on what the tables say now        */
};

struct ptab_update {
    const struct ptab_owner *owner;
    void *space; /* for owner->flush */
    uint64_t *root;
    bool dirty; /* something that the MMU may remember was changed */
    unsigned gathered;
    struct {
        uint64_t *table;
        unsigned level;
    } gather[PTAB_GATHER_MAX];
};

/* Give back `table`, which holds entries of `level`, and all tables below it. */
static inline void ptab_free_tables(const struct ptab_format *fmt, uint64_t *table, unsigned level)
{
    struct {
        uint64_t *table;
        unsigned next;
    } path[8];
    unsigned at = level; /* the level that is scanned */
    path[at].table = table;
    path[at].next = 0;
    for (;;) {
        uint64_t *down = nullptr;
        if (at > 0)
            while (path[at].next < PTAB_ENTRIES && down == nullptr) {
                const uint64_t pte = path[at].table[path[at].next++];
                if ((pte & fmt->present) && !ptab_is_leaf(fmt, pte, at))
                    down = ptab_next(fmt, pte);
            }
        if (down != nullptr) {
            at--;
            path[at].table = down;
            path[at].next = 0;
            continue;
        }
        frame_free(path[at].table, 0);
        if (at == level)
            return;
        at++;
    }
}

/*
 * Flush if anything was changed, then give back what was gathered. Ends each update: on return the MMU
 * finds what was added.
 */
static ALWAYS_INLINE void ptab_finish(struct ptab_update *u)
{
    if (u->dirty)
        u->owner->flush(u->space);
    else
        arch_ptab_sync();
    u->dirty = false;
    while (u->gathered > 0) {
        u->gathered--;
        ptab_free_tables(u->owner->fmt, u->gather[u->gathered].table, u->gather[u->gathered].level);
    }
}

/* Replace one entry of `level`. */
static ALWAYS_INLINE void ptab_replace(struct ptab_update *u, uint64_t *slot, unsigned level,
                                       uint64_t pte)
{
    const struct ptab_format *const fmt = u->owner->fmt;
    const uint64_t old = ptab_load(slot);
    if (old == pte)
        return;
    const bool was_present = old & fmt->present;
    if (was_present && (pte & fmt->present) && ((old ^ pte) & fmt->break_bits)) {
        ptab_store(slot, 0);
        u->owner->flush(u->space);
    }
    ptab_store(slot, pte);
    u->dirty |= was_present;
    if (was_present && !ptab_is_leaf(fmt, old, level)) {
        if (u->gathered == PTAB_GATHER_MAX)
            ptab_finish(u);
        u->gather[u->gathered].table = ptab_next(fmt, old);
        u->gather[u->gathered].level = level - 1;
        u->gathered++;
    }
}

/* A table that maps what the leaf `pte` of `level` maps; nullptr if memory has run out. */
static ALWAYS_INLINE uint64_t *ptab_split(const struct ptab_owner *owner, uint64_t pte,
                                          unsigned level)
{
    const struct ptab_format *const fmt = owner->fmt;
    uint64_t *const table = frame_alloc(0, FRAME_RAW);
    if (table == nullptr)
        return nullptr;
    const uint64_t bits = owner->demote(pte, level);
    const uint64_t base = ptab_address(fmt, pte, level).raw;
    for (uint64_t i = 0; i < PTAB_ENTRIES; i++)
        table[i] = bits | (base + (i << ptab_shift(level - 1)));
    return table;
}

/*
 * The entry of `level` for `in`. With `make`, missing tables are made and leaves above are split.
 * Without, only leaves are split; *hole is the level of the hole when the answer is nullptr because
 * nothing is mapped. With `make`, or when splitting, nullptr means that memory has run out: then
 * *hole is 0.
 */
static ALWAYS_INLINE uint64_t *ptab_slot(struct ptab_update *u, uint64_t in, unsigned level,
                                         bool make, unsigned *hole)
{
    const struct ptab_format *const fmt = u->owner->fmt;
    uint64_t *table = u->root;
    *hole = 0;
    for (unsigned at = fmt->levels - 1u; at > level; at--) {
        uint64_t *const slot = &table[ptab_index(fmt, in, at)];
        const uint64_t pte = ptab_load(slot);
        if ((pte & fmt->present) && !ptab_is_leaf(fmt, pte, at)) {
            table = ptab_next(fmt, pte);
            continue;
        }
        if (!(pte & fmt->present) && !make) {
            *hole = at;
            return nullptr;
        }
        table = pte & fmt->present ? ptab_split(u->owner, pte, at) : frame_alloc(0, FRAME_ZERO);
        if (table == nullptr)
            return nullptr;
        ptab_replace(u, slot, at, virt_to_phys(table).raw | fmt->table);
    }
    return &table[ptab_index(fmt, in, level)];
}
