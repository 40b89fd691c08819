/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delegation works in slices; a CPU is deaf for the length of one. Between two, interrupts are let in, and
 * if one of them brings something more urgent, the caller is preempted. Either way the call is decoded and
 * checked anew, and goes on where it was: what may not be taken any more is not.
 */

#include "arch/contract/cpu.h"
#include "arch/inline.h"
#include "kernel/abi/perm.h"
#include "kernel/base/bits.h"
#include "kernel/cap/nova.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"

struct spaces {
    struct kobject *src, *dst;
};

struct request {
    struct kobject *src, *dst;
    uint64_t ssb, dsb, size;
    uint64_t done; /* selectors, before the caller was preempted */
    uint8_t pmm;
    uint32_t mad;
};

/*
 * ec->progress: selectors done, and what cannot be looked up again if the call itself has overwritten the
 * slot that it was named by: the space was the caller's own. A source whose content does not matter counts
 * as own. And the kind of the source, as selectors done in memory mean nothing in objects. 0: the call
 * begins.
 */
enum : uint64_t {
    PROGRESS_DONE = UINT64_C(0xffff'ffff),
    PROGRESS_SRC_OWN = UINT64_C(1) << 32,
    PROGRESS_DST_OWN = UINT64_C(1) << 33,
    PROGRESS_TYPE_SHIFT = 34,
};

static bool is_space(const struct kobject *obj)
{
    return obj->type >= KOBJ_SPC_OBJ;
}

/* The object at `sel` with permission `need`; GST and DMA spaces have no TAKE, so `need` refuses them. */
static struct kobject *object_at(const struct ec *self, uint64_t sel, uint8_t need)
{
    const struct cap cap = space_obj_load(self->objects, sel);
    return cap_perm(cap) & need ? cap_object(cap) : nullptr;
}

static ALWAYS_INLINE struct spaces find(const struct ec *self)
{
    return (struct spaces){
        .src = object_at(self, hypercall_param(self), PERM_SPC_TAKE),
        .dst = object_at(self, arch_ec_slot(&self->arch, 1), PERM_SPC_GRANT),
    };
}

/* A slice is done: what the caller has to know when it goes on. */
COLD static status_t remember(struct ec *self, const struct request *r, uint64_t done)
{
    const struct kobject *const own = &self->objects->obj;
    self->progress = done | (r->src == own || r->pmm == 0 ? PROGRESS_SRC_OWN : 0) |
                     (r->dst == own ? PROGRESS_DST_OWN : 0) |
                     (uint64_t)r->src->type << PROGRESS_TYPE_SHIFT;
    return NO_ANSWER;
}

/* Let interrupts in; is there something else to be done now? */
static bool is_preempted(void)
{
    arch_interrupt_window();
    return cpu_local()->sched.again;
}

static bool in_range(uint64_t base, uint64_t size, uint64_t count)
{
    return base + size <= count; /* selectors have 52 bits: no overflow */
}

static status_t check_objects(const struct kobject *dst, uint64_t ssb, uint64_t dsb, uint64_t size)
{
    if (dst->type != KOBJ_SPC_OBJ)
        return BAD_CAP;
    return in_range(ssb, size, SELNUM) && in_range(dsb, size, SELNUM) ? SUCCESS : BAD_PAR;
}

/*
 * Something may have been taken away from `dst`: on return no thread of its PD acts on that. Threads of one
 * PD have to agree among themselves. Both spaces of the call may be gone then.
 */
static ALWAYS_INLINE void settle(const struct ec *self, const struct space_obj *dst,
                                 uintptr_t revoked)
{
    if (UNLIKELY(dst != self->objects) && revoked != 0)
        space_obj_await(dst);
}

/* A space is emptied, all of it at once, when what was in it the last time has gone. */
static status_t clear(const struct ec *self, struct space_obj *dst)
{
    if (!space_obj_clear(dst))
        return AGAIN;
    settle(self, dst, true);
    return SUCCESS;
}

/* A page of slots. */
static status_t objects(struct ec *self, const struct request *r)
{
    struct space_obj *const dst = CONTAINER_OF(r->dst, struct space_obj, obj);
    const status_t status = check_objects(r->dst, r->ssb, r->dsb, r->size);
    if (status != SUCCESS)
        return status;
    if (r->pmm == 0 && r->size == SELNUM)
        return clear(self, dst);
    const struct obj_delegated d =
        space_obj_delegate(CONTAINER_OF(r->src, struct space_obj, obj), dst, r->ssb + r->done,
                           r->dsb + r->done, OBJ_PAGE_SLOTS, r->pmm);
    const uint64_t done = r->done + OBJ_PAGE_SLOTS;
    status_t answer = d.status;
    if (answer == SUCCESS && done < r->size)
        answer = remember(self, r, done);
    else if (answer != SUCCESS && r->done != 0)
        (void)remember(self, r, r->done); /* it may be tried again from there */
    settle(self, dst, d.revoked);
    return answer;
}

static status_t memory(struct ec *self, const struct request *r)
{
    struct space_hst *const src = CONTAINER_OF(r->src, struct space_hst, obj);
    if (src->is_nova && is_space(r->dst) && !arch_mad_is_valid(r->mad))
        return BAD_PAR;
    if (r->dst->type != KOBJ_SPC_HST && r->dst->type != KOBJ_SPC_GST)
        return BAD_CAP;
    /*
     * All host spaces have as many selectors, the NOVA host space too. Guest-physical addresses are as wide
     * where guests have spaces of the same kind.
     */
    const uint64_t pages = bit(arch_hva_bits() - PAGE_BITS);
    if (!in_range(r->ssb, r->size, pages) || !in_range(r->dsb, r->size, pages))
        return BAD_PAR;
    struct hst_delegation d = {
        .src = src,
        .dst = CONTAINER_OF(r->dst, struct space_hst, obj),
        .ssb = r->ssb,
        .dsb = r->dsb,
        .size = r->size,
        .done = r->done,
        .mad = r->mad,
        .pmm = r->pmm,
    };
    const status_t status = space_hst_delegate(&d);
    return status == SUCCESS && !d.is_finished ? remember(self, r, d.done) : status;
}

static status_t bits(const struct request *r)
{
    const uint64_t last = r->ssb + r->size - 1;
    const bool ends_inside = r->src->type == KOBJ_SPC_PIO
                                 ? last < PIO_COUNT
                                 : last < MSR_LOW_END || (last >= MSR_HIGH && last < MSR_HIGH_END);
    if (r->ssb != r->dsb || !ends_inside)
        return BAD_PAR;
    space_bit_delegate(CONTAINER_OF(r->src, struct space_bit, obj),
                       CONTAINER_OF(r->dst, struct space_bit, obj), r->ssb, r->size, r->pmm);
    return SUCCESS;
}

static uint64_t size_of(const struct ec *self)
{
    return bit(arch_ec_slot(&self->arch, 2) & 0x1f);
}

static uint64_t ssb_of(const struct ec *self)
{
    return arch_ec_slot(&self->arch, 2) >> PAGE_BITS;
}

static uint64_t dsb_of(const struct ec *self)
{
    return arch_ec_slot(&self->arch, 3) >> PAGE_BITS;
}

static uint8_t pmm_of(const struct ec *self)
{
    return arch_ec_slot(&self->arch, 3) & PERM_MASK;
}

/* Between the spaces that were found, from `done` on. */
static NOINLINE status_t delegate(struct ec *self, struct spaces found, uint64_t done)
{
    const struct request r = {
        .src = found.src,
        .dst = found.dst,
        .ssb = ssb_of(self),
        .dsb = dsb_of(self),
        .size = size_of(self),
        .done = done,
        .pmm = pmm_of(self),
        .mad = (uint32_t)arch_ec_slot(&self->arch, 4),
    };
    switch (r.src->type) {
    case KOBJ_SPC_OBJ:
        return objects(self, &r);
    case KOBJ_SPC_HST:
        return memory(self, &r);
    case KOBJ_SPC_PIO:
    case KOBJ_SPC_MSR:
        if (!ARCH_HAS_PIO)
            break;
        return r.dst->type == r.src->type ? bits(&r) : BAD_CAP;
    case KOBJ_PD:
    case KOBJ_EC:
    case KOBJ_SC:
    case KOBJ_PT:
    case KOBJ_SM:
    case KOBJ_SLOTS:
    case KOBJ_SPC_GST:
    case KOBJ_SPC_DMA:
    case KOBJ_COUNT:
        break;
    }
    return BAD_CAP;
}

/* The next slice: where the call itself has overwritten slots, it knows what was in them. */
NOINLINE static status_t go_on(struct ec *self)
{
    const uint64_t progress = self->progress, done = progress & PROGRESS_DONE;
    struct kobject *const own = &self->objects->obj;
    struct spaces found = find(self);
    self->progress = 0;
    if (progress & PROGRESS_DST_OWN) {
        if (hypercall_param(self) - dsb_of(self) < done)
            found.src = progress & PROGRESS_SRC_OWN ? own : nullptr;
        if (arch_ec_slot(&self->arch, 1) - dsb_of(self) < done)
            found.dst = own;
    }
    if (found.src == nullptr || found.dst == nullptr ||
        found.src->type != progress >> PROGRESS_TYPE_SHIFT)
        return BAD_CAP;
    return delegate(self, found, done);
}

/* All that is left after a slice that was answered with `status`, until something else is to be done. */
static NOINLINE status_t finish(struct ec *self, status_t status)
{
    while (status == NO_ANSWER && !is_preempted())
        status = go_on(self);
    if (status == NO_ANSWER)
        self->cont = ec_cont_hypercall;
    return status;
}

status_t hypercall_ctrl_pd(struct ec *self)
{
    const uint64_t ssb = ssb_of(self), dsb = dsb_of(self), size = size_of(self);
    if (UNLIKELY(self->progress != 0))
        return finish(self, go_on(self));
    if (!is_aligned(ssb | dsb, size))
        return BAD_PAR;
    const struct spaces found = find(self);
    if (found.src == nullptr || found.dst == nullptr)
        return BAD_CAP;
    if (found.src->type != KOBJ_SPC_OBJ || size > OBJ_PAGE_SLOTS)
        return finish(self, delegate(self, found, 0));
    /* What is most frequent goes no further. */
    const status_t status = check_objects(found.dst, ssb, dsb, size);
    if (status != SUCCESS)
        return status;
    struct space_obj *const dst = CONTAINER_OF(found.dst, struct space_obj, obj);
    const struct obj_delegated d = space_obj_delegate(
        CONTAINER_OF(found.src, struct space_obj, obj), dst, ssb, dsb, size, pmm_of(self));
    settle(self, dst, d.revoked);
    return d.status;
}
