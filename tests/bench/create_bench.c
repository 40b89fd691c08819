/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"
#include "user/lib/alloc.h"

enum : uint8_t { PRIO_LOW = 1 };

/* Where UTCBs of ECs that never run go, page after page. */
static constexpr uint64_t UTCBS = 0x90'0000'0000;

static const struct hip *hip;
static sel_t used;

/* Slots that nothing else uses, taken in order. */
enum : sel_t { SLOTS = 0x400, SLOTS_END = 0x1000 };

static sel_t slot(sel_t n)
{
    return SLOTS + n;
}

static sel_t next(void)
{
    return slot(used++);
}

static status_t create_ec(uint8_t flags)
{
    const sel_t sel = next();
    return hc_create_ec(
        sel, SEL_ROOT_PD,
        (struct hc_ec){.flags = flags, .cpu = hip->cpu_bsp, .page = UTCBS + sel * UTCB_SIZE});
}

/* The thread has no portal for its start: as soon as this one waits, it gets the CPU and dies. */
static void create_sc(void)
{
    const sel_t ec = slot(used);
    bench_expect(SUCCESS, create_ec(CREATE_EC_GLOBAL), "a global thread");
    BENCH("create.sc", 0, CREATE_ROUNDS,
          hc_create_sc(next(), SEL_ROOT_PD, ec, (struct hc_sc){.budget = 1000, .prio = PRIO_LOW}));
}

/* Each PD has one object space and one host space at most. */
static void create_pd(void)
{
    const sel_t first = used;
    BENCH("create.pd", 0, CREATE_ROUNDS, hc_create_pd(next(), CREATE_PD_PD, SEL_ROOT_PD));
    BENCH("create.obj_space", 0, CREATE_ROUNDS,
          hc_create_pd(next(), CREATE_PD_OBJ, slot(first + round)));
    BENCH("create.hst_space", 0, CREATE_ROUNDS,
          hc_create_pd(next(), CREATE_PD_HST, slot(first + round)));
    const status_t guests = hc_create_pd(next(), CREATE_PD_GST, SEL_ROOT_PD);
    if (guests == BAD_FTR)
        bench_report("", "create.gst_space", 0, "absent");
    else
        BENCH("create.gst_space", 0, CREATE_ROUNDS,
              hc_create_pd(next(), CREATE_PD_GST, SEL_ROOT_PD));
}

void bench_create(const struct hip *of)
{
    hip = of;
    const sel_t pt = sel_alloc(0);
    const struct bench_local local = bench_local(hip, SEL_ROOT_PD);
    bench_portal(local, pt, stub_reply, 0, 0);

    BENCH("create.sm", 0, CREATE_ROUNDS, hc_create_sm(next(), SEL_ROOT_PD, 0));
    BENCH("create.pt", 0, CREATE_ROUNDS,
          hc_create_pt(next(), SEL_ROOT_PD, local.ec, (uint64_t)stub_reply));
    BENCH("create.ec_local", 0, CREATE_ROUNDS, create_ec(0));
    BENCH("create.ec_local_fpu", 0, CREATE_ROUNDS, create_ec(CREATE_EC_FPU));
    BENCH("create.ec_global", 0, CREATE_ROUNDS, create_ec(CREATE_EC_GLOBAL));
    create_sc();
    create_pd();
    for (sel_t sel = SLOTS; sel < SLOTS_END; sel += sel)
        bench_expect(SUCCESS, bench_copy(sel, sel, (uint8_t)__builtin_ctzll(sel), 0),
                     "emptying slots");
}
