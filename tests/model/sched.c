/* SPDX-License-Identifier: GPL-2.0-only */
/* Who runs: priorities, budgets, interrupts. */

#include "tests/model/private.h"

void refs_insert(struct model *m, struct refs *list, unsigned where, ref_t ref)
{
    if (list->count == LIST_MAX) {
        m->lost = "a list is full";
        return;
    }
    for (unsigned i = list->count++; i > where; i--)
        list->item[i] = list->item[i - 1];
    list->item[where] = ref;
}

void refs_add(struct model *m, struct refs *list, ref_t ref)
{
    refs_insert(m, list, list->count, ref);
}

ref_t refs_take(struct refs *list, unsigned where)
{
    const ref_t ref = list->item[where];
    list->count--;
    for (unsigned i = where; i < list->count; i++)
        list->item[i] = list->item[i + 1];
    return ref;
}

int refs_find(const struct refs *list, ref_t ref)
{
    for (int i = 0; i < list->count; i++)
        if (list->item[i] == ref)
            return i;
    return -1;
}

/* An SC with budget left comes first among its equals, one without is refilled and comes last. */
static void enqueue(struct model *m, unsigned cpu, ref_t sc)
{
    struct refs *const ready = &m->cpu[cpu].ready;
    struct model_object *const o = at(m, sc);
    const bool is_first = o->sc.left != 0;
    if (!is_first)
        o->sc.left = o->sc.budget;
    unsigned i = 0;
    while (i < ready->count && (at(m, ready->item[i])->sc.prio > o->sc.prio ||
                                (!is_first && at(m, ready->item[i])->sc.prio == o->sc.prio)))
        i++;
    refs_insert(m, ready, i, sc);
}

static unsigned current_prio(struct model *m, unsigned cpu)
{
    const ref_t current = m->cpu[cpu].current;
    return current != 0 ? at(m, current)->sc.prio : 0;
}

void make_ready(struct model *m, unsigned cpu, ref_t sc)
{
    enqueue(m, cpu, sc);
    if (at(m, sc)->sc.prio > current_prio(m, cpu))
        m->cpu[cpu].again = true;
}

void unpark(struct model *m, unsigned cpu, ref_t ec)
{
    struct refs *const parked = &ec_at(m, ec)->parked;
    if (parked->count != 0)
        make_ready(m, cpu, refs_take(parked, 0));
    for (; parked->count != 0; m->cpu[cpu].again = true)
        refs_add(m, &m->cpu[cpu].woken, refs_take(parked, 0));
}

/* The time since the dispatch goes to the current SC. */
static void charge(struct model *m, unsigned cpu)
{
    struct model_cpu *const c = &m->cpu[cpu];
    struct model_object *const sc = at(m, c->current != 0 ? c->current : c->idle);
    const uint64_t used = m->now - c->since;
    sc->sc.used += used;
    sc->sc.left -= used < sc->sc.left ? used : sc->sc.left;
    c->since = m->now;
}

ref_t chain_end(struct model *m, ref_t ec)
{
    while (ec_at(m, ec)->callee != 0)
        ec = ec_at(m, ec)->callee;
    return ec;
}

ref_t dispatch(struct model *m, unsigned cpu)
{
    struct model_cpu *const c = &m->cpu[cpu];
    for (;;) {
        if (c->woken.count == 0)
            end_objects(m, cpu);
        if (c->woken.count == 0)
            break;
        take_interrupts(m, cpu);
        while (c->woken.count != 0)
            enqueue(m, cpu, refs_take(&c->woken, 0));
    }
    c->current = c->ready.count != 0 ? refs_take(&c->ready, 0) : 0;
    c->again = false;
    c->helped = 0;
    return c->current != 0 ? chain_end(m, at(m, c->current)->sc.ec) : 0;
}

ref_t restart(struct model *m, unsigned cpu)
{
    charge(m, cpu);
    if (m->cpu[cpu].current != 0)
        enqueue(m, cpu, m->cpu[cpu].current);
    return dispatch(m, cpu);
}

ref_t park(struct model *m, unsigned cpu, ref_t ec)
{
    if (ec_at(m, ec)->parked.count != 0) {
        take_interrupts(m, cpu);
        if (ec_at(m, ec)->does != WAITS_AT_SM)
            return restart(m, cpu);
    }
    charge(m, cpu);
    refs_add(m, &ec_at(m, ec)->parked, m->cpu[cpu].current);
    return dispatch(m, cpu);
}

ref_t drop_current(struct model *m, unsigned cpu)
{
    struct model_cpu *const c = &m->cpu[cpu];
    take_interrupts(m, cpu);
    const ref_t sc = c->current;
    charge(m, cpu);
    c->current = 0;
    at(m, sc)->sc.is_scheduled = false;
    drop(m, cpu, sc);
    return dispatch(m, cpu);
}

