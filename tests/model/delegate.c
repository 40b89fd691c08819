/* SPDX-License-Identifier: GPL-2.0-only */
/* ctrl_pd: slot by slot, and what booting leaves in the spaces. */

#include "arch/sim/machine.h"
#include "tests/model/private.h"

struct request {
    struct model_object *src, *dst;
    uint64_t ssb, dsb, size;
    uint8_t pmm;
    uint32_t mad;
};

static bool is_inside(uint64_t base, uint64_t size, uint64_t count)
{
    return base < count && size <= count - base;
}

/* The index in a window that begins at `first`; `count` or more: it is not in there. */
static uint64_t offset_in(uint64_t sel, uint64_t first)
{
    return sel - first;
}

/* Whatever the source holds in a window must go to a window. */
static bool stays_inside(const struct model *m, const struct request *r)
{
    for (unsigned i = 0; i < WINDOWS * SLOTS; i++) {
        const uint64_t sel = model_windows[i / SLOTS] + i % SLOTS;
        const struct model_cap cap = m->slots[r->src->space.content][i / SLOTS][i % SLOTS];
        if (sel - r->ssb >= r->size || !(cap.perm & r->pmm))
            continue;
        bool is_inside_one = false;
        for (unsigned w = 0; w < WINDOWS; w++)
            is_inside_one |= offset_in(sel - r->ssb + r->dsb, model_windows[w]) < SLOTS;
        if (!is_inside_one)
            return false;
    }
    return true;
}

static status_t objects(struct model *m, unsigned cpu, ref_t src, bool is_own,
                        const struct request *r)
{
    if (r->dst->kind != OBJ)
        return BAD_CAP;
    if (!is_inside(r->ssb, r->size, SELNUM) || !is_inside(r->dsb, r->size, SELNUM))
        return BAD_PAR;
    if (!stays_inside(m, r)) {
        m->lost = "a capability outside of all windows";
        return SUCCESS;
    }
    const bool is_whole = r->size == SELNUM && r->pmm == 0;
    bool has_revoked = is_whole; /* whatever was in there: it goes as one */
    if (is_whole)
        m->cpu[cpu].again = m->has_ended = true;
    for (unsigned i = 0; i < WINDOWS * SLOTS; i++) {
        const uint64_t sel = model_windows[i / SLOTS] + i % SLOTS;
        if (sel - r->dsb >= r->size)
            continue;
        struct model_cap *const to = &m->slots[r->dst->space.content][i / SLOTS][i % SLOTS];
        const struct model_cap old = *to;
        struct model_cap cap = model_slot(m, src, sel - r->dsb + r->ssb);
        cap.perm &= r->pmm;
        *to = cap.perm != 0 ? cap : (struct model_cap){};
        has_revoked |= old.object != 0;
        drop(m, cpu, old.object);
    }
    if (has_revoked && !is_own && !is_alone(m, cpu) && at(m, r->dst->pd)->pds.has_threads)
        m->lost = "a CPU that waits for others";
    return SUCCESS;
}

/* What a source has at `page`, be it the NOVA host space. */
static struct model_page page_at(struct model *m, const struct request *r, uint64_t page)
{
    if (!r->src->space.is_nova) {
        struct model_page p = {};
        if (offset_in(page, FIRST_PAGE) < PAGES)
            p = m->pages[r->src->space.content][page - FIRST_PAGE];
        else
            m->lost = "memory outside of the window";
        return p.utcb_of != 0 ? (struct model_page){} : p;
    }
    if (page >= UINT64_C(1) << (m->phys_bits - 12))
        return (struct model_page){};
    const uint64_t frame = page - m->first_frame;
    if (frame >= PAGES) {
        m->lost = "frames outside of the window";
        return (struct model_page){};
    }
    return (struct model_page){.frame = (uint16_t)frame,
                               .perm =
                                   frame == 0 || frame >= m->frames_protected ? PERM_MEM_ALL : 0,
                               .mad = r->mad & 0x7f};
}

