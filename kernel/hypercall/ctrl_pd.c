/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delegation works in slices; a CPU is deaf for the length of one. Between two, interrupts are let in, and
 * if one of them brings something more urgent, the caller remembers how far it came and is preempted. When
 * it goes on, the call is decoded and checked anew: what may not be taken any more is not.
 */

#include "arch/contract/cpu.h"
#include "arch/inline.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/cap/nova.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"

struct request {
    struct kobject *src, *dst;
    uint64_t ssb, dsb;
    uint64_t done;
    unsigned ord;
    uint8_t pmm;
    uint32_t mad;
};

/*
 * ec->progress: selectors done, and what cannot be looked up again if the call itself has overwritten the
 * slot that it was named by: the space was the caller's own. A source whose content does not matter counts
 * as own.
 */
enum : uint64_t {
    PROGRESS_DONE = UINT64_C(0xffff'ffff),
    PROGRESS_SRC_OWN = UINT64_C(1) << 32,
    PROGRESS_DST_OWN = UINT64_C(1) << 33,
};

static bool is_space(const struct kobject *obj)
{
    return obj != nullptr && obj->type >= KOBJ_SPC_OBJ;
}

/* The space at `sel` with permission `need`; GST and DMA spaces have no TAKE, so `need` refuses them. */
static struct kobject *space_at(const struct ec *self, uint64_t sel, uint8_t need)
{
    const struct cap cap = space_obj_load(self->objects, sel);
    struct kobject *const obj = cap_object(cap);
    return is_space(obj) && (cap_perm(cap) & need) == need ? obj : nullptr;
}

/* Likewise; `own` is the bit of progress that tells whether it was the caller's own object space. */
static struct kobject *find(const struct ec *self, const struct request *r, uint64_t sel,
                            uint8_t need, uint64_t own)
{
    if (UNLIKELY(sel - r->dsb < r->done && (self->progress & PROGRESS_DST_OWN)))
        return self->progress & own ? &self->objects->obj : nullptr;
    return space_at(self, sel, need);
}

/* Selectors base..base+2^ord-1 end below `count`. base is aligned, so the sum wraps only to 0. */
static bool in_range(uint64_t base, unsigned ord, uint64_t count)
{
    return base < count && bit(ord) <= count - base;
}

/* Let interrupts in; is there something else to be done now? */
static bool is_preempted(void)
{
    arch_interrupt_window();
    return cpu_local()->sched.again;
}

static status_t objects(struct request *r)
{
    if (!in_range(r->ssb, r->ord, SELNUM) || !in_range(r->dsb, r->ord, SELNUM))
        return BAD_PAR;
    struct space_obj *const src = CONTAINER_OF(r->src, struct space_obj, obj);
    struct space_obj *const dst = CONTAINER_OF(r->dst, struct space_obj, obj);
    for (;;) {
        const status_t status =
            space_obj_delegate(src, dst, r->ssb, r->dsb, r->ord, r->pmm, &r->done);
        if (status != SUCCESS || r->done == bit(r->ord))
            return status;
        if (is_preempted())
            return NO_ANSWER;
    }
}

static status_t memory(struct request *r)
{
    struct space_hst *const src = CONTAINER_OF(r->src, struct space_hst, obj);
    /* Guest-physical addresses are as wide where guests have spaces of the same kind. */
    const uint64_t user_pages = bit(arch_hva_bits() - PAGE_BITS);
    const uint64_t src_pages = src->is_nova ? bit(arch_phys_bits() - PAGE_BITS) : user_pages;
    if (!in_range(r->ssb, r->ord, src_pages) || !in_range(r->dsb, r->ord, user_pages))
        return BAD_PAR;
    struct hst_delegation d = {
        .src = src,
        .dst = CONTAINER_OF(r->dst, struct space_hst, obj),
        .ssb = r->ssb,
        .dsb = r->dsb,
        .done = r->done,
        .mad = r->mad,
        .ord = r->ord,
        .pmm = r->pmm,
    };
    for (;;) {
        const status_t status = space_hst_delegate(&d);
        if (status != SUCCESS || d.is_finished)
            return status;
        if (is_preempted()) {
            r->done = d.done;
            return NO_ANSWER;
        }
    }
}

static status_t bits(const struct request *r)
{
    const uint64_t last = r->ssb + bit(r->ord) - 1;
    const bool ends_inside = r->src->type == KOBJ_SPC_PIO
                                 ? last < PIO_COUNT
                                 : last < MSR_LOW_END || (last >= MSR_HIGH && last < MSR_HIGH_END);
    if (r->ssb != r->dsb || !ends_inside)
        return BAD_PAR;
    space_bit_delegate(CONTAINER_OF(r->src, struct space_bit, obj),
                       CONTAINER_OF(r->dst, struct space_bit, obj), r->ssb, r->ord, r->pmm);
    return SUCCESS;
}

static status_t delegate(const struct ec *self, struct request *r)
{
    if (!is_aligned(r->ssb | r->dsb, bit(r->ord)))
        return BAD_PAR;
    r->src = find(self, r, hypercall_param(self), PERM_SPC_TAKE, PROGRESS_SRC_OWN);
    r->dst = find(self, r, arch_ec_slot(&self->arch, 1), PERM_SPC_GRANT, PROGRESS_DST_OWN);
    if (r->src == nullptr || r->dst == nullptr)
        return BAD_CAP;
    if (r->src == &nova_hst->obj && !arch_mad_is_valid(r->mad))
        return BAD_PAR;

    const enum kobj_type to = r->dst->type;
    switch (r->src->type) {
    case KOBJ_SPC_OBJ:
        return to == KOBJ_SPC_OBJ ? objects(r) : BAD_CAP;
    case KOBJ_SPC_HST:
        return to == KOBJ_SPC_HST || to == KOBJ_SPC_GST ? memory(r) : BAD_CAP;
    case KOBJ_SPC_PIO:
    case KOBJ_SPC_MSR:
        return to == r->src->type ? bits(r) : BAD_CAP;
    case KOBJ_PD:
    case KOBJ_EC:
    case KOBJ_SC:
    case KOBJ_PT:
    case KOBJ_SM:
    case KOBJ_SPC_GST:
    case KOBJ_SPC_DMA:
    case KOBJ_COUNT:
        break;
    }
    return BAD_CAP;
}

/* The caller is preempted: what it has to know when it goes on. */
COLD static void remember(struct ec *self, const struct request *r)
{
    const struct kobject *const own = &self->objects->obj;
    self->progress = r->done | (r->src == own || r->pmm == 0 ? PROGRESS_SRC_OWN : 0) |
                     (r->dst == own ? PROGRESS_DST_OWN : 0);
    self->cont = ec_cont_hypercall;
}

status_t hypercall_ctrl_pd(struct ec *self)
{
    const uint64_t p2 = arch_ec_slot(&self->arch, 2), p3 = arch_ec_slot(&self->arch, 3);
    struct request r = {
        .ssb = p2 >> PAGE_BITS,
        .dsb = p3 >> PAGE_BITS,
        .done = self->progress & PROGRESS_DONE,
        .ord = p2 & 0x1f,
        .pmm = p3 & PERM_MASK,
        .mad = (uint32_t)arch_ec_slot(&self->arch, 4),
    };
    const status_t status = delegate(self, &r);
    if (UNLIKELY(status == NO_ANSWER))
        remember(self, &r);
    else
        self->progress = 0;
    return status;
}
