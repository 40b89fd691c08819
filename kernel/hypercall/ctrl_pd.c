/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/inline.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/cap/nova.h"
#include "kernel/hypercall/hypercall.h"

struct request {
    struct kobject *src, *dst;
    uint64_t ssb, dsb;
    unsigned ord;
    uint8_t pmm;
    uint32_t mad;
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

/* Selectors base..base+2^ord-1 end below `count`. base is aligned, so the sum wraps only to 0. */
static bool in_range(uint64_t base, unsigned ord, uint64_t count)
{
    return base < count && bit(ord) <= count - base;
}

static status_t objects(const struct request *r)
{
    if (!in_range(r->ssb, r->ord, SELNUM) || !in_range(r->dsb, r->ord, SELNUM))
        return BAD_PAR;
    return space_obj_delegate(CONTAINER_OF(r->src, struct space_obj, obj),
                              CONTAINER_OF(r->dst, struct space_obj, obj), r->ssb, r->dsb, r->ord,
                              r->pmm);
}

static status_t memory(const struct request *r)
{
    struct space_hst *const src = CONTAINER_OF(r->src, struct space_hst, obj);
    const uint64_t user_pages = bit(arch_hva_bits() - PAGE_BITS);
    const uint64_t src_pages = src->is_nova ? bit(arch_phys_bits() - PAGE_BITS) : user_pages;
    if (!in_range(r->ssb, r->ord, src_pages) || !in_range(r->dsb, r->ord, user_pages))
        return BAD_PAR;
    return space_hst_delegate(src, CONTAINER_OF(r->dst, struct space_hst, obj), r->ssb, r->dsb,
                              r->ord, r->pmm, r->mad);
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

status_t hypercall_ctrl_pd(struct ec *self)
{
    const uint64_t p2 = arch_ec_slot(&self->arch, 2), p3 = arch_ec_slot(&self->arch, 3);
    struct request r = {
        .ssb = p2 >> PAGE_BITS,
        .dsb = p3 >> PAGE_BITS,
        .ord = p2 & 0x1f,
        .pmm = p3 & PERM_MASK,
        .mad = (uint32_t)arch_ec_slot(&self->arch, 4),
    };
    if (!is_aligned(r.ssb | r.dsb, bit(r.ord)))
        return BAD_PAR;

    r.src = space_at(self, hypercall_param(self), PERM_SPC_TAKE);
    r.dst = space_at(self, arch_ec_slot(&self->arch, 1), PERM_SPC_GRANT);
    if (r.src == nullptr || r.dst == nullptr)
        return BAD_CAP;
    if (r.src == &nova_hst->obj && !arch_mad_is_valid(r.mad))
        return BAD_PAR;
    if (r.src->type != r.dst->type)
        return BAD_CAP;

    switch (r.src->type) {
    case KOBJ_SPC_OBJ:
        return objects(&r);
    case KOBJ_SPC_HST:
        return memory(&r);
    case KOBJ_SPC_PIO:
    case KOBJ_SPC_MSR:
        return bits(&r);
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
