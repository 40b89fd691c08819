/* SPDX-License-Identifier: GPL-2.0-only */

#include "tests/model/lockstep.h"

#include <stdio.h>
#include <stdlib.h>

#include "arch/sim/machine.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/boot/root.h"
#include "kernel/cap/nova.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/phys.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/sc.h"
#include "kernel/sync/rcu.h"
#include "tests/model/compare.h"

enum : size_t {
    POOL_PAGES = PAGES / 2 - 1
}; /* half the window of physical memory is the kernel's */

static struct model now, next; /* `next`: where a step is tried */
static struct model booted;
static pairs_t core;
static size_t pages_free;
static uint64_t steps, declined;
static bool is_traced;

struct step {
    enum { HYPERCALL, EVENT, INTERRUPT, SETTLE } what;
    unsigned cpu, event;
    uint64_t p[5];
};
static struct step last;

static void print(const struct step *s, const char *why_not)
{
    static const char *const names[] = {"hypercall", "exception", "interrupts", "all interrupts"};
    fprintf(stderr, "step %lu: %s", steps, names[s->what]);
    if (s->what != SETTLE)
        fprintf(stderr, " on CPU %u", s->cpu);
    if (s->what == EVENT)
        fprintf(stderr, ", number %u", s->event);
    for (unsigned i = 0; s->what == HYPERCALL && i < 5; i++)
        fprintf(stderr, " %#lx", s->p[i]);
    fprintf(stderr, *why_not != '\0' ? ": not taken, %s\n" : "%s\n", why_not);
}

static void check(bool all)
{
    if (is_traced)
        now.mapped = UINT32_MAX;
    const char *const difference = compare(&now, core, all || is_traced);
    if (difference == nullptr)
        return;
    print(&last, "");
    fprintf(stderr, "core and model differ: %s\n", difference);
    abort();
}

/* Root, which runs on CPU 0, takes from the NOVA object space. */
static void take(uint64_t sel, uint64_t to)
{
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, sel, to, 0, PERM_MASK), SUCCESS);
}

/* Booting. */

static struct kobject *core_slot(ref_t objects, uint64_t sel)
{
    return cap_object(space_obj_load(CONTAINER_OF(core[objects], struct space_obj, obj), sel));
}

/* Each object of the model that is in a slot of `objects` is what the core has there. */
static void pair_slots(ref_t objects)
{
    for (unsigned i = 0; i < WINDOWS * SLOTS; i++) {
        const uint64_t sel = model_windows[i / SLOTS] + i % SLOTS;
        const ref_t ref = model_slot(&now, objects, sel).object;
        if (ref != 0 && core[ref] == nullptr)
            core[ref] = core_slot(objects, sel);
    }
}

/* What platform code would do: without it there would be no MSR to give away. */
static void allow_msrs(void)
{
    for (uint64_t i = 0; i < BITS; i++) {
        space_bit_store(nova_msr, MSRS_LOW + i, i % 4);
        space_bit_store(nova_msr, MSRS_HIGH + i, i % 4);
    }
}

/* What a world begins with is the loader's choice, or where the one before has ended. */
static void adopt(struct model *m)
{
    const struct ec *const root = CONTAINER_OF(core[m->root], struct ec, obj);
    const struct sc *const sc = cpu_table[0]->sched.current;
    struct model_ec *const e = &m->object[m->root].ec;
    m->now = sim_stc;
    for (unsigned cpu = 0; cpu < m->cpus; cpu++)
        m->cpu[cpu].since = cpu_table[cpu]->sched.since;
    for (unsigned i = 0; i < 5; i++)
        e->slot[i] = root->arch.regs.slot[i];
    for (unsigned i = 0; i < WORDS; i++)
        e->word[i] = root->utcb->word[i];
    e->ip = root->arch.regs.ip;
    e->sp = root->arch.regs.sp;
    m->object[m->cpu[0].current].sc.left = sc->left;
    m->object[m->cpu[0].current].sc.used = sc->used;
}

