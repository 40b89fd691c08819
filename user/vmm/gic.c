/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interrupt goes where, and the list registers. */
#include "user/vmm/gic.h"

/* ICH_LR<n>_EL2, also for GICv2 hardware (interface specification, 7.7.3). */
enum : uint64_t {
    LR_PENDING = UINT64_C(1) << 62,
    LR_ACTIVE = UINT64_C(1) << 63,
    LR_HARDWARE = UINT64_C(1) << 61,
    LR_GROUP1 = UINT64_C(1) << 60,
};
enum : unsigned { LR_PRIORITY_SHIFT = 48, LR_PHYSICAL_SHIFT = 32 };

enum : uint32_t { CTLR_GROUP0 = 1 << 0, CTLR_GROUP1 = 1 << 1, SGI_BITS = 0xffff };
enum : uint32_t { TIMER_BIT = UINT32_C(1) << INTID_TIMER };
enum : unsigned { PRIORITY_LOWEST = 0x100, NOTHING = 1023 };

static struct gic_bank *bank_of(struct gic *gic, unsigned vcpu, unsigned intid)
{
    return intid < GIC_PRIVATE ? &gic->vcpu[vcpu].own : &gic->shared;
}

static uint32_t bit_of(unsigned intid)
{
    return UINT32_C(1) << intid % 32;
}

void gic_reset(struct gic *gic)
{
    const struct gic old = *gic;
    *gic = (struct gic){
        .version = old.version, .timer_intid = old.timer_intid, .vcpu_count = old.vcpu_count};
    gic->shared.line = old.shared.line;
    for (unsigned v = 0; v < VCPUS_MAX; v++) {
        gic->vcpu[v].own.line = old.vcpu[v].own.line;
        gic->vcpu[v].own.edge = SGI_BITS;
        gic->vcpu[v].lr_count = old.vcpu[v].lr_count;
        if (gic->version == 2)
            gic->vcpu[v].own.enabled = SGI_BITS;
    }
}

/*
 * An interrupt comes in. If it is in a list register already, that may be handled by now, and would
 * not show it again: its virtual CPU has to exit.
 */
static void come_in(struct gic *gic, unsigned vcpu, unsigned intid)
{
    struct gic_vcpu *const c = &gic->vcpu[vcpu];
    for (uint32_t left = c->lr_used; left != 0; left &= left - 1)
        c->is_stale |= c->lr_intid[__builtin_ctz(left)] == intid;
}

void gic_set_spi(struct gic *gic, unsigned spi, bool level)
{
    struct gic_bank *const bank = &gic->shared;
    const uint32_t bit = bit_of(spi);
    if (level && !(bank->line & bit)) {
        bank->latched |= bit & bank->edge;
        for (unsigned v = 0; v < gic->vcpu_count; v++)
            come_in(gic, v, GIC_PRIVATE + spi);
    }
    bank->line = level ? bank->line | bit : bank->line & ~bit;
}

void gic_latch(struct gic *gic, unsigned vcpu, bool is_own, uint32_t mask)
{
    struct gic_bank *const bank = is_own ? &gic->vcpu[vcpu].own : &gic->shared;
    bank->latched |= mask;
    for (; mask != 0; mask &= mask - 1)
        for (unsigned v = 0; v < gic->vcpu_count; v++)
            if (!is_own || v == vcpu)
                come_in(gic, v, (is_own ? 0 : GIC_PRIVATE) + (unsigned)__builtin_ctz(mask));
}

void gic_raise_timer(struct gic *gic, unsigned vcpu)
{
    gic->vcpu[vcpu].own.line |= TIMER_BIT;
}

bool gic_owes_timer(const struct gic *gic, unsigned vcpu)
{
    return gic->vcpu[vcpu].own.line & TIMER_BIT;
}

static uint32_t pending(const struct gic_bank *bank)
{
    return bank->latched | (bank->line & ~bank->edge);
}

/* Interrupts of a bank that could be presented now. */
static uint32_t ready(const struct gic *gic, const struct gic_bank *bank)
{
    uint32_t groups = gic->ctlr & CTLR_GROUP0 ? ~bank->group : 0;
    if (gic->ctlr & CTLR_GROUP1)
        groups |= bank->group;
    return pending(bank) & bank->enabled & groups & ~bank->placed;
}

static bool is_target(const struct gic *gic, unsigned vcpu, unsigned spi)
{
    if (gic->version == 2) /* the first of those that it may go to */
        return gic->target[spi] != 0 && (unsigned)__builtin_ctz(gic->target[spi]) == vcpu;
    return gic->target[spi] == vcpu;
}

