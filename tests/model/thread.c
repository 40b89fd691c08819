/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls and replies, events, death, semaphores. */

#include "arch/sim/machine.h" /* SIM_MTD_*: which registers a message has */
#include "tests/model/private.h"

static void copy_words(const struct model_ec *from, struct model_ec *to, uint64_t mtd)
{
    for (unsigned i = 0; i < WORDS && i <= mtd % 512; i++)
        to->word[i] = from->word[i];
}

static bool is_clean(const struct model_ec *ec)
{
    return !ec->is_recalled && !ec->is_doomed;
}

/* `self` waits for `callee`, which starts at the portal. */
static void enter(struct model *m, ref_t self, ref_t callee, bool is_event,
                  const struct model_object *pt, uint32_t mtd)
{
    struct model_ec *const e = ec_at(m, callee);
    ec_at(m, self)->callee = callee;
    e->caller = self;
    e->is_event = is_event;
    e->slot[0] = pt->pt.id;
    e->slot[1] = mtd;
    e->ip = pt->pt.ip;
}

static bool is_busy(const struct model_ec *ec)
{
    return ec->caller != 0 || ec->does == IS_DEAD;
}

/* Let it run that keeps `busy` from waiting for a message. */
static ref_t help(struct model *m, unsigned cpu, ref_t busy)
{
    m->cpu[cpu].helped = busy;
    take_interrupts(m, cpu);
    return m->cpu[cpu].again ? restart(m, cpu) : chain_end(m, busy);
}

/* One attempt. SUCCESS: delivered, to *callee. NO_STATUS: *callee is busy. */
static status_t try_call(struct model *m, ref_t self, ref_t *callee)
{
    struct model_ec *const e = ec_at(m, self);
    const ref_t pt = lookup(m, self, e->slot[0] >> 8, PT, PERM_PT_CALL);
    if (pt == 0)
        return BAD_CAP;
    *callee = at(m, pt)->pt.ec;
    struct model_ec *const to = ec_at(m, *callee);
    if (to->cpu != e->cpu)
        return BAD_CPU;
    if (to->does == IS_DEAD)
        return ABORTED;
    if (is_busy(to))
        return e->slot[0] >> 4 & IPC_CALL_TIMEOUT ? TIMEOUT : NO_STATUS;
    const uint32_t mtd = (uint32_t)e->slot[1];
    copy_words(e, to, mtd);
    enter(m, self, *callee, false, at(m, pt), mtd);
    return SUCCESS;
}

status_t model_call(struct model *m, unsigned cpu, ref_t self, ref_t *go_to)
{
    ref_t callee;
    const status_t status = try_call(m, self, &callee);
    if (status == NO_STATUS)
        ec_at(m, self)->does = CALLS;
    if (status != SUCCESS)
        return status;
    if (is_clean(ec_at(m, callee)))
        *go_to = callee;
    else
        m->cpu[cpu].again = true;
    return NO_STATUS;
}

ref_t call_again(struct model *m, unsigned cpu, ref_t self)
{
    ref_t callee;
    const status_t status = try_call(m, self, &callee);
    if (status == NO_STATUS)
        return help(m, cpu, callee);
    ec_at(m, self)->does = RUNS;
    if (status == SUCCESS && is_clean(ec_at(m, callee)))
        return callee;
    if (status != SUCCESS)
        ec_at(m, self)->slot[0] = status;
    return restart(m, cpu);
}

/* The registers that a message has go to a handler. */
static void load(const struct model_ec *from, struct model_ec *to, uint32_t mtd)
{
    if (mtd & SIM_MTD_SLOTS)
        for (unsigned i = 0; i < 5; i++)
            to->word[i] = from->slot[i];
    if (mtd & SIM_MTD_IP)
        to->word[5] = from->ip;
    if (mtd & SIM_MTD_SP)
        to->word[6] = from->sp;
    if (mtd & SIM_MTD_EVENT)
        to->word[7] = from->event;
}

/* They come back. False: `to` must not run. */
static bool store(struct model_ec *to, const struct model_ec *from, uint32_t mtd)
{
    if (mtd & SIM_MTD_POISON)
        return false;
    if (mtd & SIM_MTD_SLOTS)
        for (unsigned i = 0; i < 5; i++)
            to->slot[i] = from->word[i];
    if (mtd & SIM_MTD_IP)
        to->ip = from->word[5];
    if (mtd & SIM_MTD_SP)
        to->sp = from->word[6];
    return true;
}

