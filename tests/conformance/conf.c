/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/conformance/conf.h"

#include <stdatomic.h>

#include "user/lib/memory.h"

enum : size_t { RUNNERS_MAX = 512 };
enum : uint8_t { EVENTS_ORDER = 7 };

/* Of the running test: threads that may still run, and what was free before it. */
static sel_t runner[RUNNERS_MAX];
static size_t runner_count;
static struct alloc_mark before;
static bool is_marked;

void conf_after(void)
{
    /* Without a portal for RECALL a thread dies of it, and does so before the slots are used again. */
    for (size_t i = 0; i < runner_count; i++)
        (void)hc_ctrl_ec(runner[i], CTRL_EC_STRONG);
    if (is_marked)
        alloc_release(before);
    if (runner_count > 0)
        nap(300);
    runner_count = 0;
    before = alloc_mark();
    is_marked = true;
}

uint16_t cpu_here(void)
{
    return hip->cpu_bsp;
}

uint16_t cpu_there(void)
{
    return (uint16_t)((hip->cpu_bsp + 1) % hip->cpu_num);
}

struct utcb *root_utcb(void)
{
    return (struct utcb *)((uint64_t)hip - UTCB_SIZE);
}

sel_t new_sm(uint64_t count)
{
    const sel_t sel = sel_alloc(0);
    MUST(hc_create_sm(sel, SEL_ROOT_PD, count));
    return sel;
}

struct thread new_local(uint16_t cpu, portal_fn *handler)
{
    struct thread t;
    MUST(thread_create_local(&t, &(struct thread_plan){.cpu = cpu}, handler));
    return t;
}

sel_t new_pt(const struct thread *t, uint64_t pid)
{
    const sel_t sel = sel_alloc(0);
    MUST(thread_create_portal(t, sel, pid, 0));
    return sel;
}

struct thread new_global_plan(const struct thread_plan *plan, thread_fn *fn, uint64_t arg)
{
    struct thread t;
    MUST(thread_create_global(&t, plan, fn, arg));
    if (runner_count < RUNNERS_MAX)
        runner[runner_count++] = t.ec;
    return t;
}

struct thread new_global(uint16_t cpu, uint8_t prio, thread_fn *fn, uint64_t arg)
{
    const struct thread t = new_global_plan(&(struct thread_plan){.cpu = cpu}, fn, arg);
    new_sc(&t, prio, BUDGET);
    return t;
}

sel_t new_sc(const struct thread *t, uint8_t prio, uint16_t budget)
{
    const sel_t sel = sel_alloc(0);
    MUST(hc_create_sc(sel, SEL_ROOT_PD, t->ec, (struct hc_sc){.prio = prio, .budget = budget}));
    return sel;
}

sel_t copy_cap(sel_t from, uint8_t perm)
{
    const sel_t to = sel_alloc(0);
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                    (struct hc_range){.from = from, .to = to, .perm = perm}));
    return to;
}

void revoke(sel_t sel)
{
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ, (struct hc_range){.from = sel, .to = sel}));
}

sel_t new_events(uint16_t cpu)
{
    const sel_t events = sel_alloc(EVENTS_ORDER), startup = hip->sel_hst_arch + EVENT_NOVA_STARTUP;
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                    (struct hc_range){.from = thread_events(cpu) + startup,
                                      .to = events + startup,
                                      .perm = PERM_PT_ALL}));
    return events;
}

void up(sel_t sm)
{
    MUST(hc_sm_up(sm));
}

bool down(sel_t sm)
{
    const status_t status = hc_sm_down(sm, 0, time_after(hip, PATIENCE));
    EXPECT_STATUS(SUCCESS, status);
    return status == SUCCESS;
}

uint64_t drain(sel_t sm)
{
    uint64_t count = 0;
    while (hc_sm_down(sm, 0, 1) == SUCCESS)
        count++;
    return count;
}

void nap(uint64_t us)
{
    static sel_t never;
    if (never == 0) {
        never = SEL_ALLOC_START - 1; /* outlives the tests */
        MUST(hc_create_sm(never, SEL_ROOT_PD, 0));
    }
    EXPECT_STATUS(TIMEOUT, hc_sm_down(never, 0, time_after(hip, us)));
}

bool wait_until(const _Atomic uint64_t *word, uint64_t value)
{
    const uint64_t end = time_after(hip, PATIENCE);
    while (atomic_load(word) < value) {
        if (stc_now() > end) {
            tap_fail(__FILE__, __LINE__, "waited for %lu, it is %lu", value, atomic_load(word));
            return false;
        }
        nap(200);
    }
    return true;
}

void spin(uint64_t us)
{
    const uint64_t end = time_after(hip, us);
    while (stc_now() < end)
        cpu_relax();
}

uint32_t peer_portal(uint64_t fn, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    peer_fn *const run = (peer_fn *)fn;
    utcb->word[0] = run(utcb->word[0]);
    return hc_mtd(1);
}

struct peer new_peer(void)
{
    struct peer peer;
    MUST(child_create(&peer.child));
    MUST(child_share_memory(&peer.child));
    MUST(thread_create_local(
        &peer.thread, &(struct thread_plan){.cpu = cpu_here(), .pd = peer.child.pd}, peer_portal));
    peer.pt = new_pt(&peer.thread, 0);
    return peer;
}

uint64_t peer_run(const struct peer *peer, peer_fn *fn, uint64_t arg)
{
    struct utcb *const utcb = root_utcb();
    MUST(hc_ctrl_pt(peer->pt, (uint64_t)fn, 0));
    utcb->word[0] = arg;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(peer->pt, 0, hc_mtd(1)).status);
    return utcb->word[0];
}

status_t map(uint64_t phys, uint64_t hva, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
                      (struct hc_range){.from = phys / PAGE_SIZE,
                                        .to = hva / PAGE_SIZE,
                                        .order = order,
                                        .perm = perm,
                                        .mad = MAD_MEMORY});
}