static uint32_t ready_shared(const struct gic *gic, unsigned vcpu)
{
    uint32_t mask = 0;
    for (uint32_t left = ready(gic, &gic->shared); left != 0; left &= left - 1) {
        const unsigned spi = (unsigned)__builtin_ctz(left);
        if (is_target(gic, vcpu, spi))
            mask |= bit_of(spi);
    }
    return mask;
}

bool gic_has_work(const struct gic *gic, unsigned vcpu)
{
    return gic->vcpu[vcpu].is_stale ||
           (ready(gic, &gic->vcpu[vcpu].own) | ready_shared(gic, vcpu)) != 0;
}

bool gic_needs_look(const struct gic *gic, unsigned vcpu)
{
    const struct gic_vcpu *const c = &gic->vcpu[vcpu];
    const uint32_t high = gic->shared.line & ~gic->shared.edge;
    for (uint32_t left = c->lr_used; left != 0; left &= left - 1) {
        const unsigned intid = c->lr_intid[__builtin_ctz(left)];
        if (intid >= GIC_PRIVATE && (high & bit_of(intid)))
            return true;
    }
    return gic_has_work(gic, vcpu);
}

/* The most urgent of `mask`, if more so than `*priority`. */
static unsigned urgent(const struct gic_bank *bank, uint32_t mask, unsigned *priority)
{
    unsigned found = NOTHING;
    for (; mask != 0; mask &= mask - 1) {
        const unsigned n = (unsigned)__builtin_ctz(mask);
        if (bank->priority[n] < *priority) {
            *priority = bank->priority[n];
            found = n;
        }
    }
    return found;
}

static unsigned next_intid(const struct gic *gic, unsigned vcpu)
{
    unsigned priority = PRIORITY_LOWEST;
    const struct gic_bank *const own = &gic->vcpu[vcpu].own;
    const unsigned private = urgent(own, ready(gic, own), &priority);
    const unsigned shared = urgent(&gic->shared, ready_shared(gic, vcpu), &priority);
    return shared != NOTHING ? shared + GIC_PRIVATE : private;
}

static bool is_sgi_from(const struct gic *gic, unsigned intid)
{
    return gic->version == 2 && intid < GIC_SGIS;
}

/* The interrupt is presented: it is pending no longer, unless somebody else has sent it too. */
static void take(struct gic *gic, unsigned vcpu, unsigned slot, unsigned intid)
{
    struct gic_vcpu *const c = &gic->vcpu[vcpu];
    struct gic_bank *const bank = bank_of(gic, vcpu, intid);
    bank->latched &= ~bit_of(intid);
    if (!is_sgi_from(gic, intid) || c->sgi_from[intid] == 0)
        return;
    c->lr_source[slot] = (uint8_t)__builtin_ctz(c->sgi_from[intid]);
    c->sgi_from[intid] &= (uint8_t)(c->sgi_from[intid] - 1);
    if (c->sgi_from[intid] != 0)
        bank->latched |= bit_of(intid);
}

static void give_back(struct gic *gic, unsigned vcpu, unsigned slot, unsigned intid)
{
    struct gic_bank *const bank = bank_of(gic, vcpu, intid);
    bank->latched |= bit_of(intid) & bank->edge;
    if (is_sgi_from(gic, intid))
        gic->vcpu[vcpu].sgi_from[intid] |= (uint8_t)(1 << gic->vcpu[vcpu].lr_source[slot]);
}

static void release(struct gic *gic, unsigned vcpu, unsigned slot)
{
    struct gic_vcpu *const c = &gic->vcpu[vcpu];
    struct gic_bank *const bank = bank_of(gic, vcpu, c->lr_intid[slot]);
    bank->placed &= ~bit_of(c->lr_intid[slot]);
    bank->active &= ~bit_of(c->lr_intid[slot]);
    c->lr_used &= ~bit_of(slot);
}

void gic_sync(struct gic *gic, unsigned vcpu, const uint64_t lr[GIC_LRS_MAX])
{
    struct gic_vcpu *const c = &gic->vcpu[vcpu];
    c->is_stale = false;
    for (uint32_t left = c->lr_used; left != 0; left &= left - 1) {
        const unsigned slot = (unsigned)__builtin_ctz(left), intid = c->lr_intid[slot];
        const uint64_t state = lr[slot] & (LR_PENDING | LR_ACTIVE);

        if (state & LR_PENDING)
            give_back(gic, vcpu, slot, intid);
        if (state & LR_ACTIVE) {
            bank_of(gic, vcpu, intid)->active |= bit_of(intid);
            continue;
        }
        release(gic, vcpu, slot);
        if (state == 0 && intid == INTID_TIMER)
            c->own.line &= ~TIMER_BIT; /* the hardware's has been deactivated with it */
    }
}

