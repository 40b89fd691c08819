/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/lib/meter.h"

#include "kernel/abi/perm.h"
#include "kernel/abi/selector.h"
#include "user/lib/tap.h"
#include "user/lib/time.h"

/* Behind the first slot, a semaphore that nobody ups, a PD and its object space for each of SPACES. */
enum : sel_t { NEVER = SEL_METER, PAIRS = SEL_METER + 2, SPACES = (1 << METER_ORDER) / 2 - 1 };
enum : uint64_t { SLOTS_PER_PAGE = 512, TRIES = 20 };

static void nap(const struct hip *hip, uint64_t us)
{
    (void)hc_sm_down(NEVER, 0, time_after(hip, us));
}

/* One more page, for slot `slot` of object space `obj`: true once there is one. */
static bool take(const struct hip *hip, sel_t obj, sel_t slot)
{
    const struct hc_range range = {.from = SEL_ROOT_EC, .to = slot, .perm = PERM_EC_CTRL};
    for (uint64_t attempt = 0; attempt < TRIES; attempt++) {
        if (hc_ctrl_pd(SEL_ROOT_OBJ, obj, range) == SUCCESS)
            return true;
        nap(hip, 500);
    }
    return false;
}

/* All pages; SLOTS_PER_PAGE slots of a space for each. */
static uint64_t take_all(const struct hip *hip)
{
    uint64_t pages = 0;
    for (sel_t i = 0; i < SPACES; i++) {
        const sel_t pd = PAIRS + 2 * i, obj = pd + 1;
        if (hc_create_pd(pd, CREATE_PD_PD, SEL_ROOT_PD) != SUCCESS ||
            hc_create_pd(obj, CREATE_PD_OBJ, pd) != SUCCESS)
            break;
        sel_t slot = 0;
        while (slot < SELNUM && take(hip, obj, slot))
            slot += SLOTS_PER_PAGE;
        pages += slot / SLOTS_PER_PAGE;
        if (slot < SELNUM)
            break;
    }
    return pages;
}

static uint64_t count(const struct hip *hip)
{
    EXPECT_STATUS(SUCCESS, hc_create_sm(NEVER, SEL_ROOT_PD, 0));
    const uint64_t pages = take_all(hip);
    const struct hc_range all = {.from = SEL_METER, .to = SEL_METER, .order = METER_ORDER};
    EXPECT_STATUS(SUCCESS, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, all));
    return pages;
}

uint64_t meter_pages(const struct hip *hip)
{
    uint64_t pages = count(hip), last;
    do {
        last = pages;
        pages = count(hip);
    } while (pages != last);
    return pages;
}

void meter_expect(const struct hip *hip, uint64_t before)
{
    uint64_t after = meter_pages(hip);
    for (uint64_t attempt = 0; attempt < TRIES && after != before; attempt++)
        after = meter_pages(hip);
    if (after != before)
        tap_fail(__FILE__, __LINE__, "%lu pages of kernel memory are left, not %lu", after, before);
}
