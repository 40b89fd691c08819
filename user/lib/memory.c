/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/memory.h"

#include <stdckdint.h>

#include "kernel/abi/perm.h"
#include "user/lib/spaces.h"

/* Views lie above the program image and below the smallest user address space (2^32 bytes). */
enum : uint64_t {
    VIEWS_START = 0x4000'0000,
    VIEWS_END = 0xf000'0000,
    VIEW_ALIGN = 0x20'0000, /* equal remainders let the kernel use large pages */
};

/* No platform promises less (HIP, MCO_HST): a call of this order happens as a whole or not at all.
 */
enum : int { ORDER_MAX = 9 };

/* The largest order that both page numbers are aligned to and `pages` can fill. */
static uint8_t order_of(uint64_t from, uint64_t to, uint64_t pages)
{
    const uint64_t bits = from | to;
    const int room = 63 - __builtin_clzll(pages);
    const int aligned = bits == 0 ? room : __builtin_ctzll(bits);
    const int order = aligned < room ? aligned : room;
    return (uint8_t)(order < ORDER_MAX ? order : ORDER_MAX);
}

/* Delegate `pages` pages in calls as large as can be. */
static status_t delegate(sel_t src, sel_t dst, struct hc_range r, uint64_t pages)
{
    while (pages > 0) {
        r.order = order_of(r.from, r.to, pages);
        const status_t status = hc_ctrl_pd(src, dst, r);
        if (status != SUCCESS)
            return status;
        r.from += UINT64_C(1) << r.order;
        r.to += UINT64_C(1) << r.order;
        pages -= UINT64_C(1) << r.order;
    }
    return SUCCESS;
}

static bool is_range(uint64_t start, uint64_t size)
{
    uint64_t end;
    return (start | size) % PAGE_SIZE == 0 && !ckd_add(&end, start, size);
}

status_t memory_map_in(sel_t space, uint64_t phys, uint64_t at, uint64_t size, uint8_t perm,
                       uint32_t mad)
{
    if (!is_range(phys, size) || !is_range(at, size))
        return BAD_PAR;
    return delegate(
        SEL_LIB_NOVA_HST, space,
        (struct hc_range){.from = phys / PAGE_SIZE, .to = at / PAGE_SIZE, .perm = perm, .mad = mad},
        size / PAGE_SIZE);
}

status_t memory_map(uint64_t phys, uint64_t hva, uint64_t size, uint8_t perm, uint32_t mad)
{
    return memory_map_in(SEL_LIB_ROOT_HST, phys, hva, size, perm, mad);
}

status_t memory_share(sel_t hst, uint64_t hva, uint64_t size, uint8_t perm)
{
    if (!is_range(hva, size))
        return BAD_PAR;
    return delegate(SEL_LIB_ROOT_HST, hst,
                    (struct hc_range){.from = hva / PAGE_SIZE, .to = hva / PAGE_SIZE, .perm = perm},
                    size / PAGE_SIZE);
}

struct memory_view memory_view(uint64_t phys, uint64_t size, uint8_t perm, uint32_t mad)
{
    static uint64_t next = VIEWS_START;
    const uint64_t first = phys - phys % PAGE_SIZE;
    uint64_t end;

    if (size == 0 || ckd_add(&end, phys, size) || ckd_add(&end, end, PAGE_SIZE - 1))
        return (struct memory_view){.status = BAD_PAR};
    const uint64_t bytes = end - end % PAGE_SIZE - first;

    /* The next address that has the same remainder as the frame. */
    const uint64_t base = next + (first - next) % VIEW_ALIGN;
    if (bytes > VIEWS_END - base)
        return (struct memory_view){.status = MEM_OBJ};

    const status_t status = memory_map(first, base, bytes, perm, mad);
    if (status != SUCCESS)
        return (struct memory_view){.status = status};
    next = base + bytes;
    return (struct memory_view){.status = SUCCESS, .base = (void *)(base + phys % PAGE_SIZE)};
}
