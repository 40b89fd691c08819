/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps an object: capabilities, bindings, activity (interface specification, 2; the rest is what
 * this kernel promises: what nobody can reach any more is given back).
 */
#include <stdatomic.h>

#include "tests/conformance/conf.h"

static _Atomic uint64_t rounds, stop;
static sel_t done, gate, entered, pt;
static status_t status;

static void prepare(void)
{
    atomic_store(&rounds, 0);
    atomic_store(&stop, 0);
    done = new_sm(0);
    gate = new_sm(0);
    entered = new_sm(0);
    status = BAD_DEV;
}

static void count_rounds([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&rounds, 1);
    up(done);
}

static void expect_running(void)
{
    EXPECT(wait_until(&rounds, atomic_load(&rounds) + 1000));
}

static void end(void)
{
    atomic_store(&stop, 1);
    EXPECT(down(done));
}

TEST(life, thread_runs_on_without_capabilities_for_it)
{
    prepare();
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, count_rounds, 0);
    const sel_t sc = new_sc(&t, LOW, 1);
    expect_running();
    revoke(sc);
    expect_running();
    revoke(t.ec);
    expect_running();
    nap(5000);
    expect_running();
    end();
}

/* The child has the semaphore in its own object space, and nobody has a capability for that. */
static void count_in_child([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&rounds, 1);
    (void)hc_sm_up(1);
}

TEST(life, thread_keeps_its_pd_and_spaces)
{
    prepare();
    struct child child;
    MUST(child_create(&child));
    MUST(child_share_memory(&child));
    MUST(child_give(&child, done, 1, PERM_SM_UP));
    const sel_t startup = hip->sel_hst_arch + EVENT_NOVA_STARTUP;
    MUST(child_give(&child, thread_events(cpu_there()) + startup, 0x100 + startup, PERM_PT_EVENT));
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there(), .pd = child.pd, .events = 0x100},
                        count_in_child, 0);
    const sel_t sc = new_sc(&t, LOW, BUDGET);
    expect_running();
    revoke(child.pd);
    revoke(child.obj);
    revoke(child.hst);
    if (cpu_has_ports())
        revoke(child.pio);
    revoke(sc);
    revoke(t.ec);
    nap(5000);
    expect_running();
    end();
}

static void wait_and_count([[maybe_unused]] uint64_t arg)
{
    up(entered);
    MUST(hc_sm_down(gate, 0, 0));
    count_rounds(0);
}

TEST(life, blocked_thread_without_capabilities_goes_on_when_released)
{
    prepare();
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, wait_and_count, 0);
    const sel_t sc = new_sc(&t, LOW, BUDGET);
    EXPECT(down(entered));
    nap(500); /* it waits at the gate now */
    revoke(sc);
    revoke(t.ec);
    nap(5000);
    up(gate);
    expect_running();
    end();
}

static uint32_t wait_at_gate([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    up(entered);
    MUST(hc_sm_down(gate, 0, 0));
    utcb->word[0]++;
    return mtd;
}

static void call([[maybe_unused]] uint64_t arg)
{
    status = hc_ipc_call(pt, 0, 0).status;
    up(done);
}

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

TEST(life, portal_keeps_its_thread)
{
    prepare();
    const struct thread t = new_local(cpu_here(), answer);
    pt = new_pt(&t, 0);
    revoke(t.ec);
    nap(2000);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, 0).status);
}

TEST(life, call_ends_well_when_its_portal_goes_meanwhile)
{
    prepare();
    const struct thread t = new_local(cpu_here(), wait_at_gate);
    pt = new_pt(&t, 0);
    new_global(cpu_here(), LOW, call, 0);
    EXPECT(down(entered));
    nap(500); /* it waits at the gate now */
    revoke(pt);
    nap(2000);
    up(gate);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status);
    const sel_t again = new_pt(&t, 0);
    up(gate);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(again, 0, 0).status);
}

TEST(life, callee_that_works_lives_until_it_has_replied)
{
    prepare();
    const struct thread t = new_local(cpu_here(), wait_at_gate);
    pt = new_pt(&t, 0);
    new_global(cpu_here(), LOW, call, 0);
    EXPECT(down(entered));
    nap(500); /* it waits at the gate now */
    revoke(pt);
    revoke(t.ec);
    nap(5000);
    up(gate);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status);
}

TEST(life, caller_without_capabilities_gets_its_reply)
{
    prepare();
    const struct thread t = new_local(cpu_there(), wait_at_gate);
    pt = new_pt(&t, 0);
    const struct thread client =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, call, 0);
    const sel_t sc = new_sc(&client, LOW, BUDGET);
    EXPECT(down(entered));
    nap(500); /* it waits at the gate now */
    revoke(sc);
    revoke(client.ec);
    nap(5000);
    up(gate);
    EXPECT(down(done));
    EXPECT_STATUS(SUCCESS, status);
}

