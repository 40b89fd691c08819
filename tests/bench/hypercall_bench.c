/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"
#include "user/lib/spaces.h"

enum : unsigned { WARMUP = 4, ROUNDS = 1000, LARGE_ROUNDS = 16 };
enum : sel_t { SLOT = 0x100, FROM = 0x4000, TO = 0x8000 };
enum : uint8_t { ORDER = 12 };

/* Number 0xf is reserved: entry, dispatch, exit. */
static status_t bad_number(void)
{
    return trap_1(0xf);
}

void bench_hypercalls(void)
{
    bench_expect(BAD_HYP, bad_number(), "number 0xf");
    BENCH("hypercall.bad_number", WARMUP, ROUNDS, (void)bad_number());
}

static status_t copy(sel_t from, sel_t to, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                      (struct hc_range){.from = from, .to = to, .order = order, .perm = perm});
}

void bench_objects(void)
{
    bench_expect(SUCCESS, copy(SEL_ROOT_PD, SLOT, 0, PERM_MASK), "delegating a capability");
    BENCH("obj.delegate.1", WARMUP, ROUNDS, (void)copy(SEL_ROOT_PD, SLOT, 0, PERM_MASK));
    BENCH("obj.revoke.1", WARMUP, ROUNDS, (void)copy(SEL_ROOT_PD, SLOT, 0, 0));

    for (sel_t i = 0; i < UINT64_C(1) << ORDER; i++)
        bench_expect(SUCCESS, copy(SEL_ROOT_PD, FROM + i, 0, PERM_MASK), "filling 4096 slots");
    BENCH("obj.delegate.4096", 1, LARGE_ROUNDS, (void)copy(FROM, TO, ORDER, PERM_MASK));
    BENCH("obj.revoke.4096", 0, 1, (void)copy(TO, TO, ORDER, 0));
    bench_expect(SUCCESS, copy(FROM, FROM, ORDER, 0), "emptying 4096 slots");
}