void lockstep_boot(unsigned cpus)
{
    sim_boot(cpus, POOL_PAGES);
    allow_msrs();
    for (unsigned w = 0; w < WINDOWS - 1; w++) { /* the pages of slots stay */
        take(SEL_NOVA_CONSOLE, model_windows[w]);
        call_revoke(0, model_windows[w], 0);
    }
    const uint64_t frame = virt_to_phys(sim_pool()).raw >> PAGE_BITS;
    CHECK(frame + PAGES < bit(arch_phys_bits() - PAGE_BITS));
    model_boot(&now, cpus, arch_phys_bits(), frame, POOL_PAGES + 1);
    const ref_t nova = model_slot(&now, now.root_objects, SEL_ROOT_NOVA_OBJ).object;
    core[nova] = &nova_obj->obj;
    core[now.root_objects] = &root_objects()->obj;
    pair_slots(nova);
    pair_slots(now.root_objects);
    booted = now;
    adopt(&now);
    now.mapped = UINT32_MAX;
    check(true);
}

const struct model *lockstep_model(void)
{
    return &now;
}

void lockstep_trace(void)
{
    is_traced = true;
}

uint64_t lockstep_steps(void)
{
    return steps;
}

uint64_t lockstep_declined(void)
{
    return declined;
}

/* Steps. */

static void do_in_model(struct model *m, const struct step *s)
{
    switch (s->what) {
    case HYPERCALL:
        model_hypercall(m, s->cpu, s->p);
        break;
    case EVENT:
        model_event(m, s->cpu, s->event);
        break;
    case INTERRUPT:
        model_interrupt(m, s->cpu);
        break;
    case SETTLE:
        model_settle(m);
        break;
    }
}

static void do_in_core(const struct step *s)
{
    switch (s->what) {
    case HYPERCALL:
        sim_hypercall(s->cpu, s->p[0], s->p[1], s->p[2], s->p[3], s->p[4]);
        break;
    case EVENT:
        sim_event(s->cpu, s->event);
        break;
    case INTERRUPT:
        sim_interrupt(s->cpu, SIM_ALL);
        break;
    case SETTLE:
        sim_settle();
        break;
    }
}

/* Root stays, as do its first capabilities: it has to tidy up in the end. */
static bool root_is_well(const struct model *m)
{
    const struct model_ec *const root = &m->object[m->root].ec;
    for (uint64_t sel = SEL_ROOT_SC; sel <= SEL_ROOT_NOVA_OBJ; sel++) {
        const struct model_cap a = model_slot(m, m->root_objects, sel);
        const struct model_cap b = model_slot(&booted, m->root_objects, sel);
        if (a.object != b.object || a.perm != b.perm)
            return false;
    }
    unsigned contexts = 0;
    for (unsigned i = 1; i < OBJECTS; i++)
        contexts += m->object[i].kind == SC && m->object[i].sc.ec == m->root;
    return contexts == 1 &&
           (root->does == RUNS || (root->does == WAITS_AT_SM && root->deadline != 0)) &&
           !root->is_doomed && !root->is_recalled && root->callee == 0;
}

static bool can_follow(const struct model *m)
{
    return m->lost == nullptr && root_is_well(m);
}

static bool is_anything_pending(void)
{
    for (unsigned cpu = 0; cpu < now.cpus; cpu++)
        if (model_is_pending(&now, cpu))
            return true;
    return false;
}

/* Waits for other CPUs, or lets interrupts in where the model does not. */
static bool is_long(const struct step *s)
{
    const unsigned number = s->p[0] & P0_NUMBER_MASK;
    return s->what == HYPERCALL && (number == HYPERCALL_CTRL_PD || number == HYPERCALL_CTRL_EC);
}

static void commit(const struct step *s)
{
    const ref_t objects = s->what == SETTLE ? 0 : now.object[now.cpu[s->cpu].user].ec.objects;
    last = *s;
    steps++;
    if (is_traced)
        print(s, "");
    do_in_core(s);
    now = next;
    if (s->what == HYPERCALL && now.made != 0)
        core[now.made] = core_slot(objects, now.made_at);
    for (unsigned i = 1; i < OBJECTS; i++)
        if (now.object[i].kind == NOTHING)
            core[i] = nullptr;
}

