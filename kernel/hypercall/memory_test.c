/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory runs out at every place where a hypercall takes some: the first page that it wants is the last one,
 * the second is, and so on until it succeeds. Each failure is told as the interface says, and leaves the
 * allocator and the accounts as they were.
 */

#include "kernel/base/compiler.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/mm/frame.h"
#include "kernel/obj/pd.h"

/*
 * Selectors: the PD that pays, its spaces, an EC for portals and one for SCs; a row of new objects, in a page of
 * slots that is there; and a slot in a page that is not.
 */
enum : uint64_t {
    PD = 0x20,
    OBJ,
    HST,
    LOCAL,
    GLOBAL,
    ROW = 0x400,
    ROW_LENGTH = 0x1f0,
    FAR = 0x2000,
};
enum : uint64_t { UTCB = 0x5000'0000, SOME = UINT64_C(5) << 18 };

static struct ec *root;

/* The call under test: creates something at `sel`; `n` tells one use from others. */
typedef status_t (*create_fn)(uint64_t sel, uint64_t n);

static void *hoard[SIM_POOL_PAGES];
static size_t hoarded;

static void hoard_all_but(size_t left)
{
    while (frame_count_free() > left) {
        hoard[hoarded] = frame_alloc_reserve(0, FRAME_RAW);
        CHECK(hoard[hoarded++] != nullptr);
    }
}

static void release_hoard(void)
{
    while (hoarded > 0)
        frame_free(hoard[--hoarded], 0);
}

static struct pd *pd_at(uint64_t sel)
{
    return CONTAINER_OF(call_object(sel), struct pd, obj);
}

static uint64_t used(uint64_t pd)
{
    return pd_at(pd)->used;
}

static void start(void)
{
    root = call_boot(1, 1024);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
    pd_at(PD)->is_root = true; /* may use the last page, as root may, whose slots are used */
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, ROW, PD), SUCCESS);
    call_revoke(0, ROW, 0);
    CHECK_EQ(call_create_ec(0, 0, LOCAL, PD, UTCB, 0, SELNUM), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, GLOBAL, PD, UTCB + 0x1000, 0, SELNUM), SUCCESS);
    call_ec(GLOBAL)->cont = ec_resume;
    call_settle();
}

/* Create so many that the next one needs a fresh page for the object itself. */
static void fill_slab(create_fn create)
{
    size_t least = SIZE_MAX;
    uint64_t begun[2] = {}; /* the last two that began a page */
    unsigned pages = 0;
    uint64_t n = 0;
    for (; pages < 3; n++) { /* the first is not known for sure */
        CHECK(n < ROW_LENGTH);
        const size_t before = frame_count_free();
        CHECK_EQ(create(ROW + n, n), SUCCESS);
        const size_t cost = before - frame_count_free();
        least = cost < least ? cost : least;
        if (cost == least)
            continue;
        begun[0] = begun[1];
        begun[1] = n;
        pages++;
    }
    for (const uint64_t end = begun[1] + (begun[1] - begun[0]); n < end; n++) {
        const size_t before = frame_count_free();
        CHECK_EQ(create(ROW + n, n), SUCCESS);
        CHECK_EQ(before - frame_count_free(), least);
    }
}

static status_t create_gst(uint64_t sel, [[maybe_unused]] uint64_t n)
{
    return call_create_pd(0, CREATE_PD_GST, sel, PD);
}

static void fail_until_it_works(create_fn create)
{
    start();
    fill_slab(create);
    bool without_object = false, without_slot = false;
    for (size_t left = 0;; left++) {
        const size_t pages = call_settle();
        const uint64_t bytes = used(PD), root_bytes = used(SEL_ROOT_PD);
        hoard_all_but(left);
        const status_t status = create(FAR, ROW_LENGTH);
        CHECK(sim_user(0) == root);
        if (status == SUCCESS)
            break;
        CHECK(status == MEM_OBJ || status == MEM_CAP);
        without_object |= status == MEM_OBJ;
        without_slot |= status == MEM_CAP;
        CHECK(call_object(FAR) == nullptr);
        call_settle();
        release_hoard();
        CHECK_EQ(frame_count_free(), pages);
        CHECK_EQ(used(PD), bytes);
        CHECK_EQ(used(SEL_ROOT_PD), root_bytes);
    }
    CHECK(without_object);
    /* A root table does not come from the reserve: when it can be had, so can a page of slots. */
    CHECK(without_slot || create == create_gst);
    CHECK(call_object(FAR) != nullptr);
}

static status_t create_sm(uint64_t sel, [[maybe_unused]] uint64_t n)
{
    return call_create_sm(0, sel, PD, 1);
}

static status_t create_pt(uint64_t sel, [[maybe_unused]] uint64_t n)
{
    return call_create_pt(0, sel, PD, LOCAL, 0);
}

static status_t create_sc(uint64_t sel, [[maybe_unused]] uint64_t n)
{
    return call_create_sc(0, sel, PD, GLOBAL, 1, 1);
}

static status_t create_ec(uint64_t sel, uint64_t n)
{
    return call_create_ec(0, CREATE_EC_FPU, sel, PD, UTCB + 0x2000 + n * 0x1000, 0, SELNUM);
}

static status_t create_pd(uint64_t sel, [[maybe_unused]] uint64_t n)
{
    return call_create_pd(0, CREATE_PD_PD, sel, PD);
}

static status_t create_pio(uint64_t sel, [[maybe_unused]] uint64_t n)
{
    return call_create_pd(0, CREATE_PD_PIO, sel, PD);
}

static status_t create_msr(uint64_t sel, [[maybe_unused]] uint64_t n)
{
    return call_create_pd(0, CREATE_PD_MSR, sel, PD);
}