static status_t memory(struct model *m, const struct request *r)
{
    if (r->src->space.is_nova && r->dst->kind >= OBJ && (r->mad & 7) > 4)
        return BAD_PAR;
    if (r->dst->kind != HST && r->dst->kind != GST)
        return BAD_CAP;
    const uint64_t pages = UINT64_C(1) << (47 - 12);
    if (!is_inside(r->ssb, r->size, pages) || !is_inside(r->dsb, r->size, pages))
        return BAD_PAR;
    const bool is_emptying = (r->pmm & PERM_MEM_ALL) == 0;
    if (!is_emptying && !(r->dsb >= FIRST_PAGE && is_inside(r->dsb - FIRST_PAGE, r->size, PAGES)))
        m->lost = "memory outside of the window";
    for (uint64_t i = 0; i < PAGES && m->lost == nullptr; i++) {
        const uint64_t page = FIRST_PAGE + i;
        if (page - r->dsb >= r->size)
            continue;
        struct model_page p = {};
        if (!is_emptying)
            p = page_at(m, r, page - r->dsb + r->ssb);
        p.perm &= r->pmm;
        m->pages[r->dst->space.content][i] = p.perm != 0 ? p : (struct model_page){};
    }
    m->mapped |= UINT32_C(1) << r->dst->space.content;
    return SUCCESS;
}

static status_t bits(struct model *m, const struct request *r)
{
    const bool is_pio = r->src->kind == PIO;
    const uint64_t last = r->ssb + r->size - 1;
    if (r->dst->kind != r->src->kind)
        return BAD_CAP;
    if (r->ssb != r->dsb ||
        !(is_pio ? last < 0x1'0000
                 : last < 0x2000 || (last >= MSRS_HIGH && last < MSRS_HIGH + 0x2000)))
        return BAD_PAR;
    const uint64_t first[2] = {is_pio ? FIRST_PORT : MSRS_LOW, MSRS_HIGH};
    for (unsigned i = 0; i < 2 * BITS; i++)
        if (first[i / BITS] + i % BITS - r->dsb < r->size)
            m->bits[r->dst->space.content][i / BITS][i % BITS] =
                m->bits[r->src->space.content][i / BITS][i % BITS] & r->pmm;
    return SUCCESS;
}

/* A call that is done in slices may overwrite the capability that it uses: another object space's. */
static bool may_lose_source(const struct model *m, ref_t own, ref_t src, ref_t dst,
                            const uint64_t p[5], uint64_t size)
{
    return size > 512 && dst == own && src != own && (p[3] & PERM_MASK) != 0 &&
           m->object[src].kind == OBJ && (p[0] >> 8) - (p[3] >> 12) < size;
}

status_t model_ctrl_pd(struct model *m, unsigned cpu, ref_t self, const uint64_t p[5])
{
    const ref_t own = ec_at(m, self)->objects;
    const uint64_t size = UINT64_C(1) << (p[2] & 31);
    if (((p[2] >> 12 | p[3] >> 12) & (size - 1)) != 0)
        return BAD_PAR;
    const struct model_cap src = model_slot(m, own, p[0] >> 8), dst = model_slot(m, own, p[1]);
    if (!(src.perm & PERM_SPC_TAKE) || !(dst.perm & PERM_SPC_GRANT))
        return BAD_CAP;
    if (may_lose_source(m, own, src.object, dst.object, p, size))
        m->lost = "a source that the call itself overwrites";
    const struct request r = {
        .src = at(m, src.object),
        .dst = at(m, dst.object),
        .ssb = p[2] >> 12,
        .dsb = p[3] >> 12,
        .size = size,
        .pmm = p[3] & PERM_MASK,
        .mad = (uint32_t)p[4],
    };
    switch (r.src->kind) {
    case OBJ:
        return objects(m, cpu, src.object, dst.object == own, &r);
    case HST:
        return memory(m, &r);
    case PIO:
    case MSR:
        return bits(m, &r);
    case NOTHING:
    case PD:
    case EC:
    case SC:
    case PT:
    case SM:
    case GST:
        break;
    }
    return BAD_CAP;
}

bool model_may_use_port(const struct model *m, unsigned cpu, uint64_t port)
{
    const ref_t host = m->object[m->cpu[cpu].user].ec.host;
    const struct model_object *const ports = &m->object[m->object[host].space.ports];
    return m->bits[ports->space.content][0][port - FIRST_PORT] & PERM_PIO_A;
}

/* Booting. */

static ref_t put(struct model *m, const struct model_object *o)
{
    ref_t ref = 1;
    while (at(m, ref)->kind != NOTHING)
        ref++;
    *at(m, ref) = *o;
    return ref;
}

static ref_t put_space(struct model *m, enum kind kind, ref_t pd, bool is_nova)
{
    return put(
        m, &(struct model_object){.kind = kind,
                                  .is_own = is_nova,
                                  .pd = pd,
                                  .space = {.content = new_content(m, kind), .is_nova = is_nova}});
}

static void grant(struct model *m, ref_t objects_space, uint64_t sel, ref_t ref, uint8_t perm)
{
    for (unsigned w = 0; w < WINDOWS; w++)
        if (offset_in(sel, model_windows[w]) < SLOTS)
            m->slots[at(m, objects_space)->space.content][w][sel - model_windows[w]] =
                (struct model_cap){ref, perm};
}

