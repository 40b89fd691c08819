/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of distributor and redistributors (Arm IHI 0048, "GICD", and IHI 0069, "GICD", "GICR").
 * Both have the same blocks of one or two bits an interrupt at the same offsets.
 */
#include "user/vmm/gic.h"

/* Offsets in the distributor and, for the first 32 interrupts, in a redistributor's second frame. */
enum : uint64_t {
    IGROUPR = 0x080,
    ISENABLER = 0x100,
    ICENABLER = 0x180,
    ISPENDR = 0x200,
    ICPENDR = 0x280,
    ISACTIVER = 0x300,
    ICACTIVER = 0x380,
    IPRIORITYR = 0x400,
    ITARGETSR = 0x800, /* GICv2 */
    ICFGR = 0xc00,
    BLOCK_SIZE = 0x80,

    GICD_CTLR = 0x0,
    GICD_TYPER = 0x4,
    GICD_IIDR = 0x8,
    GICD_SGIR = 0xf00,      /* GICv2 */
    GICD_CPENDSGIR = 0xf10, /* GICv2 */
    GICD_SPENDSGIR = 0xf20, /* GICv2 */
    GICD_PIDR2_V2 = 0xfe8,
    GICD_IROUTER = 0x6100, /* of the first shared interrupt */
    PIDR2 = 0xffe8,

    GICR_CTLR = 0x0,
    GICR_IIDR = 0x4,
    GICR_TYPER = 0x8,
    GICR_WAKER = 0x14,
    GICR_SGI_FRAME = 0x1'0000,
};

enum : uint32_t {
    CTLR_ENABLES = 3, /* group 0, group 1 */
    CTLR_ARE = 1 << 4,
    CTLR_DS = 1 << 6,
    TYPER_64_LINES = 1, /* 32 * (n + 1) interrupts            */
    TYPER_ID_BITS = 9 << 19,
    IIDR_ARM = 0x43b,
    PIDR2_ARCH_V2 = 0x2b,
    PIDR2_ARCH_V3 = 0x3b,
    WAKER_SLEEP = 1 << 1,
    WAKER_ASLEEP = 1 << 2,
    GICR_TYPER_LAST = 1 << 4,
    PPIS_AND_SPIS = 0xffff'0000,
};

static uint32_t read_bits(const struct gic_bank *bank, uint64_t block, bool has_groups)
{
    switch (block) {
    case IGROUPR:
        return has_groups ? bank->group : 0;
    case ISENABLER:
    case ICENABLER:
        return bank->enabled;
    case ISPENDR:
    case ICPENDR:
        return bank->latched | (bank->line & ~bank->edge);
    case ISACTIVER:
    case ICACTIVER:
        return bank->active;
    default:
        return 0;
    }
}

static void write_bits(struct gic *gic, unsigned vcpu, bool is_own, uint64_t block, uint32_t bits)
{
    struct gic_bank *const bank = is_own ? &gic->vcpu[vcpu].own : &gic->shared;
    switch (block) {
    case IGROUPR:
        if (gic->version == 3)
            bank->group = bits;
        break;
    case ISENABLER:
        bank->enabled |= bits;
        break;
    case ICENABLER:
        bank->enabled &= ~bits;
        break;
    case ISPENDR:
        gic_latch(gic, vcpu, is_own, bits);
        break;
    case ICPENDR:
        bank->latched &= ~bits;
        break;
    case ICACTIVER:
        gic_deactivate(gic, vcpu, is_own, bits);
        break;
    default:
        break;
    }
}

/* 2 bits each, the upper one says edge; those of private interrupts are fixed. */
static void access_config(struct gic_bank *bank, bool is_own, unsigned half, struct mmio *access)
{
    uint32_t edge = bank->edge;
    uint32_t value = 0;
    for (unsigned i = 0; i < 16; i++) {
        const uint32_t bit = UINT32_C(1) << (16 * half + i);
        if (access->is_write && !is_own)
            edge = access->value >> (2 * i + 1) & 1 ? edge | bit : edge & ~bit;
        value |= edge & bit ? UINT32_C(2) << 2 * i : 0;
    }
    bank->edge = edge;
    access->value = value;
}

