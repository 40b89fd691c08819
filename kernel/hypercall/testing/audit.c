/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/hypercall/testing/audit.h"

#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/boot/root.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/pt.h"
#include "kernel/obj/sc.h"
#include "kernel/obj/sm.h"
#include "kernel/sync/rcu.h"

enum : unsigned { OBJECT_MAX = 1024 };

/* Objects that can be reached, and the references that were found to them. */
struct census {
    struct seen {
        struct kobject *obj;
        uint32_t refs;
        unsigned places; /* SC: queues that it is in; EC: lists of waiters */
    } seen[OBJECT_MAX];
    unsigned count;
};

static struct census boot, now;

static struct seen *find(struct census *c, const struct kobject *obj)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->seen[i].obj == obj)
            return &c->seen[i];
    return nullptr;
}

/* `obj` can be reached. */
static struct seen *see(struct kobject *obj)
{
    struct seen *const old = find(&now, obj);
    if (old != nullptr)
        return old;
    CHECK(now.count < OBJECT_MAX);
    now.seen[now.count] = (struct seen){.obj = obj};
    return &now.seen[now.count++];
}

static void count(struct kobject *obj)
{
    see(obj)->refs++;
}

static void count_pd(struct pd *pd)
{
    if (pd != nullptr)
        count(&pd->obj);
}

static void look_at_slots(struct space_obj *space)
{
    count_pd(space->pd);
    for (uint64_t sel = 0; sel < SELNUM; sel += OBJ_PAGE_SLOTS) {
        if (space->root[sel / OBJ_PAGE_SLOTS] == space->root[OBJ_ROOT_SLOTS / 2])
            continue; /* selectors in the middle are never used here */
        for (uint64_t i = 0; i < OBJ_PAGE_SLOTS; i++) {
            const struct cap cap = space_obj_load(space, sel + i);
            if (cap.raw != 0)
                count(cap_object(cap));
        }
    }
}

/* An SC is in a queue, which holds a reference. */
static void look_at_queue(struct list *queue, unsigned cpu)
{
    for (struct list *at = queue->next; at != queue; at = at->next) {
        struct sc *const sc = CONTAINER_OF(at, struct sc, link);
        CHECK(at->next->prev == at && at->prev->next == at);
        CHECK_EQ(sc->cpu, cpu);
        see(&sc->obj)->places++;
        count(&sc->obj);
    }
}

static void look_at_waiters(struct sm *sm) NO_THREAD_SAFETY_ANALYSIS /* all are at rest */
{
    count_pd(sm->pd);
    CHECK_EQ(sm->lock.next, sm->lock.owner);
    CHECK(sm->count == 0 || list_is_empty(&sm->waiters)); /* else somebody was not woken */
    for (struct list *at = sm->waiters.next; at != &sm->waiters; at = at->next) {
        struct ec *const ec = CONTAINER_OF(at, struct ec, sm_link);
        CHECK(at->next->prev == at && at->prev->next == at);
        CHECK(ec->waits_at == sm);
        see(&ec->obj)->places++;
    }
}

static void look_at_ec(struct ec *ec)
{
    count(&ec->objects->obj);
    count(&ec->host->obj);
    if (ec->kind == EC_GUEST && ec->guest != nullptr)
        count(&ec->guest->obj);
    count_pd(ec->host->pd);
    if (ec->waits_at != nullptr) {
        see(&ec->waits_at->obj);
        if (ec->timeout.deadline != 0)
            count(&ec->waits_at->obj);
    }
    CHECK_EQ(ec->waits_at != nullptr, ec->cont == ec_cont_blocked);
    look_at_queue(&ec->parked, ec->cpu);
    CHECK(ec->waits_at != nullptr || list_is_empty(&ec->parked));
    if (ec->callee != nullptr) {
        see(&ec->callee->obj);
        CHECK((ec->callee->caller & ~CALLER_TAGS) == (uintptr_t)ec);
    }
    struct ec *const caller = (struct ec *)(ec->caller & ~CALLER_TAGS); /* NOLINT: tagged */
    if (caller != nullptr) {
        see(&caller->obj);
        CHECK(caller->callee == ec);
    }
}

