/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A parent stops children that do not cooperate, a thousand of them, by the recipe of doc/lifetime.md,
 * and gets back all they used.
 */
#include "tests/stress/stress.h"

enum : uint64_t { CHILDREN = 1000, DEADLINE = 50'000 /* microseconds */ };

/* In root's object space; a group of 16. */
enum : sel_t { SHARED_GATE = SEL_SHARED, PORTAL_A, PORTAL_B, FAULT };
enum : uint8_t { GROUP_ORDER = 4 };

/* In the object space of a child. */
enum : sel_t {
    CHILD_PD = 1,
    CHILD_OBJ,
    CHILD_HST,
    CHILD_GATE,
    CHILD_A,
    CHILD_B,
    CHILD_FREE = 0x100000 >> 8
};

static _Atomic uint64_t alive;

static void spin([[maybe_unused]] uint64_t arg)
{
    for (;;)
        atomic_fetch_add(&alive, 1);
}

static void block([[maybe_unused]] uint64_t arg)
{
    for (;;) {
        atomic_fetch_add(&alive, 1);
        (void)hc_sm_down(CHILD_GATE, 0, 0);
    }
}

static uint64_t a_while; /* a child does not see the HIP */

static void block_a_while([[maybe_unused]] uint64_t arg)
{
    for (;;) {
        atomic_fetch_add(&alive, 1);
        (void)hc_sm_down(CHILD_GATE, 0, stc_now() + a_while);
    }
}

static void call([[maybe_unused]] uint64_t arg)
{
    for (;;) {
        atomic_fetch_add(&alive, 1);
        (void)hc_ipc_call(CHILD_A, 0, 0);
    }
}

static uint32_t forward(sel_t pt)
{
    atomic_fetch_add(&alive, 1);
    (void)hc_ipc_call(pt, 0, 0);
    return 0;
}

static uint32_t reply([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                      [[maybe_unused]] struct utcb *utcb)
{
    return 0;
}

static uint32_t call_a([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return forward(CHILD_A);
}

static uint32_t call_b([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return forward(CHILD_B);
}

static uint32_t never_reply([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                            [[maybe_unused]] struct utcb *utcb)
{
    spin(0);
    return 0;
}

static void fault([[maybe_unused]] uint64_t arg)
{
    atomic_fetch_add(&alive, 2);
    *(volatile uint8_t *)8 = 0; /* NOLINT: nothing is there */
}

/* Fill all it has with whatever it can make. */
static void hoard([[maybe_unused]] uint64_t arg)
{
    for (sel_t sel = CHILD_FREE; sel < CHILD_FREE + 0x200; sel += 4) {
        atomic_fetch_add(&alive, 1);
        (void)hc_create_sm(sel, CHILD_PD, 0);
        (void)hc_create_pd(sel + 1, CREATE_PD_PD, CHILD_PD);
        (void)hc_create_ec(sel + 2, CHILD_PD,
                           (struct hc_ec){.flags = CREATE_EC_GLOBAL | CREATE_EC_FPU,
                                          .page = UTCB_START + sel * UTCB_SIZE});
        (void)hc_create_pd(sel + 3, CREATE_PD_OBJ, sel + 1);
        (void)hc_ctrl_pd(
            CHILD_OBJ, CHILD_OBJ,
            (struct hc_range){
                .from = CHILD_FREE, .to = (sel & 0x7f) << 11, .order = 7, .perm = PERM_MASK});
        (void)hc_ctrl_pd(CHILD_HST, CHILD_HST,
                         (struct hc_range){.from = PAGES_START / PAGE_SIZE,
                                           .to = sel << 9,
                                           .order = 3,
                                           .perm = PERM_MEM_R | PERM_MEM_W});
    }
    spin(0);
}

/* A thread that the parent does not know of: it takes the place of who makes it. */
static void breed([[maybe_unused]] uint64_t arg)
{
    static uint64_t stacks[8][64];
    const uint16_t cpu = (uint16_t)arg;
    *(thread_fn **)&stacks[arg % 8][62] = spin;
    (void)hc_create_ec(CHILD_FREE, CHILD_PD,
                       (struct hc_ec){.flags = CREATE_EC_GLOBAL,
                                      .cpu = cpu,
                                      .page = UTCB_START,
                                      .sp = (uint64_t)&stacks[arg % 8][62],
                                      .evt = family_events(cpu)});
    (void)hc_create_sc(CHILD_FREE + 1, CHILD_PD, CHILD_FREE,
                       (struct hc_sc){.prio = PRIO_BELOW, .budget = 1});
    atomic_fetch_add(&alive, 1);
    (void)hc_sm_down(CHILD_GATE, 0, 0);
}

/* Each way to misbehave, with threads on `cpu` and the next one. */

static void start(struct family *f, uint16_t cpu, thread_fn *fn)
{
    const uint16_t other = (uint16_t)((cpu + 1) % hip->cpu_num);
    MUST(family_global(f, cpu, PRIO_BELOW, fn, cpu));
    MUST(family_global(f, other, PRIO_BELOW, fn, other));
}

static void spinning(struct family *f, uint16_t cpu)
{
    start(f, cpu, spin);
}

static void blocked(struct family *f, uint16_t cpu)
{
    MUST(child_give(&f->child, SHARED_GATE, CHILD_GATE, PERM_SM_DOWN));
    revoke(SHARED_GATE);
    start(f, cpu, block);
}

static void blocked_with_a_deadline(struct family *f, uint16_t cpu)
{
    MUST(child_give(&f->child, SHARED_GATE, CHILD_GATE, PERM_SM_DOWN));
    revoke(SHARED_GATE);
    a_while = time_ticks(hip, DEADLINE);
    start(f, cpu, block_a_while);
}

static void blocked_where_we_are_too(struct family *f, uint16_t cpu)
{
    MUST(child_give(&f->child, SHARED_GATE, CHILD_GATE, PERM_SM_DOWN));
    start(f, cpu, block);
}

static void add_portal(struct family *f, uint16_t cpu, portal_fn *handler, sel_t pt, sel_t to)
{
    MUST(family_local(f, cpu, handler, pt));
    MUST(child_give(&f->child, pt, to, PERM_PT_ALL));
    revoke(pt);
}

static void calling(struct family *f, uint16_t cpu)
{
    add_portal(f, cpu, call_b, PORTAL_A, CHILD_A);
    add_portal(f, cpu, reply, PORTAL_B, CHILD_B);
    MUST(family_global(f, cpu, PRIO_BELOW, call, 0));
    MUST(family_global(f, cpu, PRIO_BELOW, call, 0));
}

static void calling_in_a_circle(struct family *f, uint16_t cpu)
{
    add_portal(f, cpu, call_b, PORTAL_A, CHILD_A);
    add_portal(f, cpu, call_a, PORTAL_B, CHILD_B);
    MUST(family_global(f, cpu, PRIO_BELOW, call, 0));
    MUST(family_global(f, cpu, PRIO_BELOW, call, 0));
}

static void faulting(struct family *f, uint16_t cpu)
{
    start(f, cpu, fault);
}

static void handling_for_ever(struct family *f, uint16_t cpu)
{
    MUST(family_local(f, cpu, never_reply, FAULT));
    for (sel_t event = 0; event < hip->sel_hst_arch; event++)
        MUST(child_give(&f->child, FAULT, family_events(cpu) + event, PERM_PT_EVENT));
    revoke(FAULT);
    MUST(family_global(f, cpu, PRIO_BELOW, fault, 0));
}

static void hoarding(struct family *f, uint16_t cpu)
{
    start(f, cpu, hoard);
}

static void breeding(struct family *f, uint16_t cpu)
{
    MUST(family_global(f, cpu, PRIO_BELOW, breed, cpu));
}

static void (*const ways[])(struct family *f, uint16_t cpu) = {
    spinning,
    blocked,
    blocked_with_a_deadline,
    blocked_where_we_are_too,
    calling,
    calling_in_a_circle,
    faulting,
    handling_for_ever,
    hoarding,
    breeding,
};
enum : uint64_t { WAYS = sizeof ways / sizeof *ways };

static void raise_and_stop(uint64_t way, uint16_t cpu)
{
    struct family f;
    MUST(hc_create_sm(SHARED_GATE, SEL_ROOT_PD, 0));
    MUST(family_create(&f));
    MUST(child_give(&f.child, f.child.pd, CHILD_PD, PERM_PD_ALL));
    MUST(child_give(&f.child, f.child.obj, CHILD_OBJ, PERM_OBJ_ALL));
    MUST(child_give(&f.child, f.child.hst, CHILD_HST, PERM_HST_ALL));
    const uint64_t before = atomic_load(&alive);
    ways[way](&f, cpu);
    EXPECT(wait_until(&alive, before + 2));
    nap(50);
    family_stop(&f);
    revoke(SHARED_GATE);
}

TEST(children, all_that_a_thousand_of_them_used_comes_back)
{
    for (uint64_t way = 0; way < WAYS; way++)
        raise_and_stop(way, (uint16_t)(way % hip->cpu_num));
    nap(4 * DEADLINE);
    const uint64_t before = meter_pages(hip);
    for (uint64_t i = 0; i < CHILDREN; i++)
        raise_and_stop(i % WAYS, (uint16_t)(i / WAYS % hip->cpu_num));
    meter_expect(hip, before);
}

static const struct tap_test tests[] = {
    TAP_TEST(children, all_that_a_thousand_of_them_used_comes_back),
};
const struct tap_suite children_suite = TAP_SUITE_AFTER(tests, stress_after);
