/* SPDX-License-Identifier: GPL-2.0-only */
/* How many objects fit into the kernel's memory, and how many again after all of them were revoked. */

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"
#include "user/lib/alloc.h"

/* Where UTCBs and pages go in the root host space, far from everything else. */
static constexpr uint64_t UTCBS = 0xa0'0000'0000;
enum : uint64_t { PAGES = 0xb00'0000, TABLE_PAGES = 512, TABLES_ORDER = 13 };

static const struct hip *hip;
static sel_t local_ec;

typedef status_t create_fn(sel_t n);

static status_t sm(sel_t n)
{
    return hc_create_sm(bench_slot(n), SEL_ROOT_PD, 0);
}

static status_t pt(sel_t n)
{
    return hc_create_pt(bench_slot(n), SEL_ROOT_PD, local_ec, (uint64_t)stub_reply);
}

static status_t pd(sel_t n)
{
    return hc_create_pd(bench_slot(n), CREATE_PD_PD, SEL_ROOT_PD);
}

static status_t gst(sel_t n)
{
    return hc_create_pd(bench_slot(n), CREATE_PD_GST, SEL_ROOT_PD);
}

static status_t create_ec(sel_t n, uint8_t flags)
{
    return hc_create_ec(
        bench_slot(n), SEL_ROOT_PD,
        (struct hc_ec){.flags = flags, .cpu = hip->cpu_bsp, .page = UTCBS + n * UTCB_SIZE});
}

static status_t ec(sel_t n)
{
    return create_ec(n, 0);
}

static status_t ec_fpu(sel_t n)
{
    return create_ec(n, CREATE_EC_FPU);
}

/* A page so far from the one before that it needs a page table of its own. */
static status_t table(sel_t n)
{
    return hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
                      (struct hc_range){.from = hip->nova_end >> 12,
                                        .to = PAGES + n * TABLE_PAGES,
                                        .perm = PERM_MEM_R,
                                        .mad = MAD_MEMORY});
}

static void unmap_tables(void)
{
    bench_expect(
        SUCCESS,
        hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST,
                   (struct hc_range){.from = PAGES, .to = PAGES, .order = 9 + TABLES_ORDER}),
        "unmapping");
}

static sel_t count(create_fn *create)
{
    sel_t n = 0;
    while (n < BENCH_SLOTS && create(n) == SUCCESS)
        n++;
    return n;
}

static void exhaust(const char *name, create_fn *create, void (*revoke)(void))
{
    if (create(0) == BAD_FTR) {
        bench_report("objects.", name, 0, "absent");
        return;
    }
    revoke();
    bench_report("objects.", name, count(create), "objects");
    revoke();
    bench_report("objects.again.", name, count(create), "objects");
    revoke();
}

void bench_exhaust(const struct hip *of)
{
    hip = of;
    local_ec = bench_local(hip, SEL_ROOT_PD).ec;
    /* In order of number: the slots of many leave tables behind in the object space. */
    exhaust("gst_space", gst, bench_empty_slots);
    exhaust("ec_local_fpu", ec_fpu, bench_empty_slots);
    exhaust("ec_local", ec, bench_empty_slots);
    exhaust("page_table", table, unmap_tables);
    exhaust("sm", sm, bench_empty_slots);
    exhaust("pt", pt, bench_empty_slots);
    exhaust("pd", pd, bench_empty_slots);
}