static void look_at(struct kobject *obj)
{
    switch (obj->type) {
    case KOBJ_PD:
        return;
    case KOBJ_EC:
        look_at_ec(CONTAINER_OF(obj, struct ec, obj));
        return;
    case KOBJ_SC: {
        struct sc *const sc = CONTAINER_OF(obj, struct sc, obj);
        count_pd(sc->pd);
        if (sc->ec != nullptr)
            count(&sc->ec->obj);
        return;
    }
    case KOBJ_PT: {
        struct pt *const pt = CONTAINER_OF(obj, struct pt, obj);
        count_pd(pt->pd);
        count(&pt->ec->obj);
        return;
    }
    case KOBJ_SM:
        look_at_waiters(CONTAINER_OF(obj, struct sm, obj));
        return;
    case KOBJ_SPC_OBJ:
        look_at_slots(CONTAINER_OF(obj, struct space_obj, obj));
        return;
    case KOBJ_SPC_HST:
    case KOBJ_SPC_GST: {
        struct space_hst *const space = CONTAINER_OF(obj, struct space_hst, obj);
        count_pd(space->pd);
        if (space->ports != nullptr)
            count(space->ports);
        return;
    }
    case KOBJ_SPC_PIO:
    case KOBJ_SPC_MSR:
        count_pd(CONTAINER_OF(obj, struct space_bit, obj)->pd);
        return;
    case KOBJ_SLOTS: /* nobody reaches it */
    case KOBJ_SPC_DMA:
    case KOBJ_COUNT:
        break;
    }
    sim_fail(__FILE__, __LINE__, "an object of no kind");
}

static void look_at_cpu(unsigned id)
{
    struct cpu *const cpu = cpu_table[id];
    struct sched *const s = &cpu->sched;
    CHECK(sim_state_of(id) == SIM_USER || sim_state_of(id) == SIM_IDLE);
    CHECK(cpu->shared.inbox == nullptr && cpu->newest == nullptr && cpu->oldest == nullptr);
    CHECK(!s->is_behind && list_is_empty(&s->woken));
    CHECK_EQ(cpu->shared.asked, cpu->shared.served);
    for (unsigned prio = 0; prio < SCHED_PRIO_COUNT; prio++) {
        CHECK_EQ(s->occupied[prio / 64] >> prio % 64 & 1, !list_is_empty(&s->queue[prio]));
        look_at_queue(&s->queue[prio], id);
    }
    if (sim_state_of(id) == SIM_IDLE) {
        CHECK(s->current == s->idle);
        CHECK_EQ(s->occupied[0] | s->occupied[1], 0); /* else somebody was not seen */
        return;
    }
    CHECK(s->current != s->idle);
    see(&s->current->obj)->places++;
    count(&s->current->obj);
    see(&cpu->current->obj);
    CHECK_EQ(cpu->current->hazard, 0);
    CHECK(!sim_remembers_more(id));
}

/* Whom an SC runs. */
static const struct ec *end_of_chain(const struct sc *sc)
{
    const struct ec *ec = sc->ec;
    while (ec->callee != nullptr)
        ec = ec->callee;
    return ec;
}

static void judge(const struct seen *seen)
{
    const struct seen *const before = find(&boot, seen->obj);
    const uint32_t uncounted = before != nullptr ? before->refs : 0;
    if (rcu_pending() == 0) /* else what is about to be destroyed holds some */
        CHECK_EQ(seen->obj->refs, seen->refs + uncounted);
    if (seen->obj->type == KOBJ_EC)
        CHECK_EQ(seen->places, CONTAINER_OF(seen->obj, struct ec, obj)->waits_at != nullptr);
    if (seen->obj->type != KOBJ_SC || before != nullptr)
        return;
    CHECK(seen->places <= 1);
    if (seen->places == 0)
        CHECK(end_of_chain(CONTAINER_OF(seen->obj, struct sc, obj))->cont == ec_cont_dead);
}

static void take_census(unsigned cpus)
{
    now.count = 0;
    see(&root_objects()->obj);
    for (unsigned id = 0; id < cpus; id++)
        look_at_cpu(id);
    for (unsigned i = 0; i < now.count; i++) /* it grows meanwhile */
        look_at(now.seen[i].obj);
}

void audit_begin(void)
{
    boot.count = 0;
    take_census(cpu_count);
    boot = now;
    for (unsigned i = 0; i < boot.count; i++)
        boot.seen[i].refs = boot.seen[i].obj->refs - boot.seen[i].refs;
}

void audit(unsigned cpus)
{
    take_census(cpus);
    for (unsigned i = 0; i < now.count; i++)
        judge(&now.seen[i]);
}