/* All CPUs come to rest, in both: `next` is what the model makes of it. */
static void settle_core(void)
{
    sim_settle();
    CHECK_EQ(rcu_pending(), 0);
}

bool lockstep_settle(void)
{
    const struct step step = {.what = SETTLE};
    next = now;
    next.mapped = 0;
    model_settle(&next);
    if (!can_follow(&next))
        return false;
    commit(&step);
    settle_core();
    check(true);
    return true;
}

static bool run(const struct step *s, bool is_compared)
{
    next = now;
    next.mapped = 0;
    do_in_model(&next, s);
    if ((next.has_ended || is_long(s)) && is_anything_pending()) {
        /* What ends, and what takes its time, begins when all is quiet. */
        if (!lockstep_settle())
            return false;
        if (s->what == INTERRUPT)
            return true;
        if (now.cpu[s->cpu].is_idle)
            return false;
        next = now;
        next.mapped = 0;
        do_in_model(&next, s);
    }
    const bool has_ended = next.has_ended;
    if (has_ended && can_follow(&next))
        model_settle(&next);
    if (!can_follow(&next)) {
        if (is_traced)
            print(s, next.lost != nullptr ? next.lost : "root would not be well");
        declined++;
        return false;
    }
    commit(s);
    if (has_ended)
        settle_core();
    if (is_compared || is_traced)
        check(has_ended || is_long(s));
    return true;
}

static bool hypercall(unsigned cpu, const uint64_t p[5], bool is_compared)
{
    const struct step step = {.what = HYPERCALL, .cpu = cpu, .p = {p[0], p[1], p[2], p[3], p[4]}};
    return run(&step, is_compared);
}

bool lockstep_hypercall(unsigned cpu, const uint64_t p[5])
{
    return hypercall(cpu, p, true);
}

bool lockstep_prepare(const uint64_t p[5])
{
    return hypercall(0, p, false);
}

bool lockstep_event(unsigned cpu, unsigned event)
{
    const struct step step = {.what = EVENT, .cpu = cpu, .event = event};
    return run(&step, true);
}

bool lockstep_interrupt(unsigned cpu)
{
    const struct step step = {.what = INTERRUPT, .cpu = cpu};
    return run(&step, true);
}

void lockstep_write(unsigned cpu, unsigned word, uint64_t value)
{
    const ref_t self = now.cpu[cpu].user;
    now.object[self].ec.word[word] = value;
    CONTAINER_OF(core[self], struct ec, obj)->utcb->word[word] = value;
}

void lockstep_advance(uint64_t ticks)
{
    now.now += ticks;
    sim_advance(ticks);
}

void lockstep_raise(unsigned n)
{
    model_raise(&now, n);
    sim_raise(n);
}

/* The end of everything, by the core alone. */

enum : uint64_t { SPARE = 16, SLEEP = 17 }; /* free slots of root's by then */

/* All slots of `space`, which is kept until here, as if root had been given it. */
static void empty(struct kobject *space)
{
    CHECK_EQ(space_obj_insert(root_objects(), SPARE, space, PERM_SPC_GRANT), SUCCESS);
    kobject_put(space);
    for (unsigned w = 0; w < WINDOWS; w++)
        CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SPARE, model_windows[w], model_windows[w], 6, 0),
                 SUCCESS);
    call_revoke(0, SPARE, 0);
}

static bool is_to_empty(unsigned i)
{
    return now.object[i].kind == OBJ && !now.object[i].space.is_nova && i != now.root_objects;
}

static void empty_slots(void)
{
    for (unsigned i = 1; i < OBJECTS; i++)
        if (is_to_empty(i))
            kobject_get(core[i]);
    for (unsigned w = 0; w < WINDOWS - 1; w++)
        call_revoke(0, model_windows[w], 6);
    for (unsigned ord = 5; ord >= 3; ord--)
        call_revoke(0, SELNUM - (UINT64_C(2) << ord), ord);
    call_revoke(0, SELNUM - 8, 1);
    call_revoke(0, SELNUM - 6, 0); /* behind it are those that root began with */
    for (unsigned i = 1; i < OBJECTS; i++)
        if (is_to_empty(i))
            empty(core[i]);
}