static uint64_t lr_value(const struct gic *gic, const struct gic_bank *bank, unsigned intid,
                         unsigned source)
{
    uint64_t value = intid | (uint64_t)bank->priority[intid % 32] << LR_PRIORITY_SHIFT;
    if (gic->version == 3 && (bank->group & bit_of(intid)))
        value |= LR_GROUP1;
    if (intid == INTID_TIMER)
        value |= LR_HARDWARE | (uint64_t)gic->timer_intid << LR_PHYSICAL_SHIFT;
    else if (is_sgi_from(gic, intid))
        value |= (uint64_t)source << LR_PHYSICAL_SHIFT; /* GICH_LR.CPUID */
    return value;
}

/*
 * Being handled; it may be pending again, but not a hardware interrupt (ICH_LR<n>_EL2.State), and
 * one from another sender has to wait for the end of this one.
 */
static uint64_t lr_again(struct gic *gic, unsigned vcpu, unsigned slot)
{
    struct gic_vcpu *const c = &gic->vcpu[vcpu];
    const unsigned intid = c->lr_intid[slot], source = c->lr_source[slot];
    struct gic_bank *const bank = bank_of(gic, vcpu, intid);
    const uint64_t value = lr_value(gic, bank, intid, source) | LR_ACTIVE;
    if (intid == INTID_TIMER || !(pending(bank) & bank->enabled & bit_of(intid)))
        return value;
    if (!is_sgi_from(gic, intid)) {
        bank->latched &= ~bit_of(intid);
        return value | LR_PENDING;
    }
    if (!(c->sgi_from[intid] >> source & 1))
        return value;
    c->sgi_from[intid] &= (uint8_t)~(1 << source);
    if (c->sgi_from[intid] == 0)
        bank->latched &= ~bit_of(intid);
    return value | LR_PENDING;
}

void gic_flush(struct gic *gic, unsigned vcpu, uint64_t lr[GIC_LRS_MAX])
{
    struct gic_vcpu *const c = &gic->vcpu[vcpu];
    for (unsigned slot = 0; slot < c->lr_count; slot++) {
        if (c->lr_used & bit_of(slot)) {
            lr[slot] = lr_again(gic, vcpu, slot);
            continue;
        }
        const unsigned intid = next_intid(gic, vcpu);
        if (intid == NOTHING) {
            lr[slot] = 0;
            continue;
        }
        struct gic_bank *const bank = bank_of(gic, vcpu, intid);
        take(gic, vcpu, slot, intid);
        bank->placed |= bit_of(intid);
        c->lr_used |= bit_of(slot);
        c->lr_intid[slot] = (uint8_t)intid;
        lr[slot] = lr_value(gic, bank, intid, c->lr_source[slot]) | LR_PENDING;
    }
}

void gic_send_sgi(struct gic *gic, unsigned from, unsigned to, unsigned intid)
{
    gic_latch(gic, to, true, bit_of(intid));
    gic->vcpu[to].sgi_from[intid] |= (uint8_t)(1 << from);
}

/* Arm IHI 0069, ICC_SGI1R_EL1: affinities 1 to 3 are 0 here, and affinity 0 is the number. */
void gic_send_sgi1r(struct gic *gic, unsigned vcpu, uint64_t value)
{
    enum : uint64_t { TARGETS = 0xffff, AFFINITIES = 0xff'00ff'00ff'0000, ALL = 1ull << 40 };
    const unsigned intid = value >> 24 & 15;
    for (unsigned v = 0; v < gic->vcpu_count; v++) {
        const bool is_named = !(value & AFFINITIES) && (value & TARGETS) >> v & 1;
        if (value & ALL ? v != vcpu : is_named)
            gic_send_sgi(gic, vcpu, v, intid);
    }
}

/* The timer's stays: its hardware waits for the end of interrupt. */
void gic_deactivate(struct gic *gic, unsigned vcpu, bool is_own, uint32_t mask)
{
    struct gic_vcpu *const c = &gic->vcpu[vcpu];
    for (uint32_t left = c->lr_used; left != 0; left &= left - 1) {
        const unsigned slot = (unsigned)__builtin_ctz(left), intid = c->lr_intid[slot];
        if ((intid < GIC_PRIVATE) == is_own && (mask & bit_of(intid)) && intid != INTID_TIMER)
            release(gic, vcpu, slot);
    }
}
