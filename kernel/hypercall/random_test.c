/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anything, in any order, on several CPUs: threads that call, wait, wake, recall, create, delegate and die,
 * stopped at any window or wait while others go on. Nothing may go wrong that the kernel, this machine or the
 * sanitizers notice; and when all is taken away, nothing is left.
 */

#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/mm/frame.h"
#include "kernel/obj/pd.h"
#include "kernel/sync/rcu.h"

enum : unsigned { CPUS = 3, RUNS = 60, STEPS = 1500 };

/*
 * Selectors: those from ANY to LAST are what everybody does anything with. Before them are threads, one on
 * each CPU, that do not wait and do not die: the world does not come to a standstill.
 */
enum : uint64_t { FIRST = 0x40, ANY = FIRST + 8, LAST = FIRST + 0x3f, COUNT_LOG2 = 6 };

static uint64_t state;

static unsigned random_below(unsigned limit)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((state >> 33) % limit);
}

static uint64_t any_slot(void)
{
    return ANY + random_below(LAST + 1 - ANY);
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
    return UINT64_C(0x5000'0000) + ((uint64_t)random_below(16) << 12);
}

static uint64_t any_deadline(void)
{
    return random_below(8) == 0 ? 0 : sim_stc + random_below(5000);
}

/* A hypercall of whoever runs on `cpu`, which is in user mode. */
static void begin_any_call(unsigned cpu)
{
    const struct ec *const self = sim_user(cpu);
    unsigned what = random_below(24);
    if ((what == 3 || what == 4) && self->kind != EC_LOCAL) /* it would be its last call */
        what = 0;
    if ((what == 18 || what == 19) && is_restless(self))
        what = 20;
    const uint64_t sel = any_slot(), flags = random_below(16), pd = SEL_ROOT_PD;
    const uint64_t ec = slot_of(KOBJ_EC), pt = slot_of(KOBJ_PT), sm = slot_of(KOBJ_SM);
    switch (what) {
    case 0:
    case 1:
    case 2:
        sim_begin(cpu, call_p0(HYPERCALL_IPC_CALL, random_below(2), pt), random_below(8), 0, 0, 0);
        return;
    case 3:
    case 4:
        sim_begin(cpu, call_p0(HYPERCALL_IPC_REPLY, 0, 0),
                  random_below(20) == 0 ? SIM_MTD_POISON : random_below(8), 0, 0, 0);
        return;
    case 5:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_PD, (unsigned)flags, sel), pd, 0, 0, 0);
        return;
    case 6:
    case 7:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_EC, (unsigned)flags & ~1u, sel),
                  random_below(2) == 0 ? pd : any_slot(), any_page() | random_below(CPUS), 0, ANY);
        return;
    case 8:
    case 9:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_SC, 0, sel), pd, ec,
                  (1 + random_below(100)) << 16 | (1 + random_below(3)), 0);
        return;
    case 10:
    case 11:
    case 12:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_PT, 0, sel), pd, ec, 0, 0);
        return;
    case 13:
    case 14:
        sim_begin(cpu, call_p0(HYPERCALL_CREATE_SM, 0, sel), pd, random_below(3), 0, 0);
        return;
    case 15:
    case 16:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, sel << 12,
                  any_slot() << 12 | random_below(32), 0);
        return;
    case 17:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_EC, (unsigned)flags, ec), 0, 0, 0, 0);
        return;
    case 18:
    case 19:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, sm), any_deadline(), 0, 0, 0);
        return;
    default:
        sim_begin(cpu, call_p0(HYPERCALL_CTRL_SM, 0, sm), 0, 0, 0, 0);
        return;
    }
}

/* One move of one CPU. */
static void move(unsigned cpu)
{
    switch (sim_state_of(cpu)) {
    case SIM_OFF:
        return;
    case SIM_USER:
        if (sim_pending(cpu) != 0 && random_below(3) == 0)
            sim_begin_interrupt(cpu, SIM_ALL);
        else if (random_below(40) == 0 && !is_restless(sim_user(cpu)))
            sim_begin_event(cpu, random_below(8));
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

/* Servers and threads on each CPU, semaphores: where the first calls can go. */
static void make_world(void)
{
    uint64_t sel = ANY;
    for (unsigned cpu = 0; cpu < CPUS; cpu++)
        call_thread(FIRST + 2 * cpu, cpu, 1, 1);
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        for (unsigned i = 0; i < 3; i++, sel += 2)
            call_server(sel, cpu);
        for (unsigned i = 0; i < 3; i++, sel += 2)
            call_thread(sel, cpu, 1 + random_below(100), 1 + random_below(3));
    }
    for (; sel <= LAST; sel++)
        CHECK_EQ(call_create_sm(0, sel, SEL_ROOT_PD, 0), SUCCESS);
}

/* All CPUs take turns, each as far as it goes, until root, whose time has come, runs. */
static void wake_root(const struct ec *root)
{
    for (unsigned rounds = 0; sim_user(0) != root; rounds++) {
        CHECK(rounds < 100'000);
        for (unsigned cpu = 0; cpu < CPUS && sim_user(0) != root; cpu++) {
            const enum sim_state now = sim_state_of(cpu);
            if (now >= SIM_ENTERED)
                sim_step(cpu);
            else if (sim_pending(cpu) != 0)
                sim_begin_interrupt(cpu, SIM_ALL);
        }
    }
}

/* Nothing has a name any more: who still runs, runs into an exception; who waits, does so no more. */
static void end_world(const struct ec *root)
{
    call_revoke(0, FIRST, COUNT_LOG2);
    for (unsigned cpu = 1; cpu < CPUS; cpu++)
        sim_finish(cpu);
    for (unsigned turn = 0; turn < 8; turn++) {
        call_revoke(0, FIRST, COUNT_LOG2); /* what was about to be made then */
        sim_settle();
        for (unsigned cpu = 1; cpu < CPUS; cpu++)
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
}

static void whatever_happens_nothing_is_left(void)
{
    struct ec *const root = call_boot(CPUS, 2048);
    size_t pages = 0;
    uint64_t bytes = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        make_world();
        const uint64_t deadline = sim_stc + 1'000'000;
        sim_begin(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, CALL_SLEEP), deadline, 0, 0, 0);
        do
            sim_step(0);
        while (root->waits_at == nullptr);
        for (unsigned i = 0; i < STEPS; i++) {
            move(random_below(CPUS));
            sim_advance(random_below(100));
        }
        sim_advance(deadline - sim_stc);
        wake_root(root);
        end_world(root);

        const size_t pages_now = call_settle();
        const struct pd *const pd = CONTAINER_OF(call_object(SEL_ROOT_PD), struct pd, obj);
        if (run > 5) { /* page tables for UTCBs stay */
            CHECK_EQ(pages_now, pages);
            CHECK_EQ(pd->used, bytes);
        }
        pages = pages_now;
        bytes = pd->used;
    }
}

static void first_seed(void)
{
    state = 1;
    whatever_happens_nothing_is_left();
}

static void second_seed(void)
{
    state = 2;
    whatever_happens_nothing_is_left();
}

int main(void)
{
    SIM_RUN(first_seed);
    SIM_RUN(second_seed);
}
