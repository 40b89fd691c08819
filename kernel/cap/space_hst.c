/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_hst.h"

#include "arch/contract/space.h"
#include "arch/inline.h"
#include "kernel/abi/hypercall.h"
#include "kernel/cap/nova.h"
#include "kernel/obj/pd.h"

/*
 * A slice ends when this much work has been done (PTAB_COST_*); the last step may add a table full of
 * entries. That is some 20,000 instructions, and a few thousand more where large pages are split.
 */
enum : unsigned { SLICE = 256 };

/*
 * Where an entry must be broken before it is replaced, nobody may make an entry before what was there is
 * flushed, so the flush comes before the lock is released; it waits for no CPU there. Elsewhere it
 * follows, as it may wait for a CPU that wants the lock.
 */
static constexpr bool FLUSH_LOCKED = ARCH_PTAB_HOST.break_bits != 0;

static constexpr unsigned ROOT_LEVEL = ARCH_PTAB_HOST.levels - 1u;

static struct slab_cache cache = SLAB_CACHE(struct space_hst);

static uint64_t demote(uint64_t pte, unsigned level)
{
    return arch_host_leaf(arch_host_attr(pte, level), level - 1);
}

static uint64_t *table_alloc(void *space, enum frame_fill fill)
{
    return pd_frame_alloc(((struct space_hst *)space)->pd, 0, fill);
}

static void table_free(void *space, uint64_t *table)
{
    pd_frame_free(((struct space_hst *)space)->pd, table, 0);
}

static void flush(void *space)
{
    arch_space_hst_flush(&((struct space_hst *)space)->arch);
}

static const struct ptab_owner owner = {
    .fmt = &ARCH_PTAB_HOST,
    .demote = demote,
    .alloc = table_alloc,
    .free = table_free,
    .flush = flush,
};

struct space_hst *space_hst_create(struct pd *pd, enum kobj_type type)
{
    struct space_hst *const space = pd_object_alloc(pd, &cache);
    if (space == nullptr)
        return nullptr;
    *space = (struct space_hst){.obj = {.type = type, .refs = 1}, .pd = pd};
    if (arch_space_hst_init(&space->arch) != SUCCESS) {
        pd_object_free(pd, &cache, space);
        return nullptr;
    }
    return space;
}

static ALWAYS_INLINE struct ptab_update update_begin(struct space_hst *space)
{
    return (struct ptab_update){.owner = &owner, .space = space, .root = space->arch.root};
}

/* End of an update, the lock still held. Answers what update_flush wants to know. */
static ALWAYS_INLINE uint32_t update_end(struct space_hst *space, struct ptab_update *u)
    REQUIRES(&space->lock)
{
    if (!u->dirty)
        arch_ptab_sync();
    else if (FLUSH_LOCKED)
        flush(space);
    else
        space->changed++;
    return space->changed;
}

/* A CPU that flushes later than another may have looked earlier. */
static NOINLINE void flush_to(struct space_hst *space, uint32_t changed)
{
    flush(space);
    uint32_t old = atomic_load_explicit(&space->flushed, memory_order_relaxed);
    while ((int32_t)(changed - old) > 0 &&
           !atomic_compare_exchange_weak_explicit(&space->flushed, &old, changed,
                                                  memory_order_release, memory_order_relaxed))
        continue;
}

/*
 * What may still be remembered from before an update goes, also if it was another CPU that changed it:
 * that one may not have come to its flush yet. Acquire: pairs with the release in flush_to.
 */
static ALWAYS_INLINE void update_flush(struct space_hst *space, uint32_t changed)
{
    if (!FLUSH_LOCKED &&
        (int32_t)(changed - atomic_load_explicit(&space->flushed, memory_order_acquire)) > 0)
        flush_to(space, changed);
}

/* Give back some of the tables on `list`, flushed. */
static NOINLINE void give_back(struct space_hst *space, struct ptab_list *list)
{
    ptab_reap(&owner, space, list, SLICE);
}

/* Likewise; true if that was all there is to give back. The others are left for the next slice. */
COLD static bool clean_up(struct space_hst *space, struct ptab_list *list)
{
    give_back(space, list);
    if (list->head == 0)
        return true;
    SPIN_GUARD(&space->lock);
    ptab_list_join(&space->retired, list);
    return false;
}