void go_on(struct model *m, unsigned cpu, ref_t ec)
{
    struct model_cpu *const c = &m->cpu[cpu];
    for (unsigned rounds = 0; m->lost == nullptr; rounds++) {
        if (rounds == OBJECTS)
            m->lost = "a cycle of calls turns until its budget ends";
        c->is_idle = ec == 0;
        if (ec == 0)
            return;
        struct model_ec *const e = ec_at(m, ec);
        switch (e->does) {
        case RUNS:
            if (e->is_doomed) {
                ec = die(m, cpu, ec);
            } else if (e->is_recalled) {
                e->is_recalled = false;
                e->event = 0x21; /* RECALL */
                ec = send_event(m, cpu, ec);
            } else {
                c->user = ec;
                return;
            }
            break;
        case WAITS_AT_SM:
            ec = park(m, cpu, ec);
            break;
        case CALLS:
            ec = call_again(m, cpu, ec);
            break;
        case STARTS:
            e->event = 0x20; /* STARTUP */
            ec = send_event(m, cpu, ec);
            break;
        case SENDS_EVENT:
            ec = send_event(m, cpu, ec);
            break;
        case IS_DEAD:
            ec = drop_current(m, cpu);
            break;
        }
    }
}

/* Interrupts. */

void send_note(struct model *m, unsigned from, unsigned to, enum note note, ref_t what)
{
    if (from == to) {
        m->lost = "a CPU sends to itself";
        return;
    }
    struct model_cpu *const c = &m->cpu[to];
    c->kicked = true;
    c->note[c->inbox.count % LIST_MAX] = note;
    refs_add(m, &c->inbox, what);
}

static void deliver(struct model *m, unsigned cpu, enum note note, ref_t what)
{
    switch (note) {
    case WAKE:
        wake(m, cpu, what, SUCCESS);
        break;
    case BURY:
        bury(m, cpu, what);
        break;
    case READY:
        make_ready(m, cpu, what);
        break;
    case RETIRE:
        retire(m, cpu, what);
        break;
    }
}

static void take_kick(struct model *m, unsigned cpu)
{
    struct model_cpu *const c = &m->cpu[cpu];
    c->kicked = false;
    for (unsigned i = 0; i < c->inbox.count; i++)
        deliver(m, cpu, c->note[i], c->inbox.item[i]);
    c->inbox.count = 0;
    if (c->user != 0 && (ec_at(m, c->user)->is_recalled || ec_at(m, c->user)->is_doomed))
        c->again = true;
}

/* The EC of `cpu` whose time at a semaphore is up, the first one first; 0: none. */
static ref_t first_timeout(const struct model *m, unsigned cpu)
{
    ref_t first = 0;
    for (unsigned i = 1; i < OBJECTS; i++) {
        const struct model_object *const o = &m->object[i];
        if (o->kind == EC && o->ec.cpu == cpu && o->ec.sm != 0 && o->ec.deadline != 0 &&
            o->ec.deadline <= m->now && refs_find(&m->object[o->ec.sm].sm.waiters, (ref_t)i) >= 0 &&
            (first == 0 || o->ec.deadline < m->object[first].ec.deadline))
            first = (ref_t)i;
    }
    return first;
}

static bool is_budget_used(const struct model *m, unsigned cpu)
{
    const struct model_cpu *const c = &m->cpu[cpu];
    return c->current != 0 && m->now - c->since >= m->object[c->current].sc.left;
}

static void take_timer(struct model *m, unsigned cpu)
{
    for (ref_t ec; (ec = first_timeout(m, cpu)) != 0;) {
        struct refs *const waiters = &at(m, ec_at(m, ec)->sm)->sm.waiters;
        refs_take(waiters, (unsigned)refs_find(waiters, ec));
        wake(m, cpu, ec, TIMEOUT);
    }
    if (is_budget_used(m, cpu))
        m->cpu[cpu].again = true;
}

void take_interrupts(struct model *m, unsigned cpu)
{
    struct model_cpu *const c = &m->cpu[cpu];
    if (c->kicked)
        take_kick(m, cpu);
    take_timer(m, cpu);
    for (unsigned n = 0; n < INTERRUPTS; n++)
        if (c->irqs >> n & 1)
            for (unsigned i = 1; i < OBJECTS; i++)
                if (m->object[i].kind == SM && m->object[i].sm.source == n + 1)
                    up(m, cpu, (ref_t)i);
    c->irqs = 0;
}

bool model_is_pending(const struct model *m, unsigned cpu)
{
    const struct model_cpu *const c = &m->cpu[cpu];
    return c->kicked || c->irqs != 0 || is_budget_used(m, cpu) || first_timeout(m, cpu) != 0;
}

void model_interrupt(struct model *m, unsigned cpu)
{
    struct model_cpu *const c = &m->cpu[cpu];
    take_interrupts(m, cpu);
    if (c->again)
        go_on(m, cpu, restart(m, cpu));
    else if (!c->is_idle)
        go_on(m, cpu, c->user);
}

void model_settle(struct model *m)
{
    for (bool more = true; more && m->lost == nullptr;) {
        more = false;
        for (unsigned cpu = 0; cpu < m->cpus; cpu++)
            if (model_is_pending(m, cpu)) {
                model_interrupt(m, cpu);
                more = true;
            }
        if (more || !m->has_ended)
            continue;
        /* The grace period: each CPU that is not idle passes by the scheduler. */
        m->has_ended = false;
        more = true;
        for (unsigned cpu = 0; cpu < m->cpus; cpu++)
            if (!m->cpu[cpu].is_idle)
                go_on(m, cpu, restart(m, cpu));
    }
}

void model_raise(struct model *m, unsigned n)
{
    if (!m->irq[n].is_masked)
        m->cpu[m->irq[n].cpu].irqs |= UINT64_C(1) << n;
}