/* Bytes of a table, the first at `offset` of it. */
static void access_bytes(uint8_t *table, uint64_t offset, struct mmio *access)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < access->size; i++) {
        if (access->is_write)
            table[offset + i] = (uint8_t)(access->value >> 8 * i);
        else
            value |= (uint64_t)table[offset + i] << 8 * i;
    }
    access->value = value;
}

/* The blocks, for interrupt `first` and the 31 behind it. `at` is the offset in the frame. */
static void access_bank(struct gic *gic, bool is_own, uint64_t at, struct mmio *access)
{
    struct gic_bank *const bank = is_own ? &gic->vcpu[access->vcpu].own : &gic->shared;
    const unsigned first = is_own ? 0 : GIC_PRIVATE;
    const uint64_t block = at & ~(BLOCK_SIZE - 1);

    if (block >= IGROUPR && block < IPRIORITYR) {
        if (access->size != 4 || at % BLOCK_SIZE != first / 8)
            return;
        if (access->is_write)
            write_bits(gic, access->vcpu, is_own, block, (uint32_t)access->value);
        else
            access->value = read_bits(bank, block, gic->version == 3);
    } else if (at >= IPRIORITYR + first && at + access->size <= IPRIORITYR + first + 32) {
        access_bytes(bank->priority, at - IPRIORITYR - first, access);
    } else if (at >= ICFGR + first / 4 && at < ICFGR + first / 4 + 8 && access->size == 4) {
        access_config(bank, is_own, (unsigned)(at - ICFGR - first / 4) / 4, access);
    }
}

/* GICv2: a private interrupt's target is who asks. */
static void access_targets(struct gic *gic, struct mmio *access)
{
    const uint64_t at = access->offset - ITARGETSR;
    if (at + access->size <= GIC_PRIVATE) {
        uint8_t self[8];
        for (unsigned i = 0; i < sizeof self; i++)
            self[i] = (uint8_t)(1 << access->vcpu);
        if (!access->is_write)
            access_bytes(self, 0, access);
    } else if (at >= GIC_PRIVATE && at + access->size <= GIC_PRIVATE + GIC_SHARED) {
        access_bytes(gic->target, at - GIC_PRIVATE, access);
        for (unsigned i = 0; i < GIC_SHARED; i++)
            gic->target[i] &= (uint8_t)((1 << gic->vcpu_count) - 1);
    }
}

/* Arm IHI 0048, GICD_SGIR. */
static void write_sgir(struct gic *gic, unsigned from, uint32_t value)
{
    const unsigned filter = value >> 24 & 3, intid = value & 15;
    for (unsigned v = 0; v < gic->vcpu_count; v++)
        if ((filter == 0 && (value >> 16 & 0xff) >> v & 1) || (filter == 1 && v != from) ||
            (filter == 2 && v == from))
            gic_send_sgi(gic, from, v, intid);
}

/* GICD_CPENDSGIR, GICD_SPENDSGIR: a byte an interrupt, a bit a sender. */
static void access_sgis(struct gic *gic, struct mmio *access)
{
    struct gic_vcpu *const c = &gic->vcpu[access->vcpu];
    const bool is_set = access->offset >= GICD_SPENDSGIR;
    const uint64_t first = access->offset - (is_set ? GICD_SPENDSGIR : GICD_CPENDSGIR);
    uint64_t value = 0;
    for (uint64_t i = 0; i < access->size && first + i < GIC_SGIS; i++) {
        uint8_t *const from = &c->sgi_from[first + i];
        const uint8_t bits = (uint8_t)(access->value >> 8 * i);
        const uint32_t bit = UINT32_C(1) << (first + i);
        if (access->is_write) {
            *from = is_set ? *from | (bits & ((1 << gic->vcpu_count) - 1)) : *from & ~bits;
            c->own.latched = *from != 0 ? c->own.latched | bit : c->own.latched & ~bit;
        }
        value |= (uint64_t)*from << 8 * i;
    }
    access->value = value;
}

static uint32_t typer(const struct gic *gic)
{
    if (gic->version == 2)
        return TYPER_64_LINES | (gic->vcpu_count - 1) << 5;
    return TYPER_64_LINES | TYPER_ID_BITS;
}

