/* SPDX-License-Identifier: GPL-2.0-only */

#include "tests/bench/bench.h"
#include "user/lib/alloc.h"
#include "user/lib/child.h"

static status_t call(sel_t pt, uint32_t words)
{
    return hc_ipc_call(pt, 0, hc_mtd(words)).status;
}

static void calls(const char *prefix, sel_t pt)
{
    BENCH_STATUS(SUCCESS, prefix, "1w", WARMUP, ROUNDS, call(pt, 1));
    BENCH_STATUS(SUCCESS, prefix, "4w", WARMUP, ROUNDS, call(pt, 4));
    BENCH_STATUS(SUCCESS, prefix, "64w", WARMUP, ROUNDS, call(pt, 64));
    BENCH_STATUS(SUCCESS, prefix, "512w", WARMUP, ROUNDS, call(pt, 512));
}

void bench_calls(const struct hip *hip)
{
    const sel_t same = sel_alloc(0), cross = sel_alloc(0);
    bench_portal(bench_local(hip, SEL_ROOT_PD), same, stub_reply, 0, 0);
    calls("ipc.same_pd.", same);

    struct child child;
    bench_expect(SUCCESS, child_create(&child), "creating a PD");
    bench_expect(SUCCESS, child_share_memory(&child), "sharing memory");
    bench_portal(bench_local(hip, child.pd), cross, stub_reply, 0, 0);
    calls("ipc.cross_pd.", cross);
}
