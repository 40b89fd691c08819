/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/alloc.h"

#include "kernel/abi/perm.h"
#include "kernel/abi/selector.h"
#include "kernel/abi/utcb.h"
#include "user/lib/memory.h"

enum : int { RELEASE_ORDER_MAX = 9 }; /* no platform promises less (HIP, MCO_OBJ) */

static sel_t next_sel = SEL_ALLOC_START;
static uint64_t next_utcb = UTCB_START;
static uint64_t next_page = PAGES_START, pages_end = PAGES_START;

status_t alloc_open(uint64_t phys, uint64_t size)
{
    if (size > PAGES_END - PAGES_START)
        return BAD_PAR;
    const status_t status =
        memory_map(phys, PAGES_START, size, PERM_MEM_R | PERM_MEM_W, MAD_MEMORY);
    if (status == SUCCESS)
        alloc_adopt(size);
    return status;
}

void alloc_adopt(uint64_t size)
{
    pages_end = PAGES_START + size;
}

sel_t sel_alloc(uint8_t order)
{
    const sel_t count = 1ull << order;
    const sel_t first = (next_sel + count - 1) & -count;
    if (first + count > SEL_ALLOC_END)
        return SEL_ALLOC_END;
    next_sel = first + count;
    return first;
}

uint64_t utcb_alloc(void)
{
    const uint64_t at = next_utcb;
    if (next_utcb < UTCB_END - UTCB_SIZE)
        next_utcb += UTCB_SIZE;
    return at;
}

void *pages_alloc(uint64_t count)
{
    if (count > (pages_end - next_page) / PAGE_SIZE)
        return nullptr;
    void *const at = (void *)next_page;
    next_page += count * PAGE_SIZE;
    return at;
}

struct alloc_mark alloc_mark(void)
{
    return (struct alloc_mark){.sel = next_sel, .page = next_page};
}

void alloc_release(struct alloc_mark mark)
{
    for (sel_t at = mark.sel; at < next_sel;) {
        const int aligned = __builtin_ctzll(at);
        const int room = 63 - __builtin_clzll(next_sel - at);
        int order = aligned < room ? aligned : room;
        if (order > RELEASE_ORDER_MAX)
            order = RELEASE_ORDER_MAX;
        (void)hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                         (struct hc_range){.from = at, .to = at, .order = (uint8_t)order});
        at += 1ull << order;
    }
    next_sel = mark.sel;
    next_page = mark.page;
}
