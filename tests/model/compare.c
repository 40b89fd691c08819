/* SPDX-License-Identifier: GPL-2.0-only */

#include "tests/model/compare.h"

#include <stdio.h>

#include "arch/inline.h"
#include "arch/sim/machine.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/ipc.h"
#include "kernel/mm/phys.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/pt.h"
#include "kernel/obj/sc.h"
#include "kernel/obj/sm.h"
#include "kernel/sync/rcu.h"

static char difference[256];

/* Remember the first one only. */
static void differ(const char *what, unsigned who, uint64_t core, uint64_t model)
{
    if (difference[0] == '\0')
        snprintf(difference, sizeof difference, "%s of %u: core %#lx, model %#lx", what, who, core,
                 model);
}

#define SAME(what, who, core, model)                                                               \
    do {                                                                                           \
        const uint64_t core_ = (uint64_t)(core), model_ = (uint64_t)(model);                       \
        if (core_ != model_)                                                                       \
            differ(what, who, core_, model_);                                                      \
    } while (0)

static ref_t ref_of(pairs_t core, const struct kobject *obj)
{
    for (unsigned i = 1; i < OBJECTS && obj != nullptr; i++)
        if (core[i] == obj)
            return (ref_t)i;
    return 0;
}

static ref_t ref_of_ec(pairs_t core, const struct ec *ec)
{
    return ec != nullptr ? ref_of(core, &ec->obj) : 0;
}

/* A list of the core's, of objects that `to_ref` finds at a link. */
static void same_list(const char *what, unsigned who, pairs_t core, const struct list *head,
                      ref_t (*to_ref)(pairs_t, struct list *), const struct refs *model)
{
    unsigned i = 0;
    for (struct list *l = head->next; l != head; l = l->next, i++)
        SAME(what, who, to_ref(core, l), i < model->count ? model->item[i] : 0);
    SAME(what, who, i, model->count);
}

static ref_t sc_at(pairs_t core, struct list *link)
{
    return ref_of(core, &CONTAINER_OF(link, struct sc, link)->obj);
}

static ref_t waiter_at(pairs_t core, struct list *link)
{
    return ref_of(core, &CONTAINER_OF(link, struct ec, sm_link)->obj);
}

static enum does does(const struct ec *ec)
{
    static const struct {
        ec_cont_t cont;
        enum does does;
    } conts[] = {
        {ec_cont_blocked, WAITS_AT_SM}, {ec_cont_call, CALLS},   {ec_cont_event, SENDS_EVENT},
        {ec_cont_startup, STARTS},      {ec_cont_dead, IS_DEAD},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(conts); i++)
        if (ec->cont == conts[i].cont)
            return conts[i].does;
    return RUNS;
}

static void same_registers(unsigned who, const struct ec *ec, const struct model_ec *e)
{
    for (unsigned i = 0; i < 5; i++)
        SAME("parameter register", who, ec->arch.regs.slot[i], e->slot[i]);
    SAME("IP", who, ec->arch.regs.ip, e->ip);
    SAME("SP", who, ec->arch.regs.sp, e->sp);
    for (unsigned i = 0; i < WORDS; i++)
        SAME("UTCB", who, ec->utcb->word[i], e->word[i]);
}

static void same_ec(unsigned who, pairs_t core, struct ec *ec, const struct model_ec *e)
{
    const uintptr_t caller = ec->caller & ~(uintptr_t)CALLER_TAGS;
    const uint32_t hazard = atomic_load_explicit(&ec->hazard, memory_order_relaxed);
    same_registers(who, ec, e);
    SAME("what an EC does", who, does(ec), e->does);
    SAME("callee", who, ref_of_ec(core, ec->callee), e->callee);
    SAME("caller", who, ref_of_ec(core, (struct ec *)caller),
         e->caller); /* NOLINT: a tagged pointer */
    if (e->caller != 0)
        SAME("kind of call", who, (ec->caller & CALLER_EVENT) != 0, e->is_event);
    if (e->does != IS_DEAD) /* then it matters no more */
        SAME("recall", who, (hazard & HAZARD_RECALL) != 0, e->is_recalled);
    SAME("doom", who, (hazard & HAZARD_ILLEGAL) != 0, e->is_doomed);
    SAME("semaphore waited at", who,
         ref_of(core, ec->waits_at != nullptr ? &ec->waits_at->obj : nullptr), e->sm);
    SAME("CPU", who, ec->cpu, e->cpu);
    same_list("SCs parked", who, core, &ec->parked, sc_at, &e->parked);
}