/* Without the lock: nobody else is there. */
COLD bool space_hst_destroy(struct space_hst *space) NO_THREAD_SAFETY_ANALYSIS
{
    if (!space->is_emptied) {
        const uint64_t count = bit(arch_hva_bits() - ptab_shift(ROOT_LEVEL));
        for (uint64_t i = 0; i < count; i++) {
            const uint64_t pte = ptab_load(&space->arch.root[i]);
            ptab_store(&space->arch.root[i], 0);
            if ((pte & ARCH_PTAB_HOST.present) && !ptab_is_leaf(&ARCH_PTAB_HOST, pte, ROOT_LEVEL))
                ptab_retire(&ARCH_PTAB_HOST, &space->retired, ptab_next(&ARCH_PTAB_HOST, pte),
                            ROOT_LEVEL - 1);
        }
        flush(space);
        space->is_emptied = true;
        return false;
    }
    if (space->retired.head != 0) {
        give_back(space, &space->retired);
        return false;
    }
    struct pd *const pd = space->pd;
    struct kobject *const ports = atomic_load_explicit(&space->ports, memory_order_acquire);
    if (ports != nullptr)
        kobject_put(ports);
    arch_space_hst_fini(&space->arch);
    pd_object_free(pd, &cache, space);
    return true;
}

/* A run of pages that are alike: `count` of them, from `base` on if `attr` allows anything. */
struct run {
    uint64_t count;
    paddr_t base;
    struct mem_attr attr;
};

/* What `src` has at page `page`: at most `limit` pages, at least 1. Kernel-owned pages read as none. */
static struct run run_at(struct space_hst *src, uint64_t page, uint64_t limit, uint32_t mad)
{
    if (src->is_nova) {
        bool delegable;
        const uint64_t count = nova_extent(page, limit, &delegable);
        return (struct run){
            .count = count,
            .base = paddr(page << PAGE_BITS),
            .attr = {.mad = mad, .perm = delegable ? PERM_MEM_ALL : 0},
        };
    }
    const uint64_t in = page << PAGE_BITS;
    const struct ptab_hit hit = ptab_lookup(&ARCH_PTAB_HOST, src->arch.root, in);
    const uint64_t span = bit(PTAB_INDEX_BITS * hit.level);
    const uint64_t offset = page & (span - 1);
    struct run run = {.count = min_u64(span - offset, limit)};
    if (hit.mapped) {
        run.attr = arch_host_attr(hit.pte, hit.level);
        if (run.attr.owned)
            run.attr.perm = 0;
        run.base =
            paddr(ptab_address(&ARCH_PTAB_HOST, hit.pte, hit.level).raw + (offset << PAGE_BITS));
    }
    return run;
}

/* ptab_slot, once. */
static NOINLINE uint64_t *slot_at(struct ptab_update *u, uint64_t page, unsigned level, bool make,
                                  unsigned *hole)
{
    return ptab_slot(u, page << PAGE_BITS, level, make, hole);
}

/* The entry for page `page` in a table of pages; nullptr if there is no such table. */
static uint64_t *page_entry(struct space_hst *space, uint64_t page)
{
    const struct ptab_format *const fmt = &ARCH_PTAB_HOST;
    uint64_t *table = space->arch.root;
    for (unsigned level = ROOT_LEVEL; level > 0; level--) {
        const uint64_t pte = ptab_load(&table[ptab_index(fmt, page << PAGE_BITS, level)]);
        if (!(pte & fmt->present) || ptab_is_leaf(fmt, pte, level))
            return nullptr;
        table = ptab_next(fmt, pte);
    }
    return &table[page % PTAB_ENTRIES];
}

/* The largest entry that may cover the next pages of a run of `count` pages. */
static unsigned fit_level(uint64_t alignment, uint64_t count, unsigned max)
{
    for (unsigned level = max; level > 0; level--) {
        const uint64_t span = bit(PTAB_INDEX_BITS * level);
        if (is_aligned(alignment, span) && count >= span)
            return level;
    }
    return 0;
}

/* Entries side by side that map what follows each other. */
struct stride {
    uint64_t first, step;
};

static uint64_t stride_value(const void *what, uint64_t i)
{
    const struct stride *const stride = what;
    return stride->first + i * stride->step;
}

