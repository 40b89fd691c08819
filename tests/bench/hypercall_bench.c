/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"
#include "user/lib/alloc.h"

enum : unsigned { LARGE_ROUNDS = 16 };
enum : sel_t { FROM = 0x4000, TO = 0x8000 };
enum : uint8_t { ORDER = 12 };

static status_t read_time(void)
{
    return hc_ctrl_sc(SEL_ROOT_SC).status;
}

void bench_hypercalls(const struct hip *hip)
{
    const sel_t empty = sel_alloc(0), pt = sel_alloc(0);
    bench_portal(bench_local(hip, SEL_ROOT_PD), pt, stub_reply, 0, 0);

    /* Number 0xf is reserved: entry, dispatch, exit. */
    BENCH_STATUS(BAD_HYP, "", "hypercall.bad_number", WARMUP, ROUNDS, trap_1(0xf));
    BENCH_STATUS(BAD_CAP, "", "hypercall.bad_cap", WARMUP, ROUNDS, hc_sm_up(empty));
    BENCH("hypercall.ctrl_pt", WARMUP, ROUNDS, hc_ctrl_pt(pt, 0, 0));
    BENCH("hypercall.ctrl_sc", WARMUP, ROUNDS, read_time());
}

void bench_objects(void)
{
    const sel_t slot = sel_alloc(0);
    BENCH("obj.delegate.1", WARMUP, ROUNDS, bench_copy(SEL_ROOT_PD, slot, 0, PERM_MASK));
    BENCH("obj.revoke.1", WARMUP, ROUNDS, bench_copy(SEL_ROOT_PD, slot, 0, 0));

    for (sel_t i = 0; i < UINT64_C(1) << ORDER; i++)
        bench_expect(SUCCESS, bench_copy(SEL_ROOT_PD, FROM + i, 0, PERM_MASK),
                     "filling 4096 slots");
    BENCH("obj.delegate.4096", 1, LARGE_ROUNDS, bench_copy(FROM, TO, ORDER, PERM_MASK));
    BENCH("obj.revoke.4096", 0, 1, bench_copy(TO, TO, ORDER, 0));
    bench_expect(SUCCESS, bench_copy(FROM, FROM, ORDER, 0), "emptying 4096 slots");
}
