/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects: what keeps them, how they end; looking them up. */

#include <string.h>

#include "tests/model/private.h"

const uint64_t model_windows[WINDOWS] = {0, 512, SEL_NOVA_INT, SELNUM - SLOTS};

struct model_cap model_slot(const struct model *m, ref_t objects, uint64_t sel)
{
    for (unsigned w = 0; w < WINDOWS; w++)
        if (sel - model_windows[w] < SLOTS)
            return m->slots[m->object[objects].space.content][w][sel - model_windows[w]];
    return (struct model_cap){};
}

ref_t lookup(const struct model *m, ref_t self, uint64_t sel, enum kind kind, uint8_t need)
{
    const struct model_cap cap = model_slot(m, m->object[self].ec.objects, sel);
    return m->object[cap.object].kind == kind && (cap.perm & need) == need ? cap.object : 0;
}

/* Spaces whose contents are alike. */
static bool are_alike(enum kind a, enum kind b)
{
    return a >= OBJ && b >= OBJ && (a == OBJ) == (b == OBJ) && (a >= PIO) == (b >= PIO);
}

uint8_t new_content(struct model *m, enum kind kind)
{
    for (uint8_t content = 0; content < SPACES; content++) {
        bool is_used = false;
        for (unsigned i = 1; i < OBJECTS; i++)
            is_used |= are_alike(m->object[i].kind, kind) && m->object[i].space.content == content;
        if (is_used)
            continue;
        if (kind == OBJ)
            memset(m->slots[content], 0, sizeof m->slots[content]);
        else if (kind < PIO)
            memset(m->pages[content], 0, sizeof m->pages[content]);
        else
            memset(m->bits[content], 0, sizeof m->bits[content]);
        return content;
    }
    m->lost = "more spaces than it has room for";
    return 0;
}

/* Does `o` keep `ref`? */
static bool keeps(const struct model *m, const struct model_object *o, ref_t ref)
{
    switch (o->kind) {
    case NOTHING:
    case PD:
        return false;
    case EC:
        return o->ec.objects == ref || o->ec.host == ref ||
               (o->ec.sm == ref && o->ec.deadline != 0);
    case SC:
        return o->sc.ec == ref || o->pd == ref;
    case PT:
        return o->pt.ec == ref || o->pd == ref;
    case SM:
        return o->pd == ref;
    case OBJ:
        for (unsigned i = 0; i < WINDOWS * SLOTS; i++)
            if (m->slots[o->space.content][i / SLOTS][i % SLOTS].object == ref)
                return true;
        return o->pd == ref;
    case HST:
        return o->space.ports == ref || o->pd == ref;
    case GST:
    case PIO:
    case MSR:
        return o->pd == ref;
    }
    return false;
}

static bool is_kept(struct model *m, ref_t ref)
{
    const struct model_object *const o = at(m, ref);
    if (o->is_own || (o->kind == SC && o->sc.is_scheduled))
        return true;
    for (unsigned i = 1; i < OBJECTS; i++)
        if (keeps(m, &m->object[i], ref))
            return true;
    return false;
}

void drop(struct model *m, unsigned cpu, ref_t ref)
{
    if (ref == 0 || is_kept(m, ref))
        return;
    refs_add(m, &m->ends, ref);
    m->has_ended = true;
    m->cpu[cpu].again = true;
}

/* It does not exist any more. What it kept is to be dropped. */
static struct model_object take_apart(struct model *m, ref_t ref)
{
    const struct model_object old = *at(m, ref);
    *at(m, ref) = (struct model_object){};
    return old;
}

bool is_alone(const struct model *m, unsigned cpu)
{
    for (unsigned i = 0; i < m->cpus; i++)
        if (i != cpu && !m->cpu[i].is_idle)
            return false;
    return true;
}

/* Who waits at it waits for ever, and dies. */
static void end_sm(struct model *m, unsigned cpu, ref_t sm)
{
    struct refs *const waiters = &at(m, sm)->sm.waiters;
    if (waiters->count != 0 && !is_alone(m, cpu))
        m->lost = "which CPU buries the waiters depends on all of them";
    while (waiters->count != 0) {
        const ref_t ec = refs_take(waiters, 0);
        if (ec_at(m, ec)->cpu == cpu)
            bury(m, cpu, ec);
        else
            send_note(m, cpu, ec_at(m, ec)->cpu, BURY, ec);
    }
    drop(m, cpu, take_apart(m, sm).pd);
}

static void end_space(struct model *m, unsigned cpu, ref_t ref)
{
    const struct model_object old = take_apart(m, ref);
    if (at(m, old.pd)->pds.objects == ref)
        at(m, old.pd)->pds.objects = 0;
    if (at(m, old.pd)->pds.host == ref)
        at(m, old.pd)->pds.host = 0;
    if (old.kind == OBJ)
        for (unsigned i = 0; i < WINDOWS * SLOTS; i++) {
            struct model_cap *const slot = &m->slots[old.space.content][i / SLOTS][i % SLOTS];
            const struct model_cap cap = *slot;
            *slot = (struct model_cap){};
            drop(m, cpu, cap.object);
        }
    drop(m, cpu, old.space.ports);
    drop(m, cpu, old.pd);
}

static void free_ec(struct model *m, unsigned cpu, ref_t ref)
{
    const struct model_object old = take_apart(m, ref);
    const struct model_object *const host = at(m, old.ec.host);
    struct model_page *const page = &m->pages[host->space.content][old.ec.utcb_page - FIRST_PAGE];
    if (old.ec.utcb_page - FIRST_PAGE < PAGES && page->utcb_of == ref) {
        *page = (struct model_page){};
        m->mapped |= UINT32_C(1) << host->space.content;
    }
    if (m->cpu[cpu].user == ref)
        m->cpu[cpu].user = 0;
    drop(m, cpu, old.ec.host);
    drop(m, cpu, old.ec.objects);
}

void retire(struct model *m, unsigned cpu, ref_t ref)
{
    if (ec_at(m, ref)->caller != 0)
        ec_at(m, ref)->is_orphan = true;
    else
        free_ec(m, cpu, ref);
}

static void end(struct model *m, unsigned cpu, ref_t ref)
{
    switch (at(m, ref)->kind) {
    case NOTHING:
        m->lost = "an object ends twice";
        break;
    case EC:
        if (ec_at(m, ref)->cpu == cpu)
            retire(m, cpu, ref);
        else
            send_note(m, cpu, ec_at(m, ref)->cpu, RETIRE, ref);
        break;
    case SC: {
        const struct model_object old = take_apart(m, ref);
        drop(m, cpu, old.sc.ec);
        drop(m, cpu, old.pd);
        break;
    }
    case PT: {
        const struct model_object old = take_apart(m, ref);
        drop(m, cpu, old.pt.ec);
        drop(m, cpu, old.pd);
        break;
    }
    case PD:
        take_apart(m, ref);
        break;
    case SM:
        end_sm(m, cpu, ref);
        break;
    case OBJ:
    case HST:
    case GST:
    case PIO:
    case MSR:
        end_space(m, cpu, ref);
        break;
    }
}

/* All that have come by now, the last one first; then those that came meanwhile. */
void end_objects(struct model *m, unsigned cpu)
{
    while (m->ends.count != 0 && m->lost == nullptr) {
        struct refs batch = m->ends;
        m->ends.count = 0;
        while (batch.count != 0)
            end(m, cpu, refs_take(&batch, batch.count - 1u));
    }
}
