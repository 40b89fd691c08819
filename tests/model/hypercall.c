/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls that make and configure objects, and the way in and out. */

#include "arch/sim/machine.h" /* SIM_FREQUENCY */
#include "tests/model/private.h"

enum : uint64_t { HVA_BITS = 47 };

static struct model_cap *slot(struct model *m, ref_t objects, uint64_t sel)
{
    for (unsigned w = 0; w < WINDOWS; w++)
        if (sel - model_windows[w] < SLOTS)
            return &m->slots[at(m, objects)->space.content][w][sel - model_windows[w]];
    return nullptr;
}

static bool can_publish(struct model *m, ref_t self, uint64_t sel)
{
    const struct model_cap *const to = slot(m, ec_at(m, self)->objects, sel);
    if (to == nullptr && sel < SELNUM)
        m->lost = "a capability outside of all windows";
    return to != nullptr && to->object == 0;
}

/* A new object, with a capability at `sel`. */
static status_t publish(struct model *m, ref_t self, uint64_t sel,
                        const struct model_object *object, uint8_t perm)
{
    if (!can_publish(m, self, sel))
        return BAD_CAP;
    ref_t ref = 1;
    while (ref < OBJECTS && at(m, ref)->kind != NOTHING)
        ref++;
    if (ref == OBJECTS) {
        m->lost = "more objects than it has room for";
        return BAD_CAP;
    }
    *at(m, ref) = *object;
    *slot(m, ec_at(m, self)->objects, sel) = (struct model_cap){ref, perm};
    m->made = ref;
    m->made_at = sel;
    return SUCCESS;
}

static status_t create_pd(struct model *m, unsigned cpu, ref_t self, const uint64_t p[5])
{
    static const struct {
        enum kind kind;
        uint8_t perm;
    } made[] = {
        [CREATE_PD_OBJ] = {OBJ, PERM_OBJ_ALL}, [CREATE_PD_HST] = {HST, PERM_HST_ALL},
        [CREATE_PD_GST] = {GST, PERM_GST_ALL}, [CREATE_PD_PIO] = {PIO, PERM_PIO_ALL},
        [CREATE_PD_MSR] = {MSR, PERM_MSR_ALL},
    };
    const struct model_cap cap = model_slot(m, ec_at(m, self)->objects, p[1]);
    const uint64_t sel = p[0] >> 8, op = p[0] >> 4 & 0xf;
    if (at(m, cap.object)->kind != PD || !(cap.perm & PERM_PD_PD))
        return BAD_CAP;
    if (op == CREATE_PD_PD)
        return publish(m, self, sel, &(struct model_object){.kind = PD}, cap.perm);
    if (op == CREATE_PD_DMA)
        return BAD_FTR;
    if (op > CREATE_PD_MSR)
        return BAD_PAR;
    struct model_object *const pd = at(m, cap.object);
    const enum kind kind = made[op].kind;
    if ((kind == OBJ && pd->pds.objects != 0) || (kind == HST && pd->pds.host != 0) ||
        (kind == PIO && pd->pds.host == 0))
        return ABORTED;
    if (!can_publish(m, self, sel)) {
        m->cpu[cpu].again = m->has_ended =
            true; /* it has been made, and goes as all that nobody keeps */
        return BAD_CAP;
    }
    const struct model_object space = {
        .kind = kind, .pd = cap.object, .space.content = new_content(m, kind)};
    const status_t status = publish(m, self, sel, &space, made[op].perm);
    if (kind == OBJ)
        pd->pds.objects = m->made;
    if (kind == HST)
        pd->pds.host = m->made;
    /* The first port space belongs to the host space. */
    if (kind == PIO && at(m, pd->pds.host)->space.ports == 0)
        at(m, pd->pds.host)->space.ports = m->made;
    return status;
}