static void boot_cpus(struct model *m, ref_t nova)
{
    for (unsigned cpu = 0; cpu < m->cpus; cpu++) {
        const ref_t idle = put(m, &(struct model_object){.kind = SC, .is_own = true});
        m->cpu[cpu] = (struct model_cpu){.is_idle = cpu != 0, .idle = idle};
        grant(m, nova, SEL_NOVA_IDLE + cpu, idle, PERM_SC_CTRL);
    }
}

void model_boot(struct model *m, unsigned cpus, uint64_t phys_bits, uint64_t first_frame,
                uint16_t frames_protected)
{
    *m = (struct model){.cpus = cpus,
                        .phys_bits = phys_bits,
                        .first_frame = first_frame,
                        .frames_protected = frames_protected};
    const ref_t nova = put_space(m, OBJ, 0, true), nova_hst = put_space(m, HST, 0, true);
    const ref_t nova_pio = put_space(m, PIO, 0, true), nova_msr = put_space(m, MSR, 0, true);
    const ref_t pd = put(m, &(struct model_object){.kind = PD, .is_own = true});
    const ref_t root_objects = put_space(m, OBJ, pd, false), host = put_space(m, HST, pd, false);
    const ref_t ports = put_space(m, PIO, pd, false);
    for (unsigned i = 0; i < BITS; i++) {
        m->bits[at(m, nova_pio)->space.content][0][i] = PERM_PIO_A;
        for (unsigned w = 0; w < 2; w++)
            m->bits[at(m, nova_msr)->space.content][w][i] = i % 4;
    }
    at(m, pd)->pds.objects = m->root_objects = root_objects;
    at(m, pd)->pds.host = host;
    at(m, host)->space.ports = ports;
    const ref_t ec = m->root = put(m, &(struct model_object){.kind = EC,
                                                             .ec = {.is_global = true,
                                                                    .objects = root_objects,
                                                                    .host = host,
                                                                    .utcb_page = UINT64_MAX}});
    const ref_t sc =
        put(m, &(struct model_object){
                   .kind = SC,
                   .pd = pd,
                   .sc = {.is_scheduled = true, .prio = 127, .ec = ec, .budget = SIM_FREQUENCY}});
    boot_cpus(m, nova);
    m->cpu[0].user = ec;
    m->cpu[0].current = sc;
    at(m, sc)->sc.left = SIM_FREQUENCY;

    const struct {
        ref_t objects;
        uint64_t sel;
        ref_t ref;
        uint8_t perm;
    } caps[] = {
        {nova, SEL_NOVA_CONSOLE, put(m, &(struct model_object){.kind = SM, .is_own = true}),
         PERM_SM_ALL},
        {nova, SEL_NOVA_OBJ, nova, PERM_SPC_TAKE},
        {nova, SEL_NOVA_HST, nova_hst, PERM_SPC_TAKE},
        {nova, SEL_NOVA_PIO, nova_pio, PERM_SPC_TAKE},
        {nova, SEL_NOVA_MSR, nova_msr, PERM_SPC_TAKE},
        {nova, SEL_NOVA_ROOT_OBJ, root_objects, PERM_OBJ_ALL},
        {nova, SEL_NOVA_ROOT_HST, host, PERM_HST_ALL},
        {nova, SEL_NOVA_ROOT_PIO, ports, PERM_PIO_ALL},
        {nova, SEL_NOVA_ROOT_PD, pd, PERM_PD_ALL},
        {root_objects, SEL_ROOT_NOVA_OBJ, nova, PERM_SPC_TAKE},
        {root_objects, SEL_ROOT_OBJ, root_objects, PERM_OBJ_ALL},
        {root_objects, SEL_ROOT_PD, pd, PERM_PD_ALL},
        {root_objects, SEL_ROOT_EC, ec, PERM_EC_ALL},
        {root_objects, SEL_ROOT_SC, sc, PERM_SC_ALL},
    };
    for (unsigned i = 0; i < sizeof caps / sizeof caps[0]; i++)
        grant(m, caps[i].objects, caps[i].sel, caps[i].ref, caps[i].perm);
    for (uint8_t n = 0; n < INTERRUPTS; n++) {
        m->irq[n].is_masked = true;
        const ref_t sm = put(
            m, &(struct model_object){.kind = SM, .is_own = true, .sm.source = (uint8_t)(n + 1)});
        grant(m, nova, SEL_NOVA_INT + n, sm, PERM_SM_INT);
    }
}
