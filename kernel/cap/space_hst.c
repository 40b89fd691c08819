/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_hst.h"

#include "arch/contract/space.h"
#include "kernel/abi/hypercall.h"
#include "kernel/cap/nova.h"
#include "kernel/mm/ptab_update.h"
#include "kernel/mm/slab.h"

static struct slab_cache cache = SLAB_CACHE(struct space_hst);

static uint64_t demote(uint64_t pte, unsigned level)
{
    return arch_host_leaf(arch_host_attr(pte, level), level - 1);
}

static void flush(void *space)
{
    arch_space_hst_flush(space);
}

static const struct ptab_owner owner = {.fmt = &ARCH_PTAB_HOST, .demote = demote, .flush = flush};

struct space_hst *space_hst_create(struct pd *pd)
{
    struct space_hst *const space = slab_alloc(&cache);
    if (space == nullptr)
        return nullptr;
    *space = (struct space_hst){.obj.type = KOBJ_SPC_HST, .pd = pd};
    if (arch_space_hst_init(&space->arch) != SUCCESS) {
        slab_free(&cache, space);
        return nullptr;
    }
    return space;
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

/* Let the pages from `page` on hold `run`. */
static status_t run_store(struct ptab_update *u, uint64_t page, struct run run)
{
    const bool make = run.attr.perm != 0;
    const uint64_t from = run.base.raw >> PAGE_BITS;
    const unsigned max = make ? arch_host_max_leaf() : ARCH_PTAB_HOST.levels - 1u;
    for (uint64_t done = 0; done < run.count;) {
        const uint64_t alignment = make ? (page + done) | (from + done) : page + done;
        const unsigned level = fit_level(alignment, run.count - done, max);
        unsigned hole;
        uint64_t *const slot = ptab_slot(u, (page + done) << PAGE_BITS, level, make, &hole);
        if (slot != nullptr)
            ptab_replace(
                u, slot, level,
                make ? (run.base.raw + (done << PAGE_BITS)) | arch_host_leaf(run.attr, level) : 0);
        else if (make || hole == 0)
            return MEM_CAP;
        done += bit(PTAB_INDEX_BITS * level);
    }
    return SUCCESS;
}

/* What a page entry becomes when it is delegated with `pmm`; 0 if nothing is left of it. */
static uint64_t restrict_page(uint64_t pte, uint8_t pmm)
{
    if (!(pte & ARCH_PTAB_HOST.present))
        return 0;
    struct mem_attr attr = arch_host_attr(pte, 0);
    if (attr.owned)
        return 0;
    if ((attr.perm & pmm) == attr.perm)
        return pte;
    attr.perm &= pmm;
    if (attr.perm == 0)
        return 0;
    return ptab_address(&ARCH_PTAB_HOST, pte, 0).raw | arch_host_leaf(attr, 0);
}

/*
 * Small pages side by side: at most `limit` from page `ssb` on, as far as the tables on both sides go,
 * which are found once. Adds the number to *done. Only for where `src` has a table of pages.
 */
static status_t pages_copy(struct ptab_update *u, uint64_t *src, uint64_t ssb, uint64_t dsb,
                           uint64_t limit, uint8_t pmm, uint64_t *done)
{
    const uint64_t count = min_u64(
        min_u64(PTAB_ENTRIES - ssb % PTAB_ENTRIES, PTAB_ENTRIES - dsb % PTAB_ENTRIES), limit);
    unsigned hole;
    uint64_t *dst = ptab_slot(u, dsb << PAGE_BITS, 0, false, &hole);
    if (dst == nullptr && hole == 0)
        return MEM_CAP;
    for (uint64_t i = 0; i < count; i++, (*done)++) {
        const uint64_t pte = restrict_page(ptab_load(&src[i]), pmm);
        if (dst == nullptr) {
            if (pte == 0)
                continue;
            uint64_t *const slot = ptab_slot(u, (dsb + i) << PAGE_BITS, 0, true, &hole);
            if (slot == nullptr)
                return MEM_CAP;
            dst = slot - i;
        }
        ptab_replace(u, &dst[i], 0, pte);
    }
    return SUCCESS;
}

/* The entry for page `page` in a table of pages; nullptr if there is no such table. */
static uint64_t *page_entry(struct space_hst *space, uint64_t page)
{
    const struct ptab_format *const fmt = &ARCH_PTAB_HOST;
    uint64_t *table = space->arch.root;
    for (unsigned level = fmt->levels - 1u; level > 0; level--) {
        const uint64_t pte = ptab_load(&table[ptab_index(fmt, page << PAGE_BITS, level)]);
        if (!(pte & fmt->present) || ptab_is_leaf(fmt, pte, level))
            return nullptr;
        table = ptab_next(fmt, pte);
    }
    return &table[page % PTAB_ENTRIES];
}

/* Two locks of one kind: lower address first. */
static void lock_both(struct space_hst *a, struct space_hst *b) NO_THREAD_SAFETY_ANALYSIS
{
    spin_lock(a < b ? &a->lock : &b->lock);
    if (a != b)
        spin_lock(a < b ? &b->lock : &a->lock);
}

static void unlock_both(struct space_hst *a, struct space_hst *b) NO_THREAD_SAFETY_ANALYSIS
{
    spin_unlock(&a->lock);
    if (a != b)
        spin_unlock(&b->lock);
}

status_t space_hst_delegate(struct space_hst *src, struct space_hst *dst, uint64_t ssb,
                            uint64_t dsb, unsigned ord, uint8_t pmm, uint32_t mad)
{
    struct ptab_update u = {.owner = &owner, .space = &dst->arch, .root = dst->arch.root};
    status_t status = SUCCESS;
    const uint64_t total = bit(ord);
    lock_both(src, dst);
    for (uint64_t done = 0; done < total && status == SUCCESS;) {
        uint64_t *const entry = src->is_nova ? nullptr : page_entry(src, ssb + done);
        if (entry != nullptr) {
            status = pages_copy(&u, entry, ssb + done, dsb + done, total - done, pmm, &done);
            continue;
        }
        struct run run = run_at(src, ssb + done, total - done, mad);
        run.attr.perm &= pmm;
        status = run_store(&u, dsb + done, run);
        done += run.count;
    }
    ptab_finish(&u);
    unlock_both(src, dst);
    return status;
}

status_t space_hst_map_owned(struct space_hst *space, uaddr_t at, paddr_t page, uint8_t perm)
{
    struct ptab_update u = {.owner = &owner, .space = &space->arch, .root = space->arch.root};
    const struct run run = {
        .count = 1, .base = page, .attr = {.mad = MAD_MEMORY, .perm = perm, .owned = true}};
    SPIN_GUARD(&space->lock);
    const status_t status = run_store(&u, at.raw >> PAGE_BITS, run);
    ptab_finish(&u);
    return status == SUCCESS ? SUCCESS : MEM_OBJ;
}

void space_hst_unmap_owned(struct space_hst *space, uaddr_t at, paddr_t page)
{
    {
        SPIN_GUARD(&space->lock);
        const struct ptab_hit hit = ptab_lookup(&ARCH_PTAB_HOST, space->arch.root, at.raw);
        if (!hit.mapped || hit.level != 0 ||
            ptab_address(&ARCH_PTAB_HOST, hit.pte, 0).raw != page.raw)
            return;
        ptab_store(page_entry(space, at.raw >> PAGE_BITS), 0);
    }
    arch_space_hst_flush(&space->arch);
}