#define FAILS_CLEANLY(kind)                                                                        \
    static void create_##kind##_fails_cleanly(void)                                                \
    {                                                                                              \
        fail_until_it_works(create_##kind);                                                        \
    }
FAILS_CLEANLY(sm)
FAILS_CLEANLY(pt)
FAILS_CLEANLY(sc)
FAILS_CLEANLY(ec)
FAILS_CLEANLY(pd)
FAILS_CLEANLY(gst)
FAILS_CLEANLY(pio)
FAILS_CLEANLY(msr)

/* Page tables for its UTCB are missing too: what was made of them stays, and goes with the space. */
static void an_ec_whose_utcb_cannot_be_mapped_is_not_made(void)
{
    start();
    const size_t before = call_settle();
    unsigned failures = 0;
    for (size_t left = 0;; left++) {
        hoard_all_but(left);
        const status_t status =
            call_create_ec(0, 0, ROW, PD, UINT64_C(0x7000'0000'0000), 0, SELNUM);
        release_hoard();
        if (status == SUCCESS)
            break;
        CHECK_EQ(status, MEM_OBJ);
        CHECK(call_object(ROW) == nullptr);
        failures++;
    }
    CHECK_EQ(failures, 3); /* one of them made a table, which is there the next time */
    CHECK_EQ(before - call_settle(), 4); /* UTCB, three tables: nothing was made twice */
}

/* ctrl_pd does what it can, in ascending order, and says that it could not do all. */
static void delegation_without_memory_does_a_part(void)
{
    start();
    CHECK_EQ(call_create_sm(0, ROW, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, ROW, 0, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, ROW, 0x400, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(call_delegate(0, OBJ, OBJ, 0, 0, 11, PERM_MASK), SUCCESS);
    hoard_all_but(0);
    CHECK_EQ(call_delegate(0, OBJ, OBJ, 0, 0x800, 11, PERM_MASK), MEM_CAP);
    release_hoard();
    hoard_all_but(1);
    CHECK_EQ(call_delegate(0, OBJ, OBJ, 0, 0x800, 11, PERM_MASK), MEM_CAP);
    release_hoard();
    CHECK_EQ(call_delegate(0, OBJ, SEL_ROOT_OBJ, 0x800, ROW + 1, 0, PERM_MASK), SUCCESS);
    CHECK(call_object(ROW + 1) == call_object(ROW));
    CHECK_EQ(call_delegate(0, OBJ, SEL_ROOT_OBJ, 0xc00, ROW + 1, 0, PERM_MASK), SUCCESS);
    CHECK(call_object(ROW + 1) == nullptr);
}

/*
 * Within the caller's own space, over the slot that it is named by; what was in another slot is about to be
 * destroyed. On the second page memory runs out: it waits for that, and finds its source no more.
 */
static void delegation_over_its_source_says_that_memory_ran_out(void)
{
    enum : uint64_t { FROM = 0x4000, TO = 0x2400, SRC = TO, GOES = TO + 1, BUSY = 0x40 };
    root = call_boot(2, 1024);
    CHECK(call_thread(BUSY, 1, 10, 10) == sim_interrupt(1, SIM_KICK)); /* it is waited for */
    CHECK_EQ(call_create_sm(0, FROM + 600, SEL_ROOT_PD, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, SEL_ROOT_OBJ, SRC, 0, PERM_MASK),
             SUCCESS);
    CHECK_EQ(call_create_sm(0, GOES, SEL_ROOT_PD, 0), SUCCESS);
    call_settle();
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    CHECK_EQ(call_delegate(0, SRC, SEL_ROOT_OBJ, FROM, TO, 10, PERM_MASK), MEM_CAP);
    CHECK(call_object(SRC) == nullptr && call_object(GOES) == nullptr);
    CHECK_EQ(root->progress, 0);
}

static void mapping_without_memory_does_a_part(void)
{
    enum : uint64_t { NOVA_HST = ROW, THERE = UINT64_C(6) << 32 }; /* nothing is mapped near by */
    start();
    CHECK_EQ(
        call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, SEL_NOVA_HST, NOVA_HST, 0, PERM_MASK),
        SUCCESS);
    const uint64_t bytes = used(PD);
    unsigned failures = 0;
    for (size_t left = 0;; left++, failures++) {
        hoard_all_but(left);
        const status_t status = call_delegate(0, NOVA_HST, HST, SOME, THERE, 0, PERM_MEM_R);
        release_hoard();
        if (status == SUCCESS)
            break;
        CHECK_EQ(status, MEM_CAP);
    }
    CHECK_EQ(failures, 2); /* the second time, one table was there */
    CHECK_EQ(used(PD) - bytes, 3 * 4096);
    CHECK_EQ(call_delegate(0, NOVA_HST, HST, 0, 0, 31, 0), SUCCESS); /* and all go again */
}

int main(void)
{
    SIM_RUN(create_sm_fails_cleanly);
    SIM_RUN(create_pt_fails_cleanly);
    SIM_RUN(create_sc_fails_cleanly);
    SIM_RUN(create_ec_fails_cleanly);
    SIM_RUN(create_pd_fails_cleanly);
    SIM_RUN(create_gst_fails_cleanly);
    SIM_RUN(create_pio_fails_cleanly);
    SIM_RUN(create_msr_fails_cleanly);
    SIM_RUN(an_ec_whose_utcb_cannot_be_mapped_is_not_made);
    SIM_RUN(delegation_without_memory_does_a_part);
    SIM_RUN(delegation_over_its_source_says_that_memory_ran_out);
    SIM_RUN(mapping_without_memory_does_a_part);
}