status_t model_reply(struct model *m, unsigned cpu, ref_t self, ref_t *go_to)
{
    struct model_ec *const e = ec_at(m, self);
    const ref_t caller = e->caller;
    if (caller == 0) {
        e->does = IS_DEAD; /* a global thread: nobody can call it */
        return NO_STATUS;
    }
    struct model_ec *const to = ec_at(m, caller);
    const uint32_t mtd = (uint32_t)e->slot[1];
    if (e->is_event) {
        to->is_doomed |= !store(to, e, mtd);
    } else {
        copy_words(e, to, mtd);
        to->slot[0] = SUCCESS;
        to->slot[1] = mtd;
    }
    to->callee = 0;
    e->caller = 0;
    if (e->is_orphan)
        drop(m, cpu, self);
    else if (m->cpu[cpu].helped != self && is_clean(to))
        *go_to = caller;
    else
        m->cpu[cpu].again = true;
    return NO_STATUS;
}

ref_t send_event(struct model *m, unsigned cpu, ref_t self)
{
    struct model_ec *const e = ec_at(m, self);
    const ref_t pt = lookup(m, self, e->base + e->event, PT, PERM_PT_EVENT);
    if (pt == 0)
        return die(m, cpu, self);
    const ref_t handler = at(m, pt)->pt.ec;
    struct model_ec *const h = ec_at(m, handler);
    if (h->cpu != e->cpu || h->does == IS_DEAD)
        return die(m, cpu, self);
    if (is_busy(h)) {
        e->does = SENDS_EVENT;
        return help(m, cpu, handler);
    }
    e->does = RUNS;
    load(e, h, at(m, pt)->pt.mtd);
    enter(m, self, handler, true, at(m, pt), at(m, pt)->pt.mtd);
    return is_clean(h) ? handler : restart(m, cpu);
}

/* With it die those whose events it was handling; the first who made a call goes on. */
ref_t die(struct model *m, unsigned cpu, ref_t self)
{
    for (bool is_event = true; is_event && self != 0;) {
        struct model_ec *const e = ec_at(m, self);
        const ref_t caller = e->caller;
        is_event = e->is_event;
        e->does = IS_DEAD;
        e->caller = 0;
        if (e->is_orphan)
            drop(m, cpu, self);
        if (caller != 0) {
            ec_at(m, caller)->callee = 0;
            if (!is_event)
                ec_at(m, caller)->slot[0] = ABORTED;
        }
        self = caller;
    }
    return restart(m, cpu);
}

/* Semaphores. `ec`, on its own CPU, waits no more. */
static void release(struct model *m, unsigned cpu, ref_t ec)
{
    struct model_ec *const e = ec_at(m, ec);
    const ref_t sm = e->sm;
    const bool kept = e->deadline != 0;
    e->sm = 0;
    e->does = RUNS;
    unpark(m, cpu, ec);
    if (kept)
        drop(m, cpu, sm);
}

void wake(struct model *m, unsigned cpu, ref_t ec, status_t status)
{
    ec_at(m, ec)->slot[0] = status;
    release(m, cpu, ec);
}

void bury(struct model *m, unsigned cpu, ref_t ec)
{
    ec_at(m, ec)->is_doomed = true;
    release(m, cpu, ec);
}

static status_t try_up(struct model *m, unsigned cpu, ref_t sm)
{
    struct model_object *const o = at(m, sm);
    if (o->sm.waiters.count == 0) {
        if (o->sm.count == UINT64_MAX)
            return OVRFLOW;
        o->sm.count++;
        return SUCCESS;
    }
    const ref_t ec = refs_take(&o->sm.waiters, 0);
    if (ec_at(m, ec)->cpu == cpu)
        wake(m, cpu, ec, SUCCESS);
    else
        send_note(m, cpu, ec_at(m, ec)->cpu, WAKE, ec);
    return SUCCESS;
}

void up(struct model *m, unsigned cpu, ref_t sm)
{
    (void)try_up(m, cpu, sm);
}

static status_t down(struct model *m, ref_t self, ref_t sm, bool zero, uint64_t deadline)
{
    struct model_object *const o = at(m, sm);
    struct model_ec *const e = ec_at(m, self);
    if (o->sm.source != 0 && m->irq[o->sm.source - 1].cpu != e->cpu)
        return BAD_CPU;
    if (o->sm.count > 0) {
        o->sm.count = zero ? 0 : o->sm.count - 1;
        return SUCCESS;
    }
    if (deadline != 0 && deadline <= m->now)
        return TIMEOUT;
    e->does = WAITS_AT_SM;
    e->sm = sm;
    e->deadline = deadline;
    refs_add(m, &o->sm.waiters, self);
    return NO_STATUS;
}

status_t model_ctrl_sm(struct model *m, unsigned cpu, ref_t self, const uint64_t p[5])
{
    const bool is_down = p[0] >> 4 & CTRL_SM_DOWN;
    const ref_t sm = lookup(m, self, p[0] >> 8, SM, is_down ? PERM_SM_DOWN : PERM_SM_UP);
    if (sm == 0)
        return BAD_CAP;
    return is_down ? down(m, self, sm, p[0] >> 4 & CTRL_SM_ZERO, p[1]) : try_up(m, cpu, sm);
}