static status_t create_ec(struct model *m, ref_t self, const uint64_t p[5])
{
    const uint64_t sel = p[0] >> 8, hvp = p[2] >> 12, cpu = p[2] & 0xfff;
    const uint8_t flags = p[0] >> 4 & 0xf;
    if (hvp >> (HVA_BITS - 12) != 0)
        return BAD_PAR;
    if (cpu >= m->cpus)
        return BAD_CPU;
    const ref_t pd = lookup(m, self, p[1], PD, PERM_PD_EC);
    if (pd == 0)
        return BAD_CAP;
    const ref_t objects = at(m, pd)->pds.objects, host = at(m, pd)->pds.host;
    if (objects == 0 || host == 0 || at(m, host)->space.ports == 0)
        return ABORTED;
    at(m, pd)->pds.has_threads = true;
    const bool is_global = flags & CREATE_EC_GLOBAL;
    const struct model_object ec = {.kind = EC,
                                    .ec = {.cpu = (uint8_t)cpu,
                                           .is_global = is_global,
                                           .does = is_global ? STARTS : RUNS,
                                           .objects = objects,
                                           .host = host,
                                           .sp = p[3],
                                           .base = p[4],
                                           .utcb_page = hvp}};
    const status_t status = publish(m, self, sel, &ec, PERM_EC_ALL);
    if (status == SUCCESS && hvp - FIRST_PAGE < PAGES) {
        m->pages[at(m, host)->space.content][hvp - FIRST_PAGE] =
            (struct model_page){.perm = PERM_MEM_R | PERM_MEM_W, .utcb_of = m->made};
        m->mapped |= UINT32_C(1) << at(m, host)->space.content;
    }
    return status;
}

static status_t create_sc(struct model *m, unsigned cpu, ref_t self, const uint64_t p[5])
{
    const uint64_t ms = p[3] & 0xffff, prio = p[3] >> 16 & 127, cos = p[3] >> 23 & 0xffff;
    if (ms == 0 || prio == 0 || cos != 0)
        return BAD_PAR;
    const ref_t pd = lookup(m, self, p[1], PD, PERM_PD_SC);
    const ref_t ec = lookup(m, self, p[2], EC, PERM_EC_BIND_SC);
    if (pd == 0 || ec == 0 || !ec_at(m, ec)->is_global)
        return BAD_CAP;
    const struct model_object sc = {.kind = SC,
                                    .pd = pd,
                                    .sc = {.is_scheduled = true,
                                           .cpu = ec_at(m, ec)->cpu,
                                           .prio = (uint8_t)prio,
                                           .ec = ec,
                                           .budget = SIM_FREQUENCY * ms / 1000}};
    const status_t status = publish(m, self, p[0] >> 8, &sc, PERM_SC_ALL);
    if (status != SUCCESS)
        return status;
    if (sc.sc.cpu == cpu)
        make_ready(m, cpu, m->made);
    else
        send_note(m, cpu, sc.sc.cpu, READY, m->made);
    return SUCCESS;
}

static status_t create_pt(struct model *m, ref_t self, const uint64_t p[5])
{
    const ref_t pd = lookup(m, self, p[1], PD, PERM_PD_PT);
    const ref_t ec = lookup(m, self, p[2], EC, PERM_EC_BIND_PT);
    if (pd == 0 || ec == 0 || ec_at(m, ec)->is_global)
        return BAD_CAP;
    const struct model_object pt = {.kind = PT, .pd = pd, .pt = {.ec = ec, .ip = p[3]}};
    return publish(m, self, p[0] >> 8, &pt, PERM_PT_ALL);
}

static status_t create_sm(struct model *m, ref_t self, const uint64_t p[5])
{
    const ref_t pd = lookup(m, self, p[1], PD, PERM_PD_SM);
    const struct model_object sm = {.kind = SM, .pd = pd, .sm.count = p[2]};
    return pd == 0 ? BAD_CAP : publish(m, self, p[0] >> 8, &sm, PERM_SM_ALL);
}

static status_t ctrl_ec(struct model *m, unsigned cpu, ref_t self, const uint64_t p[5])
{
    const ref_t ref = lookup(m, self, p[0] >> 8, EC, PERM_EC_CTRL);
    if (ref == 0)
        return BAD_CAP;
    struct model_ec *const ec = ec_at(m, ref);
    const bool before = ec->is_recalled;
    ec->is_recalled = true;
    if (ec->cpu == cpu) {
        m->cpu[cpu].again = true;
    } else if (p[0] >> 4 & CTRL_EC_STRONG) {
        m->cpu[ec->cpu].kicked = true;
        model_interrupt(m, ec->cpu); /* it is waited for */
    } else if (!before) {
        m->cpu[ec->cpu].kicked = true;
    }
    return SUCCESS;
}

static status_t ctrl_sc(struct model *m, ref_t self, const uint64_t p[5])
{
    const ref_t sc = lookup(m, self, p[0] >> 8, SC, PERM_SC_CTRL);
    if (sc == 0)
        return BAD_CAP;
    if (at(m, sc)->sc.ec == 0)
        m->lost = "time of an idle context: interrupts without effect count";
    ec_at(m, self)->slot[1] = at(m, sc)->sc.used;
    return SUCCESS;
}

