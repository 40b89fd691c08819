/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel memory, measured by using it up: pages of slots in the object spaces of child PDs. */
#include "tests/guest/guest.h"

/* Bytes that a page table maps: UTCBs never get an address for the second time, so tables are for ever. */
enum : uint64_t { TABLE_SIZE = 0x20'0000 };

enum : uint64_t { SPACES_MAX = 64, SLOTS_PER_PAGE = 512, TRIES = 50 };

/* One more page for the slots of object space `obj`. What is on its way out is waited for. */
static bool take_page(sel_t obj, sel_t slot)
{
    for (int attempt = 0; attempt < 5; attempt++) {
        if (hc_ctrl_pd(SEL_ROOT_OBJ, obj,
                       (struct hc_range){.from = SEL_ROOT_EC, .to = slot, .perm = PERM_EC_CTRL}) ==
            SUCCESS)
            return true;
        nap(500);
    }
    return false;
}

static uint64_t measure(void)
{
    const struct alloc_mark mark = alloc_mark();
    const struct thread t = new_local(cpu_here(), nullptr); /* whose UTCB has the next address */
    uint64_t pages = ((uint64_t)t.utcb - UTCB_START) / TABLE_SIZE;
    for (uint64_t i = 0; i < SPACES_MAX; i++) {
        const sel_t pd = sel_alloc(0), obj = sel_alloc(0);
        if (hc_create_pd(pd, CREATE_PD_PD, SEL_ROOT_PD) != SUCCESS ||
            hc_create_pd(obj, CREATE_PD_OBJ, pd) != SUCCESS)
            break;
        sel_t slot = 0;
        while (slot < SELNUM && take_page(obj, slot))
            slot += SLOTS_PER_PAGE;
        pages += slot / SLOTS_PER_PAGE;
        if (slot < SELNUM)
            break;
    }
    alloc_release(mark);
    return pages;
}

/* What ended a moment ago may still be on its way out: twice the same. */
uint64_t kernel_pages(void)
{
    uint64_t pages = measure(), last;
    do {
        last = pages;
        nap(10'000);
        pages = measure();
    } while (pages != last);
    return pages;
}

void expect_kernel_pages(uint64_t before)
{
    uint64_t after = kernel_pages();
    for (uint64_t attempt = 0; attempt < TRIES && after != before; attempt++) {
        nap(10'000);
        after = kernel_pages();
    }
    if (after != before)
        tap_fail(__FILE__, __LINE__, "%lu pages of kernel memory are left, not %lu", after, before);
}