static void empty_memory(void)
{
    take(SEL_NOVA_ROOT_HST, SPARE);
    CHECK_EQ(call_delegate(0, SPARE, SPARE, FIRST_PAGE, FIRST_PAGE, 10, 0), SUCCESS);
    call_revoke(0, SPARE, 0);
    take(SEL_NOVA_ROOT_PIO, SPARE);
    CHECK_EQ(call_delegate(0, SPARE, SPARE, 0, 0, 16, 0), SUCCESS);
    call_revoke(0, SPARE, 0);
}

/* The semaphore at `sel` of the NOVA object space stays: nobody waits there, and its counter is 0. */
static void reset_semaphore(uint64_t sel)
{
    const ref_t nova = model_slot(&now, now.root_objects, SEL_ROOT_NOVA_OBJ).object;
    const struct model_object *const sm = &now.object[model_slot(&now, nova, sel).object];
    take(sel, SPARE);
    for (unsigned i = 0; i < sm->sm.waiters.count; i++) {
        if (sm->sm.source == 0) {
            CHECK_EQ(call_up(0, SPARE), SUCCESS);
            continue;
        }
        sim_hypercall(0, call_p0(HYPERCALL_ASSIGN_INT, 0, SPARE), 0, 0, 0, 0);
        sim_raise(sm->sm.source - 1u);
        sim_settle();
    }
    if (sm->sm.source != 0)
        sim_hypercall(0, call_p0(HYPERCALL_ASSIGN_INT, ASSIGN_INT_MASKED, SPARE), 0, 0, 0, 0);
    sim_hypercall(0, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN | CTRL_SM_ZERO, SPARE), 1, 0, 0, 0);
    call_revoke(0, SPARE, 0);
}

/* Who still runs has no portal for an exception: it dies. */
static void kill_all(unsigned cpu)
{
    while (sim_user(cpu) != nullptr)
        sim_event(cpu, 1);
}

/*
 * All CPUs take turns, each as far as it goes at once, until root runs: nothing else would end a cycle of
 * calls.
 */
static void wait_for_root(const struct ec *root)
{
    for (unsigned rounds = 0; sim_user(0) != root; rounds++) {
        CHECK(rounds < 100'000);
        sim_advance(SIM_FREQUENCY / 100);
        for (unsigned cpu = 0; cpu < now.cpus && sim_user(0) != root; cpu++) {
            if (sim_state_of(cpu) >= SIM_ENTERED)
                sim_step(cpu);
            else if (sim_pending(cpu) != 0)
                sim_begin_interrupt(cpu, SIM_ALL);
        }
    }
}

static void end_threads(const struct ec *root)
{
    for (unsigned turn = 0; turn < 4; turn++) {
        for (unsigned cpu = 1; cpu < now.cpus; cpu++)
            sim_finish(cpu);
        sim_settle();
        for (unsigned cpu = 1; cpu < now.cpus; cpu++)
            kill_all(cpu);
        CHECK_EQ(call_create_sm(0, SLEEP, SEL_ROOT_PD, 0), SUCCESS);
        CHECK_EQ(call_down(0, SLEEP, sim_stc + 1), CALL_WAITS);
        kill_all(0);
        wait_for_root(root);
        call_revoke(0, SLEEP, 0);
        sim_settle();
    }
    CHECK_EQ(rcu_pending(), 0);
}

static void begin_again(void)
{
    now = booted;
    adopt(&now);
}

void lockstep_end(void)
{
    const struct ec *const root = CONTAINER_OF(core[now.root], struct ec, obj);
    now.mapped = UINT32_MAX;
    check(true);
    wait_for_root(root);
    empty_slots();
    empty_memory();
    for (unsigned n = 0; n < INTERRUPTS; n++)
        reset_semaphore(SEL_NOVA_INT + n);
    reset_semaphore(SEL_NOVA_CONSOLE);
    end_threads(root);
    begin_again();
    now.mapped = UINT32_MAX;
    check(true);

    const size_t pages = frame_count_free();
    if (pages_free == 0)
        pages_free = pages; /* what the first objects of each kind have taken stays */
    CHECK_EQ(pages, pages_free);
}
