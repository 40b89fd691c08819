/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"
#include "user/lib/alloc.h"
#include "user/lib/memory.h"

enum : sel_t { MANY = 100'000 };

/* Page numbers in the root host space. */
enum : uint64_t { PAGE_FROM = 0x110'0000, PAGE_TO = 0x210'0000 };

static status_t copy_page(uint8_t perm)
{
    return hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST,
                      (struct hc_range){.from = PAGE_FROM, .to = PAGE_TO, .perm = perm});
}

/* `first` and the slots behind it are empty. */
static void measure(const char *prefix, const struct hip *hip, sel_t first)
{
    const sel_t pt = sel_alloc(0), sm = sel_alloc(0), slot = sel_alloc(0);
    bench_portal(bench_local(hip, SEL_ROOT_PD), pt, stub_reply, 0, 0);
    bench_expect(SUCCESS, hc_create_sm(sm, SEL_ROOT_PD, 0), "create_sm");

    BENCH_STATUS(SUCCESS, prefix, "sm.up", WARMUP, ROUNDS, hc_sm_up(sm));
    BENCH_STATUS(SUCCESS, prefix, "ipc.same_pd.1w", WARMUP, ROUNDS,
                 hc_ipc_call(pt, 0, hc_mtd(1)).status);
    BENCH_STATUS(SUCCESS, prefix, "obj.delegate.1", WARMUP, ROUNDS,
                 bench_copy(SEL_ROOT_PD, slot, 0, PERM_MASK));
    BENCH_STATUS(SUCCESS, prefix, "mem.revoke.1", WARMUP, ROUNDS, copy_page(0));
    /* So many that it matters little where in a slab the first is. */
    BENCH_STATUS(SUCCESS, prefix, "create.sm", 0, ROUNDS,
                 hc_create_sm(bench_slot(first + round), SEL_ROOT_PD, 0));
}

void bench_few(const struct hip *hip)
{
    measure("growth.10.", hip, 0);
}

void bench_growth(const struct hip *hip)
{
    measure("growth.10.", hip, 0);
    for (sel_t i = ROUNDS; i < MANY; i++)
        bench_expect(SUCCESS, hc_create_sm(bench_slot(i), SEL_ROOT_PD, 0), "100,000 semaphores");
    measure("growth.100000.", hip, MANY);
    bench_empty_slots();
}