static void access_v2(struct gic *gic, struct mmio *access)
{
    const uint64_t at = access->offset;
    if (at >= ITARGETSR && at < ICFGR)
        access_targets(gic, access);
    else if (at == GICD_SGIR && access->is_write)
        write_sgir(gic, access->vcpu, (uint32_t)access->value);
    else if (at >= GICD_CPENDSGIR && at < GICD_SPENDSGIR + GIC_SGIS)
        access_sgis(gic, access);
    else if (at == GICD_PIDR2_V2)
        access->value = PIDR2_ARCH_V2;
    else
        access_bank(gic,
                    at % BLOCK_SIZE == 0 || (at >= IPRIORITYR && at < IPRIORITYR + 32) ||
                        (at >= ICFGR && at < ICFGR + 8),
                    at, access);
}

/* A write names a CPU by its affinity; what is none goes to nobody. */
static void access_router(struct gic *gic, struct mmio *access)
{
    uint8_t *const target = &gic->target[(access->offset - GICD_IROUTER) / 8];
    if (access->offset % 8 != 0)
        access->value = 0; /* affinity 3 */
    else if (access->is_write)
        *target = access->value < gic->vcpu_count ? (uint8_t)access->value : UINT8_MAX;
    else
        access->value = *target;
}

static void access_v3(struct gic *gic, struct mmio *access)
{
    const uint64_t at = access->offset;
    if (at >= GICD_IROUTER && at < GICD_IROUTER + 8 * GIC_SHARED)
        access_router(gic, access);
    else if (at == PIDR2)
        access->value = PIDR2_ARCH_V3;
    else
        access_bank(gic, false, at, access);
}

void gicd_access(struct gic *gic, struct mmio *access)
{
    if (!access->is_write)
        access->value = 0;
    switch (access->offset) {
    case GICD_CTLR:
        if (access->is_write)
            gic->ctlr = access->value & CTLR_ENABLES;
        else
            access->value = gic->ctlr | (gic->version == 3 ? CTLR_ARE | CTLR_DS : 0);
        break;
    case GICD_TYPER:
        access->value = typer(gic);
        break;
    case GICD_IIDR:
        access->value = IIDR_ARM;
        break;
    default:
        if (gic->version == 2)
            access_v2(gic, access);
        else
            access_v3(gic, access);
    }
}

/* The first frame of the redistributor of virtual CPU `vcpu`. */
static void access_frame(struct gic *gic, unsigned vcpu, uint64_t at, struct mmio *access)
{
    const uint64_t id = (uint64_t)vcpu << 32 | vcpu << 8; /* affinity, number */
    bool *const is_awake = &gic->vcpu[vcpu].is_awake;
    switch (at) {
    case GICR_IIDR:
        access->value = IIDR_ARM;
        break;
    case GICR_TYPER:
        access->value = id | (vcpu + 1 == gic->vcpu_count ? GICR_TYPER_LAST : 0);
        break;
    case GICR_TYPER + 4:
        access->value = id >> 32;
        break;
    case GICR_WAKER:
        if (access->is_write)
            *is_awake = !(access->value & WAKER_SLEEP);
        access->value = *is_awake ? 0 : WAKER_SLEEP | WAKER_ASLEEP;
        break;
    case PIDR2:
        access->value = PIDR2_ARCH_V3;
        break;
    default:
        break;
    }
}

void gicr_access(struct gic *gic, struct mmio *access)
{
    const unsigned vcpu = (unsigned)(access->offset / GICR_STRIDE);
    const uint64_t at = access->offset % GICR_STRIDE;
    if (!access->is_write)
        access->value = 0;
    if (vcpu >= gic->vcpu_count)
        return;
    if (at < GICR_SGI_FRAME) {
        access_frame(gic, vcpu, at, access);
    } else {
        /* On behalf of the CPU that it belongs to. */
        struct mmio own = *access;
        own.vcpu = (uint8_t)vcpu;
        access_bank(gic, true, at - GICR_SGI_FRAME, &own);
        access->value = own.value;
    }
}