/*
 * Let the pages from `page` on hold the beginning of `run`, as far as one table goes. Adds the number of
 * pages to *done.
 */
static NOINLINE status_t run_store(struct ptab_update *u, uint64_t page, const struct run *run,
                                   uint64_t *done)
{
    const bool make = run->attr.perm != 0;
    const unsigned max = make ? arch_host_max_leaf() : ROOT_LEVEL;
    const uint64_t alignment = make ? page | run->base.raw >> PAGE_BITS : page;
    const unsigned level = fit_level(alignment, run->count, max);
    const unsigned index_bits = PTAB_INDEX_BITS * level;
    unsigned hole = 0;
    uint64_t *slot = level == 0 ? page_entry(u->space, page) : nullptr;
    if (slot == nullptr)
        slot = slot_at(u, page, level, make, &hole);
    if (UNLIKELY(slot == nullptr)) {
        if (make || hole == 0)
            return MEM_CAP;
        const uint64_t span = bit(PTAB_INDEX_BITS * hole);
        *done += min_u64(span - (page & (span - 1)), run->count);
        return SUCCESS;
    }
    const uint64_t table_size = level == ROOT_LEVEL ? bit(ARCH_PTAB_HOST.root_bits) : PTAB_ENTRIES;
    const uint64_t count =
        min_u64(run->count >> index_bits, table_size - (page >> index_bits & (table_size - 1)));
    const struct stride stride = {
        .first = make ? run->base.raw | arch_host_leaf(run->attr, level) : 0,
        .step = make ? PAGE_SIZE << index_bits : 0,
    };
    ptab_replace(u, slot, level, count, stride_value, &stride);
    *done += count << index_bits;
    return SUCCESS;
}

/* Entries side by side that hold what others hold, with fewer permissions. */
struct copy {
    uint64_t *from;
    uint8_t pmm;
};

/* What is left of the permissions of page entry `i`; nothing of a page that the kernel owns. */
static uint8_t copy_perm(const struct copy *copy, uint64_t i)
{
    const uint64_t pte = ptab_load(&copy->from[i]);
    const struct mem_attr attr = arch_host_attr(pte, 0);
    return !(pte & ARCH_PTAB_HOST.present) || attr.owned ? 0 : attr.perm & copy->pmm;
}

static ALWAYS_INLINE uint64_t copy_value(const void *what, uint64_t i)
{
    const struct copy *const copy = what;
    const uint64_t pte = ptab_load(&copy->from[i]);
    const uint8_t perm = copy_perm(copy, i);
    if (perm == 0)
        return 0;
    struct mem_attr attr = arch_host_attr(pte, 0);
    if (attr.perm == perm)
        return pte;
    attr.perm = perm;
    return ptab_address(&ARCH_PTAB_HOST, pte, 0).raw | arch_host_leaf(attr, 0);
}

/*
 * Where `count` pages from `page` on are to be copied to, in a space that has no table of pages there.
 * nullptr: nowhere, as there is nothing to be copied (SUCCESS), or memory has run out (MEM_CAP).
 */
static NOINLINE uint64_t *copy_slot(struct ptab_update *u, uint64_t page, uint64_t count,
                                    const struct copy *copy, status_t *status)
{
    unsigned hole;
    *status = SUCCESS;
    uint64_t *slot = slot_at(u, page, 0, false, &hole);
    if (slot == nullptr && hole != 0) {
        uint64_t empty = 0;
        while (empty < count && copy_perm(copy, empty) == 0)
            empty++;
        u->work += (unsigned)empty;
        if (empty == count)
            return nullptr;
        slot = slot_at(u, page, 0, true, &hole);
    }
    if (slot == nullptr)
        *status = MEM_CAP;
    return slot;
}

/*
 * Small pages side by side: at most `limit` from page `ssb` on, whose entries are at `from`, as far as
 * the tables on both sides go, which are found once. Adds the number to *done.
 */