static status_t ctrl_pt(struct model *m, ref_t self, const uint64_t p[5])
{
    const ref_t pt = lookup(m, self, p[0] >> 8, PT, PERM_PT_CTRL);
    if (pt == 0)
        return BAD_CAP;
    at(m, pt)->pt.id = p[1];
    at(m, pt)->pt.mtd = (uint32_t)p[2];
    return SUCCESS;
}

static status_t ctrl_hw(struct model *m, ref_t self, const uint64_t p[5])
{
    const uint64_t op = p[0] >> 4 & 0xf;
    if (ec_at(m, self)->objects != m->root_objects)
        return BAD_HYP;
    return op == CTRL_HW_SLEEP || (op >= CTRL_HW_QOS && op <= CTRL_HW_MBA) ? BAD_FTR : BAD_PAR;
}

static status_t assign_int(struct model *m, ref_t self, const uint64_t p[5])
{
    const uint16_t cpu = (uint16_t)p[1];
    if (cpu >= m->cpus)
        return BAD_CPU;
    const ref_t sm = lookup(m, self, p[0] >> 8, SM, PERM_SM_ASSIGN);
    if (sm == 0 || at(m, sm)->sm.source == 0)
        return BAD_CAP;
    const unsigned n = at(m, sm)->sm.source - 1u;
    m->irq[n].cpu = (uint8_t)cpu;
    m->irq[n].is_masked = p[0] >> 4 & ASSIGN_INT_MASKED;
    ec_at(m, self)->slot[1] = 0xfee0'0000; /* what this machine's devices write to */
    ec_at(m, self)->slot[2] = n;
    return SUCCESS;
}

static status_t assign_dev(struct model *m, ref_t self)
{
    return ec_at(m, self)->objects == m->root_objects ? BAD_CAP : BAD_HYP; /* no DMA spaces */
}

void model_hypercall(struct model *m, unsigned cpu, const uint64_t p[5])
{
    struct model_cpu *const c = &m->cpu[cpu];
    const ref_t self = c->user;
    ref_t go_to = 0;
    status_t status = BAD_HYP;
    m->made = 0;
    for (unsigned i = 0; i < 5; i++)
        ec_at(m, self)->slot[i] = p[i];
    switch (p[0] & 0xf) {
    case HYPERCALL_IPC_CALL:
        status = model_call(m, cpu, self, &go_to);
        break;
    case HYPERCALL_IPC_REPLY:
        status = model_reply(m, cpu, self, &go_to);
        break;
    case HYPERCALL_CREATE_PD:
        status = create_pd(m, cpu, self, p);
        break;
    case HYPERCALL_CREATE_EC:
        status = create_ec(m, self, p);
        break;
    case HYPERCALL_CREATE_SC:
        status = create_sc(m, cpu, self, p);
        break;
    case HYPERCALL_CREATE_PT:
        status = create_pt(m, self, p);
        break;
    case HYPERCALL_CREATE_SM:
        status = create_sm(m, self, p);
        break;
    case HYPERCALL_CTRL_PD:
        status = model_ctrl_pd(m, cpu, self, p);
        break;
    case HYPERCALL_CTRL_EC:
        status = ctrl_ec(m, cpu, self, p);
        break;
    case HYPERCALL_CTRL_SC:
        status = ctrl_sc(m, self, p);
        break;
    case HYPERCALL_CTRL_PT:
        status = ctrl_pt(m, self, p);
        break;
    case HYPERCALL_CTRL_SM:
        status = model_ctrl_sm(m, cpu, self, p);
        break;
    case HYPERCALL_CTRL_HW:
        status = ctrl_hw(m, self, p);
        break;
    case HYPERCALL_ASSIGN_INT:
        status = assign_int(m, self, p);
        break;
    case HYPERCALL_ASSIGN_DEV:
        status = assign_dev(m, self);
        break;
    }
    if (status != NO_STATUS)
        ec_at(m, self)->slot[0] = status;
    if (c->again)
        go_on(m, cpu, restart(m, cpu));
    else if (go_to != 0)
        go_on(m, cpu, go_to);
    else if (status == NO_STATUS)
        go_on(m, cpu, self);
}

void model_event(struct model *m, unsigned cpu, unsigned event)
{
    const ref_t self = m->cpu[cpu].user;
    m->made = 0;
    ec_at(m, self)->event = event;
    go_on(m, cpu, send_event(m, cpu, self));
}