TEST(life, utcb_goes_with_its_thread)
{
    prepare();
    const struct thread t = new_local(cpu_here(), answer);
    EXPECT(can_read((uint64_t)t.utcb));
    revoke(t.ec);
    for (uint64_t last = time_after(hip, PATIENCE); can_read((uint64_t)t.utcb) && stc_now() < last;)
        nap(1000);
    EXPECT(!can_read((uint64_t)t.utcb));
}

static uint64_t add_two(uint64_t arg)
{
    return arg + 2;
}

TEST(life, pd_without_capabilities_leaves_its_threads_and_portals_usable)
{
    prepare();
    const struct peer peer = new_peer();
    revoke(peer.child.pd);
    revoke(peer.child.obj);
    revoke(peer.child.hst);
    if (cpu_has_ports())
        revoke(peer.child.pio);
    revoke(peer.thread.ec);
    nap(2000);
    EXPECT_EQ(42, peer_run(&peer, add_two, 40));
}

/* Nobody has it any more, so it goes, and the PD can get another one. */
TEST(life, space_that_nobody_has_is_not_for_new_threads)
{
    struct child child;
    MUST(child_create(&child));
    const struct hc_ec ec = {.cpu = cpu_here(), .page = utcb_alloc()};
    revoke(child.obj);
    EXPECT_STATUS(ABORTED, hc_create_ec(sel_alloc(0), child.pd, ec));
    EXPECT_STATUS(SUCCESS, hc_create_pd(sel_alloc(0), CREATE_PD_OBJ, child.pd));
    EXPECT_STATUS(SUCCESS, hc_create_ec(sel_alloc(0), child.pd, ec));
    revoke(child.pd);
    EXPECT_STATUS(BAD_CAP, hc_create_sm(sel_alloc(0), child.pd, 0));
}

/* Often enough to meet every state on the way; until memory would have run out: churn.c. */
enum : unsigned { TIMES = 200 };

TEST(life, objects_come_and_go)
{
    const struct thread local = new_local(cpu_here(), answer);
    const struct thread global =
        new_global_plan(&(struct thread_plan){.cpu = cpu_here()}, count_rounds, 0);
    const sel_t sel = sel_alloc(0);
    const uint64_t utcb = utcb_alloc();
    prepare();
    atomic_store(&stop, 1);
    for (unsigned i = 0; i < TIMES; i++) {
        MUST(hc_create_pd(sel, CREATE_PD_PD, SEL_ROOT_PD));
        revoke(sel);
        MUST(hc_create_sm(sel, SEL_ROOT_PD, i));
        revoke(sel);
        MUST(hc_create_pt(sel, SEL_ROOT_PD, local.ec, 0));
        revoke(sel);
        MUST(hc_create_sc(sel, SEL_ROOT_PD, global.ec, (struct hc_sc){.prio = 1, .budget = 1}));
        revoke(sel);
        MUST(
            hc_create_ec(sel, SEL_ROOT_PD,
                         (struct hc_ec){.flags = CREATE_EC_FPU, .cpu = cpu_there(), .page = utcb}));
        revoke(sel);
        if (i % 64 == 0)
            nap(100); /* lets the SCs go: their thread has ended */
    }
}

TEST(life, pds_with_all_they_have_come_and_go)
{
    for (unsigned i = 0; i < 40; i++) {
        const struct alloc_mark mark = alloc_mark();
        const struct peer peer = new_peer();
        EXPECT_EQ(i + 2, peer_run(&peer, add_two, i));
        alloc_release(mark);
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(life, thread_runs_on_without_capabilities_for_it),
    TAP_TEST(life, thread_keeps_its_pd_and_spaces),
    TAP_TEST(life, blocked_thread_without_capabilities_goes_on_when_released),
    TAP_TEST(life, portal_keeps_its_thread),
    TAP_TEST(life, call_ends_well_when_its_portal_goes_meanwhile),
    TAP_TEST(life, callee_that_works_lives_until_it_has_replied),
    TAP_TEST(life, caller_without_capabilities_gets_its_reply),
    TAP_TEST(life, utcb_goes_with_its_thread),
    TAP_TEST(life, pd_without_capabilities_leaves_its_threads_and_portals_usable),
    TAP_TEST(life, space_that_nobody_has_is_not_for_new_threads),
    TAP_TEST(life, objects_come_and_go),
    TAP_TEST(life, pds_with_all_they_have_come_and_go),
};
const struct tap_suite life_suite = CONF_SUITE(tests);
