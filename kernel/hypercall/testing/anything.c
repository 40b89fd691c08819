/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/hypercall/testing/anything.h"

#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/sync/rcu.h"

/*
 * Selectors: those from ANY to LAST are what everybody does anything with. Before them are threads, one on
 * each CPU, that do not wait and do not die: the world does not come to a standstill.
 */
enum : uint64_t { FIRST = 0x40, ANY = FIRST + 8, LAST = FIRST + 0x3f, COUNT_LOG2 = 6 };

/* Spaces that everybody delegates between, and a range of pages in them: some large ones. */
enum : uint64_t {
    NOVA_HST = 0x30,
    ROOT_HST,
    NOVA_PIO,
    ROOT_PIO,
    SPACES_LOG2 = 2,
    PAGES = 0x6'0000,
    PAGES_LOG2 = 12,
    FRAMES = UINT64_C(1) << 20,
};

static anything_choose_t choose;
static unsigned cpus;
static struct ec *root;
static uint64_t deadline; /* of root, which sleeps meanwhile */

static uint64_t any_slot(void)
{
    return ANY + choose(LAST + 1 - ANY);
}

/* Mostly one with an object of `type`. */
static uint64_t slot_of(enum kobj_type type)
{
    uint64_t sel = any_slot();
    for (unsigned tries = 0; tries < 12; tries++) {
        const struct kobject *const obj = call_object(sel);
        if (obj != nullptr && obj->type == type)
            break;
        sel = any_slot();
    }
    return sel;
}

static bool is_restless(const struct ec *ec)
{
    return ec->event_base == SELNUM && ec == call_ec(FIRST + 2 * ec->cpu);
}

/* The pages that UTCBs may be at: few, so that they meet. */
static uint64_t any_page(void)
{
    return UINT64_C(0x5000'0000) + ((uint64_t)choose(16) << 12);
}

static uint64_t any_deadline(void)
{
    return choose(8) == 0 ? 0 : sim_stc + choose(5000);
}

static uint64_t any_offset(unsigned ord)
{
    return (uint64_t)choose(1 << PAGES_LOG2) >> ord << ord;
}

/* Memory or ports: given, taken away, with other permissions; large and small. */
static void begin_delegation(unsigned cpu)
{
    const unsigned ord = choose(PAGES_LOG2 + 1);
    const uint64_t to = any_offset(ord), mask = choose(PERM_MASK + 1);
    uint64_t src = NOVA_HST, dst = ROOT_HST, ssb = FRAMES + any_offset(ord), dsb = PAGES + to;
    if (choose(3) == 0) {
        src = choose(2) == 0 ? NOVA_PIO : ROOT_PIO;
        dst = ROOT_PIO;
        ssb = dsb = to;
    } else if (choose(2) == 0) {
        src = ROOT_HST;
        ssb = PAGES + any_offset(ord);
    }
    sim_begin(cpu, call_p0(HYPERCALL_CTRL_PD, 0, src), dst, ssb << PAGE_BITS | ord,
              dsb << PAGE_BITS | mask, 0);
}

/* Who runs on `cpu` uses some memory and ports, if it may: the CPU remembers how. */
static void look_around(unsigned cpu)
{
    sim_may_access(cpu, (PAGES + ((uint64_t)choose(16) << 8)) << PAGE_BITS, PERM_MEM_R);
    sim_may_use_port(cpu, (uint16_t)choose(1 << PAGES_LOG2));
}

/* When no CPU is in the kernel, none remembers what has been taken away. */
static void check_memories(void)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        if (sim_state_of(cpu) >= SIM_ENTERED)
            return;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        CHECK(sim_state_of(cpu) != SIM_USER || !sim_remembers_more(cpu));
}

/* A hypercall of whoever runs on `cpu`, which is in user mode. */
static void begin_any_call(unsigned cpu)
{
    const struct ec *const self = sim_user(cpu);
    unsigned what = choose(28);
    if ((what == 3 || what == 4) && self->kind != EC_LOCAL) /* it would be its last call */
        what = 0;
    if ((what == 18 || what == 19) && is_restless(self))
        what = 24;
    const uint64_t sel = any_slot(), flags = choose(16), pd = SEL_ROOT_PD;
    const uint64_t ec = slot_of(KOBJ_EC), pt = slot_of(KOBJ_PT), sm = slot_of(KOBJ_SM);
    switch (what) {
    case 0:
    case 1:
    case 2:
        sim_begin(cpu, call_p0(HYPERCALL_IPC_CALL, choose(2), pt), choose(8), 0, 0, 0);
        return;
    case 3:
    case 4:
        sim_begin(cpu, call_p0(HYPERCALL_IPC_REPLY, 0, 0),
                  choose(20) == 0 ? SIM_MTD_POISON : choose(8), 0, 0, 0);
        return;
    case 5:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_PD, (unsigned)flags, sel), pd, 0, 0, 0);
        return;
    case 6:
    case 7:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_EC, (unsigned)flags & ~1u, sel),
                  choose(2) == 0 ? pd : any_slot(), any_page() | choose(cpus), 0, ANY);
        return;
    case 8:
    case 9:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_SC, 0, sel), pd, ec,
                  (1 + choose(100)) << 16 | (1 + choose(3)), 0);
        return;
    case 10:
    case 11:
    case 12:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_PT, 0, sel), pd, ec, 0, 0);
        return;
    case 13:
    case 14:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_SM, 0, sel), pd, choose(3), 0, 0);
        return;
    case 15:
    case 16:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, sel << 12,
                  any_slot() << 12 | choose(32), 0);
        return;
    case 17:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_EC, (unsigned)flags, ec), 0, 0, 0, 0);
        return;
    case 18:
    case 19:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, sm), any_deadline(), 0, 0, 0);
        return;
    case 20:
    case 21:
    case 22:
    case 23:
        begin_delegation(cpu);
        return;
    default:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_SM, 0, sm), 0, 0, 0, 0);
        return;
    }
}