static void same_objects(unsigned who, const struct model *m, pairs_t core, struct space_obj *space)
{
    const uint8_t content = m->object[who].space.content;
    for (unsigned i = 0; i < WINDOWS * SLOTS; i++) {
        const uint64_t sel = model_windows[i / SLOTS] + i % SLOTS;
        const struct model_cap cap = m->slots[content][i / SLOTS][i % SLOTS];
        const struct cap found = {space_obj_load(space, sel).raw};
        const uintptr_t raw = cap.object != 0 ? (uintptr_t)core[cap.object] | cap.perm : 0;
        if (found.raw != raw)
            differ("capability", who << 20 | (unsigned)sel, found.raw, raw);
    }
}

static void same_pages(unsigned who, const struct model *m, pairs_t core, struct space_hst *space)
{
    for (unsigned i = 0; i < PAGES; i++) {
        const struct model_page *const p = &m->pages[m->object[who].space.content][i];
        const uint64_t va = (FIRST_PAGE + i) << PAGE_BITS;
        const struct ptab_hit hit = ptab_lookup(&ARCH_PTAB_HOST, space->arch.root, va);
        const struct mem_attr attr =
            hit.mapped ? arch_host_attr(hit.pte, hit.level) : (struct mem_attr){};
        SAME("permissions of memory", i, attr.perm, p->perm);
        if (p->perm == 0)
            continue;
        uint64_t want = (m->first_frame + p->frame) << PAGE_BITS;
        if (p->utcb_of != 0)
            want = virt_to_phys(CONTAINER_OF(core[p->utcb_of], struct ec, obj)->utcb).raw;
        const uint64_t base = ptab_address(&ARCH_PTAB_HOST, hit.pte, hit.level).raw;
        SAME("frame", i, base + (va & low_bits(PAGE_BITS + 9 * hit.level)), want);
        SAME("attributes of memory", i, attr.mad, p->mad);
        SAME("owner of memory", i, attr.owned, p->utcb_of != 0);
    }
}

static void same_bits(unsigned who, const struct model *m, struct space_bit *space)
{
    const bool is_pio = space->obj.type == KOBJ_SPC_PIO;
    const uint64_t first[2] = {is_pio ? FIRST_PORT : MSRS_LOW, MSRS_HIGH};
    for (unsigned i = 0; i < (is_pio ? BITS : 2 * BITS); i++)
        SAME(is_pio ? "port" : "MSR", i, space_bit_load(space, first[i / BITS] + i % BITS),
             m->bits[m->object[who].space.content][i / BITS][i % BITS]);
}

static void same_sm(unsigned who, pairs_t core, struct sm *sm,
                    const struct model_object *o) NO_THREAD_SAFETY_ANALYSIS /* nobody else runs */
{
    SAME("counter", who, sm->count, o->sm.count);
    same_list("waiters", who, core, &sm->waiters, waiter_at, &o->sm.waiters);
}

