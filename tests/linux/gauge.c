/* SPDX-License-Identifier: GPL-2.0-only */
/* How much kernel memory is left: object spaces take all of it, a page for each of 512 slots. */
#include "kernel/abi/perm.h"
#include "kernel/abi/selector.h"
#include "tests/linux/guests.h"

enum : sel_t { SPACES = 128, SELS = 0x6000, SELS_ORDER = 8, SLOTS_PER_PAGE = 512 };

uint64_t memory_pages(void)
{
    uint64_t pages = 0;
    for (sel_t i = 0; i < SPACES; i++) {
        const sel_t pd = SELS + 2 * i, obj = pd + 1;
        if (hc_create_pd(pd, CREATE_PD_PD, SEL_ROOT_PD) != SUCCESS ||
            hc_create_pd(obj, CREATE_PD_OBJ, pd) != SUCCESS)
            break;
        sel_t slot = 0;
        const struct hc_range range = {.from = SEL_ROOT_EC, .perm = PERM_EC_CTRL};
        for (; slot < SELNUM; slot += SLOTS_PER_PAGE) {
            struct hc_range r = range;
            r.to = slot;
            if (hc_ctrl_pd(SEL_ROOT_OBJ, obj, r) != SUCCESS)
                break;
        }
        pages += slot / SLOTS_PER_PAGE;
        if (slot < SELNUM)
            break;
    }
    (void)hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                     (struct hc_range){.from = SELS, .to = SELS, .order = SELS_ORDER});
    return pages;
}