void anything_move(void)
{
    const unsigned cpu = choose(cpus);
    check_memories();
    sim_advance(choose(100));
    switch (sim_state_of(cpu)) {
    case SIM_OFF:
        return;
    case SIM_USER:
        look_around(cpu);
        if (sim_pending(cpu) != 0 && choose(3) == 0)
            sim_begin_interrupt(cpu, SIM_ALL);
        else if (choose(40) == 0 && !is_restless(sim_user(cpu)))
            sim_begin_event(cpu, choose(8));
        else
            begin_any_call(cpu);
        return;
    case SIM_IDLE:
        if (sim_pending(cpu) != 0)
            sim_begin_interrupt(cpu, SIM_ALL);
        return;
    case SIM_ENTERED:
    case SIM_WINDOW:
    case SIM_SPIN:
    case SIM_ACCESS:
        sim_step(cpu);
        return;
    }
}

static void take(uint64_t sel, uint64_t to)
{
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, sel, to, 0, PERM_MASK), SUCCESS);
}

/* Servers and threads on each CPU, semaphores: where the first calls can go. */
static void make_world(void)
{
    take(SEL_NOVA_HST, NOVA_HST);
    take(SEL_NOVA_ROOT_HST, ROOT_HST);
    take(SEL_NOVA_PIO, NOVA_PIO);
    take(SEL_NOVA_ROOT_PIO, ROOT_PIO);
    uint64_t sel = ANY;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        call_thread(FIRST + 2 * cpu, cpu, 1, 1);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        for (unsigned i = 0; i < 3; i++, sel += 2)
            call_server(sel, cpu);
        for (unsigned i = 0; i < 3; i++, sel += 2)
            call_thread(sel, cpu, 1 + choose(100), 1 + choose(3));
    }
    for (; sel <= LAST; sel++)
        CHECK_EQ(call_create_sm(0, sel, SEL_ROOT_PD, 0), SUCCESS);
}

/* All CPUs take turns, each as far as it goes, until root, whose time has come, runs. */
static void wake_root(void)
{
    for (unsigned rounds = 0; sim_user(0) != root; rounds++) {
        CHECK(rounds < 100'000);
        for (unsigned cpu = 0; cpu < cpus && sim_user(0) != root; cpu++) {
            const enum sim_state now = sim_state_of(cpu);
            if (now >= SIM_ENTERED)
                sim_step(cpu);
            else if (sim_pending(cpu) != 0)
                sim_begin_interrupt(cpu, SIM_ALL);
        }
    }
}

/* Nothing has a name any more: who still runs, runs into an exception; who waits, does so no more. */
static void end_world(void)
{
    call_revoke(0, FIRST, COUNT_LOG2);
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        sim_finish(cpu);
    for (unsigned turn = 0; turn < 8; turn++) {
        call_revoke(0, FIRST, COUNT_LOG2); /* what was about to be made then */
        sim_settle();
        for (unsigned cpu = 1; cpu < cpus; cpu++)
            while (sim_user(cpu) != nullptr)
                sim_event(cpu, 1);
        call_root_sleeps(sim_stc + 10'000);
        while (sim_user(0) != nullptr)
            sim_event(0, 1);
        sim_advance(10'000);
        sim_settle();
        CHECK(sim_user(0) == root);
    }
    CHECK_EQ(rcu_pending(), 0);
    CHECK_EQ(call_delegate(0, ROOT_HST, ROOT_HST, PAGES, PAGES, PAGES_LOG2, 0), SUCCESS);
    CHECK_EQ(call_delegate(0, ROOT_PIO, ROOT_PIO, 0, 0, PAGES_LOG2, 0), SUCCESS);
    call_revoke(0, NOVA_HST, SPACES_LOG2);
}

void anything_begin(unsigned on_cpus, anything_choose_t chooser)
{
    cpus = on_cpus;
    choose = chooser;
    root = call_ec(SEL_ROOT_EC);
    make_world();
    deadline = sim_stc + 1'000'000;
    sim_begin(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, CALL_SLEEP), deadline, 0, 0, 0);
    do
        sim_step(0);
    while (root->waits_at == nullptr);
}

void anything_end(void)
{
    sim_advance(deadline > sim_stc ? deadline - sim_stc : 0);
    wake_root();
    end_world();
}