static void same_object(unsigned who, const struct model *m, pairs_t core, bool all)
{
    const struct model_object *const o = &m->object[who];
    struct kobject *const obj = core[who];
    switch (o->kind) {
    case NOTHING:
        break;
    case PD: {
        struct pd *const pd = CONTAINER_OF(obj, struct pd, obj);
        SAME("object space of a PD", who, ref_of(core, pd->objects), o->pds.objects);
        SAME("host space of a PD", who, ref_of(core, pd->host), o->pds.host);
        break;
    }
    case EC:
        same_ec(who, core, CONTAINER_OF(obj, struct ec, obj), &o->ec);
        break;
    case SC: {
        const struct sc *const sc = CONTAINER_OF(obj, struct sc, obj);
        SAME("EC of an SC", who, ref_of_ec(core, sc->ec), o->sc.ec);
        if (o->sc.ec == 0)
            break; /* idle: interrupts without effect count */
        SAME("priority", who, sc->prio, o->sc.prio);
        SAME("budget left", who, sc->left, o->sc.left);
        SAME("time used", who, sc->used, o->sc.used);
        break;
    }
    case PT: {
        const struct pt *const pt = CONTAINER_OF(obj, struct pt, obj);
        SAME("EC of a portal", who, ref_of_ec(core, pt->ec), o->pt.ec);
        SAME("IP of a portal", who, pt->ip, o->pt.ip);
        SAME("PID", who, pt->id, o->pt.id);
        SAME("MTD", who, pt->mtd, o->pt.mtd);
        break;
    }
    case SM:
        same_sm(who, core, CONTAINER_OF(obj, struct sm, obj), o);
        break;
    case OBJ:
        same_objects(who, m, core, CONTAINER_OF(obj, struct space_obj, obj));
        break;
    case HST:
    case GST:
        if (!o->space.is_nova && (m->mapped >> o->space.content & 1))
            same_pages(who, m, core, CONTAINER_OF(obj, struct space_hst, obj));
        break;
    case PIO:
    case MSR:
        if (all)
            same_bits(who, m, CONTAINER_OF(obj, struct space_bit, obj));
        break;
    }
}

/* What is ready, best first: the levels of the core's queue one after the other. */
static void same_queue(unsigned cpu, const struct model *m, pairs_t core)
{
    const struct sched *const s = &cpu_table[cpu]->sched;
    const struct refs *const ready = &m->cpu[cpu].ready;
    unsigned i = 0;
    for (unsigned prio = SCHED_PRIO_COUNT; prio-- > 0;)
        for (struct list *l = s->queue[prio].next; l != &s->queue[prio]; l = l->next, i++)
            SAME("ready SC", cpu, sc_at(core, l), i < ready->count ? ready->item[i] : 0);
    SAME("ready SCs", cpu, i, ready->count);
}

/* Some pages and ports. A CPU may deny for a while what is allowed by now, but never allow what is not. */
static void same_access(unsigned cpu, const struct model *m)
{
    const ref_t host = m->object[m->cpu[cpu].user].ec.host;
    for (unsigned i = 0; i < PAGES; i += PAGES_SEEN) {
        const uint8_t perm = m->pages[m->object[host].space.content][i].perm;
        for (uint8_t need = PERM_MEM_R; need <= PERM_MEM_W; need <<= 1)
            if (sim_may_access(cpu, (FIRST_PAGE + i) << PAGE_BITS, need) && !(perm & need))
                differ("access to memory", i, need, perm);
    }
    for (unsigned i = 0; i < BITS; i += PORTS_SEEN)
        SAME("access to a port", i, sim_may_use_port(cpu, (uint16_t)(FIRST_PORT + i)),
             model_may_use_port(m, cpu, FIRST_PORT + i));
}

static void same_cpu(unsigned cpu, const struct model *m, pairs_t core)
{
    const struct model_cpu *const c = &m->cpu[cpu];
    const struct sched *const s = &cpu_table[cpu]->sched;
    SAME("state of a CPU", cpu, sim_state_of(cpu), c->is_idle ? SIM_IDLE : SIM_USER);
    if (!c->is_idle)
        SAME("EC that runs", cpu, ref_of_ec(core, sim_user(cpu)), c->user);
    SAME("current SC", cpu, ref_of(core, &s->current->obj), c->current != 0 ? c->current : c->idle);
    if (!c->is_idle)
        SAME("EC that is helped", cpu, ref_of_ec(core, s->helped), c->helped);
    SAME("look for something to run", cpu, c->is_idle ? 0 : s->again, 0);
    same_queue(cpu, m, core);
    if (model_is_pending(m, cpu) && sim_pending(cpu) == 0)
        differ("interrupts", cpu, 0, 1);
    if (!c->is_idle && difference[0] == '\0')
        same_access(cpu, m);
}

const char *compare(const struct model *m, pairs_t core, bool all)
{
    difference[0] = '\0';
    for (unsigned i = 1; i < OBJECTS; i++)
        same_object(i, m, core, all);
    for (unsigned cpu = 0; cpu < m->cpus; cpu++)
        same_cpu(cpu, m, core);
    return difference[0] != '\0' ? difference : nullptr;
}
