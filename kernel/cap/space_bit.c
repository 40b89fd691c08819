/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/space_bit.h"

#include "arch/contract/ec.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/obj/pd.h"

static_assert(ARCH_HAS_PIO == ARCH_HAS_MSR, "who asks for one asks for both");

/*
 * A bitmap covers some permissions of some selectors: bit (sel - first) at `offset` words denies
 * `perm`. The tables follow the hardware: I/O permission bitmap (SDM vol. 1, "I/O Permission Bit
 * Map"), MSR bitmaps (SDM vol. 3, "MSR-Bitmap Address").
 */
struct bitmap {
    uint64_t first, end; /* selectors */
    uint8_t perm;
    uint16_t offset; /* 64-bit words into `deny` */
};

static const struct bitmap pio_bitmaps[] = {
    {.first = 0, .end = PIO_COUNT, .perm = PERM_PIO_A, .offset = 0},
};

static const struct bitmap msr_bitmaps[] = {
    {.first = 0, .end = MSR_LOW_END, .perm = PERM_MSR_R, .offset = 0},
    {.first = MSR_HIGH, .end = MSR_HIGH_END, .perm = PERM_MSR_R, .offset = 128},
    {.first = 0, .end = MSR_LOW_END, .perm = PERM_MSR_W, .offset = 256},
    {.first = MSR_HIGH, .end = MSR_HIGH_END, .perm = PERM_MSR_W, .offset = 384},
};

static struct slab_cache cache = SLAB_CACHE(struct space_bit);

/* The bitmaps of a space, [*first, answer). */
static const struct bitmap *bitmaps(const struct space_bit *space, const struct bitmap **first)
{
    const bool ports = space->obj.type == KOBJ_SPC_PIO;
    *first = ports ? pio_bitmaps : msr_bitmaps;
    return *first + (ports ? ARRAY_SIZE(pio_bitmaps) : ARRAY_SIZE(msr_bitmaps));
}

static unsigned frame_order(enum kobj_type type)
{
    return type == KOBJ_SPC_PIO ? 1 : 0;
}

struct space_bit *space_bit_create(struct pd *pd, enum kobj_type type)
{
    struct space_bit *const space = pd_object_alloc(pd, &cache);
    if (space == nullptr)
        return nullptr;
    _Atomic uint64_t *const deny = pd_frame_alloc(pd, frame_order(type), FRAME_RAW);
    if (deny == nullptr) {
        pd_object_free(pd, &cache, space);
        return nullptr;
    }
    __builtin_memset((void *)deny, 0xff, PAGE_SIZE << frame_order(type));
    *space = (struct space_bit){.obj = {.type = type, .refs = 1}, .pd = pd, .deny = deny};
    return space;
}

bool space_bit_destroy(struct space_bit *space)
{
    struct pd *const pd = space->pd;
    pd_frame_free(pd, (void *)space->deny, frame_order(space->obj.type));
    pd_object_free(pd, &cache, space);
    return true;
}

uint8_t space_bit_load(const struct space_bit *space, uint64_t sel)
{
    const struct bitmap *map;
    uint8_t perm = 0;
    for (const struct bitmap *end = bitmaps(space, &map); map < end; map++) {
        if (sel < map->first || sel >= map->end)
            continue;
        const uint64_t at = sel - map->first;
        const uint64_t word =
            atomic_load_explicit(&space->deny[map->offset + at / 64], memory_order_relaxed);
        if (!(word & bit(at % 64)))
            perm |= map->perm;
    }
    return perm;
}

/* deny := (deny and not mask) or (value and mask). Other bits of the word may change meanwhile. */
static void word_update(_Atomic uint64_t *word, uint64_t value, uint64_t mask)
{
    uint64_t old = atomic_load_explicit(word, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(word, &old, (old & ~mask) | (value & mask),
                                                  memory_order_relaxed, memory_order_relaxed))
        continue;
}

void space_bit_store(struct space_bit *space, uint64_t sel, uint8_t perm)
{
    const struct bitmap *map;
    for (const struct bitmap *end = bitmaps(space, &map); map < end; map++)
        if (sel >= map->first && sel < map->end) {
            const uint64_t at = sel - map->first;
            word_update(&space->deny[map->offset + at / 64], perm & map->perm ? 0 : ~UINT64_C(0),
                        bit(at % 64));
        }
}

void space_bit_delegate(struct space_bit *src, struct space_bit *dst, uint64_t base, uint64_t size,
                        uint8_t pmm)
{
    const uint64_t end = base + size;
    const struct bitmap *map;
    for (const struct bitmap *last = bitmaps(dst, &map); map < last; map++) {
        const uint64_t from = max_u64(base, map->first);
        const uint64_t to = min_u64(end, map->end);
        const uint64_t take_away = pmm & map->perm ? 0 : ~UINT64_C(0);
        for (uint64_t sel = from; sel < to;) {
            const uint64_t at = sel - map->first;
            const uint64_t count = min_u64(64 - at % 64, to - sel);
            const uint64_t mask = (count == 64 ? ~UINT64_C(0) : low_bits((unsigned)count))
                                  << at % 64;
            _Atomic uint64_t *const old = &src->deny[map->offset + at / 64];
            _Atomic uint64_t *const new = &dst->deny[map->offset + at / 64];
            if (new == old) /* what others take away meanwhile is not put back */
                atomic_fetch_or_explicit(new, take_away & mask, memory_order_relaxed);
            else
                word_update(new, atomic_load_explicit(old, memory_order_relaxed) | take_away, mask);
            sel += count;
        }
    }
    atomic_fetch_add_explicit(&dst->generation, 1, memory_order_release);
    if (dst->obj.type == KOBJ_SPC_PIO)
        arch_ports_flush(dst);
}