static ALWAYS_INLINE status_t pages_copy(struct ptab_update *u, uint64_t *from, uint64_t ssb,
                                         uint64_t dsb, uint64_t limit, uint8_t pmm, uint64_t *done)
{
    const uint64_t count = min_u64(
        min_u64(PTAB_ENTRIES - ssb % PTAB_ENTRIES, PTAB_ENTRIES - dsb % PTAB_ENTRIES), limit);
    const struct copy copy = {.from = from, .pmm = pmm};
    uint64_t *slot = page_entry(u->space, dsb);
    u->work += PTAB_COST_WALK;
    if (UNLIKELY(slot == nullptr)) {
        status_t status;
        slot = copy_slot(u, dsb, count, &copy, &status);
        if (status != SUCCESS)
            return status;
    }
    if (slot != nullptr)
        ptab_replace(u, slot, 0, count, copy_value, &copy);
    *done += count;
    return SUCCESS;
}

/* One step: as far as one table goes on either side. */
static ALWAYS_INLINE status_t step(struct hst_delegation *d, struct ptab_update *u)
{
    const uint64_t left = d->size - d->done;
    const uint64_t ssb = d->ssb + d->done, dsb = d->dsb + d->done;
    if ((d->pmm & PERM_MEM_ALL) == 0) { /* what the source has does not matter */
        const struct run none = {.count = left};
        return run_store(u, dsb, &none, &d->done);
    }
    uint64_t *const entry = d->src->is_nova ? nullptr : page_entry(d->src, ssb);
    if (entry != nullptr)
        return pages_copy(u, entry, ssb, dsb, left, d->pmm, &d->done);
    struct run run = run_at(d->src, ssb, left, d->mad);
    run.attr.perm &= d->pmm;
    return run_store(u, dsb, &run, &d->done);
}

/*
 * Two locks of one kind: lower address first. The NOVA host space has no tables: its lock would only
 * make CPUs wait for each other.
 */
static ALWAYS_INLINE void lock_both(struct space_hst *src, struct space_hst *dst)
    ACQUIRE(&dst->lock) NO_THREAD_SAFETY_ANALYSIS
{
    const bool both = src != dst && !src->is_nova;
    if (both && src < dst)
        spin_lock(&src->lock);
    spin_lock(&dst->lock);
    if (both && src > dst)
        spin_lock(&src->lock);
}

static ALWAYS_INLINE void unlock_both(struct space_hst *src, struct space_hst *dst)
    RELEASE(&dst->lock) NO_THREAD_SAFETY_ANALYSIS
{
    if (src != dst && !src->is_nova)
        spin_unlock(&src->lock);
    spin_unlock(&dst->lock);
}

status_t space_hst_delegate(struct hst_delegation *d)
{
    struct space_hst *const dst = d->dst;
    struct ptab_update u = update_begin(dst);
    status_t status = SUCCESS;
    lock_both(d->src, dst);
    while (d->done < d->size && u.work < SLICE && status == SUCCESS)
        status = step(d, &u);
    const uint32_t changed = update_end(dst, &u);
    ptab_list_join(&u.retired, &dst->retired);
    unlock_both(d->src, dst);
    update_flush(dst, changed);
    const bool is_clean = LIKELY(u.retired.head == 0) || clean_up(dst, &u.retired);
    d->is_finished = is_clean && d->done == d->size;
    return status;
}

status_t space_hst_map_owned(struct space_hst *space, uaddr_t at, paddr_t page, uint8_t perm)
{
    const struct run run = {
        .count = 1, .base = page, .attr = {.mad = MAD_MEMORY, .perm = perm, .owned = true}};
    struct ptab_update u = update_begin(space);
    uint64_t done = 0;
    spin_lock(&space->lock);
    const status_t status = run_store(&u, at.raw >> PAGE_BITS, &run, &done);
    const uint32_t changed = update_end(space, &u);
    spin_unlock(&space->lock);
    update_flush(space, changed);
    return status == SUCCESS ? SUCCESS : MEM_OBJ;
}

void space_hst_unmap_owned(struct space_hst *space, uaddr_t at, paddr_t page)
{
    static constexpr uint64_t none = 0;
    struct ptab_update u = update_begin(space);
    spin_lock(&space->lock);
    uint64_t *const slot = page_entry(space, at.raw >> PAGE_BITS);
    if (slot != nullptr && arch_host_attr(*slot, 0).owned &&
        ptab_address(&ARCH_PTAB_HOST, *slot, 0).raw == page.raw)
        ptab_replace(&u, slot, 0, 1, ptab_same, &none);
    const uint32_t changed = update_end(space, &u);
    spin_unlock(&space->lock);
    update_flush(space, changed);
}
