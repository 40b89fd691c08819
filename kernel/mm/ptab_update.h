/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing page tables. Included by the files that own tables of a format (kmap.c, space_hst.c); like
 * ptab.h it is inlined per format.
 *
 * Tables that go out of use are retired: put on a list, at once and whatever hangs below them, and given
 * back piece by piece (ptab_reap) after the translations that the MMU may still hold have been flushed.
 */
#pragma once

#include "arch/inline.h"
#include "kernel/mm/ptab.h"

/* What one format and its owner need in an update. All of it is constant and inlined. */
struct ptab_owner {
    const struct ptab_format *fmt;
    uint64_t (*demote)(uint64_t pte, unsigned level);      /* leaf bits of `level` for level - 1 */
    uint64_t *(*alloc)(void *space, enum frame_fill fill); /* a table, or nullptr           */
    void (*free)(void *space, uint64_t *table);
    void (*flush)(void *space); /* on return the MMU acts on what the tables say now        */
};

/*
 * Tables out of use, linked through their first entries. A link is the table's address with the level of
 * its entries above the bits that would make an entry of it.
 */
struct ptab_list {
    uint64_t head; /* 0: none */
    uint64_t *tail;
};
enum : unsigned { PTAB_LINK_SHIFT = 3 };

/* Rough cost of what an update does, in units of 25 instructions or so. Entries count 1. */
enum : unsigned { PTAB_COST_WALK = 8, PTAB_COST_TABLE = 24, PTAB_COST_SPLIT = 128 };

struct ptab_update {
    const struct ptab_owner *owner;
    void *space; /* for the owner's functions */
    uint64_t *root;
    bool dirty;    /* something that the MMU may remember was changed */
    unsigned work; /* done so far */
    struct ptab_list retired;
};

/* Put `table`, which holds entries of `level`, on the list, and those that its link would cut off. */
static inline void ptab_retire(const struct ptab_format *fmt, struct ptab_list *list,
                               uint64_t *table, unsigned level)
{
    for (;;) {
        const uint64_t first = ptab_load(&table[0]);
        if (list->head == 0)
            list->tail = table;
        ptab_store(&table[0], list->head);
        list->head = virt_to_phys(table).raw | level << PTAB_LINK_SHIFT;
        if (!(first & fmt->present) || ptab_is_leaf(fmt, first, level))
            return;
        table = ptab_next(fmt, first);
        level--;
    }
}

/* Move what is in `from` into `to`. */
static inline void ptab_list_join(struct ptab_list *to, struct ptab_list *from)
{
    if (from->head == 0)
        return;
    if (to->head == 0)
        to->tail = from->tail;
    else
        ptab_store(&from->tail[0], to->head);
    to->head = from->head;
    from->head = 0;
}

/*
 * Give back tables of `list`, which the MMU has forgotten, until it is empty or about `work` is done.
 * A table that holds tables counts for what looking through it costs.
 */
static ALWAYS_INLINE void ptab_reap(const struct ptab_owner *owner, void *space,
                                    struct ptab_list *list, unsigned work)
{
    const struct ptab_format *const fmt = owner->fmt;
    for (unsigned done = 0; list->head != 0 && done < work; done += PTAB_COST_WALK) {
        const unsigned level = list->head >> PTAB_LINK_SHIFT & 7;
        uint64_t *const table = phys_to_virt(paddr(align_down(list->head, PAGE_SIZE)));
        list->head = table[0];
        for (unsigned i = 1; level > 0 && i < PTAB_ENTRIES; i++)
            if ((table[i] & fmt->present) && !ptab_is_leaf(fmt, table[i], level))
                ptab_retire(fmt, list, ptab_next(fmt, table[i]), level - 1);
        if (level > 0)
            done += PTAB_COST_SPLIT;
        owner->free(space, table);
    }
}

/* What was in an entry of `level` has gone from it. */
static ALWAYS_INLINE void ptab_gone(struct ptab_update *u, unsigned level, uint64_t old)
{
    const struct ptab_format *const fmt = u->owner->fmt;
    if (!(old & fmt->present))
        return;
    u->dirty = true;
    if (!ptab_is_leaf(fmt, old, level))
        ptab_retire(fmt, &u->retired, ptab_next(fmt, old), level - 1);
}

static ALWAYS_INLINE bool ptab_must_break(const struct ptab_format *fmt, uint64_t old, uint64_t pte)
{
    return (old & fmt->present) && (pte & fmt->present) && ((old ^ pte) & fmt->break_bits);
}

/*
 * Replace `count` entries of `level`, side by side, by value(what, 0), value(what, 1) and so on. Those that
 * must be broken are broken together: one flush for all.
 */
static ALWAYS_INLINE void ptab_replace(struct ptab_update *u, uint64_t *slot, unsigned level,
                                       uint64_t count,
                                       uint64_t (*value)(const void *what, uint64_t i),
                                       const void *what)
{
    const struct ptab_format *const fmt = u->owner->fmt;
    bool broken = false;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t pte = value(what, i), old = ptab_load(&slot[i]);
        if (old == pte)
            continue;
        const bool must_break = ptab_must_break(fmt, old, pte);
        ptab_store(&slot[i], must_break ? 0 : pte);
        broken |= must_break;
        ptab_gone(u, level, old);
    }
    u->work += (unsigned)count;
    if (!broken)
        return;
    u->owner->flush(u->space);
    u->dirty = false;
    for (uint64_t i = 0; i < count; i++)
        ptab_store(&slot[i], value(what, i));
    u->work += (unsigned)count;
}

static ALWAYS_INLINE uint64_t ptab_same(const void *what, [[maybe_unused]] uint64_t i)
{
    return *(const uint64_t *)what;
}

/* A table that maps what the leaf `pte` of `level` maps; nullptr if memory has run out. */
static ALWAYS_INLINE uint64_t *ptab_split(struct ptab_update *u, uint64_t pte, unsigned level)
{
    const struct ptab_format *const fmt = u->owner->fmt;
    uint64_t *const table = u->owner->alloc(u->space, FRAME_RAW);
    if (table == nullptr)
        return nullptr;
    const uint64_t bits = u->owner->demote(pte, level);
    const uint64_t base = ptab_address(fmt, pte, level).raw;
    for (uint64_t i = 0; i < PTAB_ENTRIES; i++)
        table[i] = bits | (base + (i << ptab_shift(level - 1)));
    u->work += PTAB_COST_SPLIT;
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
    u->work += PTAB_COST_WALK;
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
        table = pte & fmt->present ? ptab_split(u, pte, at) : u->owner->alloc(u->space, FRAME_ZERO);
        if (table == nullptr)
            return nullptr;
        u->work += PTAB_COST_TABLE;
        const uint64_t next = virt_to_phys(table).raw | fmt->table;
        ptab_replace(u, slot, at, 1, ptab_same, &next);
    }
    return &table[ptab_index(fmt, in, level)];
}
