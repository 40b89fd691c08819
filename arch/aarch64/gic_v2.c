/* SPDX-License-Identifier: GPL-2.0-only */
/* GICv2: memory-mapped CPU interface. Arm IHI 0048. */

#include "arch/aarch64/gic_impl.h"
#include "kernel/base/bits.h"
#include "kernel/base/mmio.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/mm/kmap.h"

enum : size_t {
    GICC_CTLR = 0x0,
    GICC_PMR = 0x4,
    GICC_BPR = 0x8,
    GICC_IAR = 0xc,
    GICC_EOIR = 0x10,
    GICC_APR = 0xd0, /* four, then four of GICC_NSAPR; those that are not there ignore writes */
    GICC_APR_END = 0xf0,
    GICC_DIR = 0x1000,
    GICH_HCR = 0x0,
    GICH_VTR = 0x4,
    GICH_VMCR = 0x8,
    GICH_ELSR0 = 0x30,
    GICH_APR = 0xf0,
    GICH_LR = 0x100,
    GICD_SGIR = 0xf00,
};

/* GICC_CTLR: split end of interrupt (9), no bypass (6, 5), enabled (0). */
enum : uint32_t { CTLR_SPLIT_EOI_ENABLE = 1 << 9 | 1 << 6 | 1 << 5 | 1 << 0 };
enum : uint32_t { GICD_CTLR_ENABLE = 1 << 0 };
enum : uint32_t { IAR_INTID = 0x3ff };
enum : unsigned { SGIR_TARGETS_SHIFT = 16 };

/*
 * Where each 4 KiB page is repeated over 64 KiB, GICC_DIR is in the page behind the first 64 KiB: two
 * pages from here on look like an ordinary interface. Boards tell by the size of the frame.
 */
enum : uint64_t { GICC_ALIASED_SIZE = 0x2'0000, GICC_ALIASED_OFFSET = 0xf000 };
enum : uint64_t { GICC_SIZE = 0x2000 };

/* GICH_VTR.ListRegs; GICH_HCR.En. */
enum : uint32_t { VTR_LIST_MASK = 0x3f, GICH_HCR_ENABLE = 1 };

static volatile void *gicc, *gich;

static void init(void)
{
    const struct board_range frame = platform.gicc;
    if (frame.base == 0)
        panic("GIC: no CPU interface is described");
    const uint64_t offset = frame.size == GICC_ALIASED_SIZE ? GICC_ALIASED_OFFSET : 0;
    gicc = kmap_device(paddr(frame.base + offset), GICC_SIZE);
    if (platform.gich.base != 0)
        gich = kmap_device(paddr(platform.gich.base), PAGE_SIZE);
    if (gicc == nullptr || (platform.gich.base != 0 && gich == nullptr))
        panic("GIC: no room for its registers");
}

static void enable_distributor(void)
{
    mmio_write32(gic_dist, GICD_CTLR, GICD_CTLR_ENABLE);
}

static void init_cpu(struct cpu *cpu)
{
    mmio_write32(gicc, GICC_CTLR, 0);
    gic_reset_block(gic_dist, 0, gic_group);
    /* The targets of a private interrupt are the CPU that reads them. GICD_ITARGETSR0. */
    const uint32_t targets = mmio_read32(gic_dist, GICD_ITARGETSR);
    cpu->arch.gic_private = gic_dist; /* it shows each CPU its own */
    cpu->arch.gic_kick = (targets & (0 - targets)) << SGIR_TARGETS_SHIFT | INTID_KICK;
    for (size_t at = GICC_APR; at < GICC_APR_END; at += 4)
        mmio_write32(gicc, at, 0);
    mmio_write32(gicc, GICC_BPR, 7);
    mmio_write32(gicc, GICC_PMR, 0xff);
    mmio_write32(gicc, GICC_CTLR, CTLR_SPLIT_EOI_ENABLE);
}

static bool has_cpu([[maybe_unused]] const struct platform_cpu *cpu)
{
    return true; /* the interface is the same for all */
}

static void kick(const struct cpu *cpu)
{
    mmio_write32(gic_dist, GICD_SGIR, (uint32_t)cpu->arch.gic_kick);
}

static void route(unsigned intid, const struct cpu *cpu)
{
    const uint8_t target = (uint8_t)(cpu->arch.gic_kick >> SGIR_TARGETS_SHIFT);
    mmio_write8(gic_dist, GICD_ITARGETSR + intid, target);
}

static void handle(void)
{
    const uint32_t iar = mmio_read32(gicc, GICC_IAR); /* of a kick, with its sender */
    const uint32_t intid = iar & IAR_INTID;
    if (intid >= INTID_MAX)
        return;
    mmio_write32(gicc, GICC_EOIR, iar);
    if (gic_dispatch(intid))
        mmio_write32(gicc, GICC_DIR, iar);
}

/* Fields of a list register here and in the format of GICv3, ICH_LR_EL2, and how wide they are. */
static const struct lr_field {
    uint8_t here, there, width;
} lr_fields[] = {
    {28, 62, 2},  /* state         */
    {31, 61, 1},  /* HW            */
    {30, 60, 1},  /* group         */
    {23, 51, 5},  /* priority      */
    {10, 32, 10}, /* physical INTID, or EOI and the CPU that sent an SGI */
    {0, 0, 10},   /* virtual INTID */
};

static uint64_t lr_in(uint32_t here)
{
    uint64_t lr = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(lr_fields); i++)
        lr |= (here >> lr_fields[i].here & low_bits(lr_fields[i].width)) << lr_fields[i].there;
    return lr;
}

static uint32_t lr_out(uint64_t lr)
{
    uint64_t here = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(lr_fields); i++)
        here |= (lr >> lr_fields[i].there & low_bits(lr_fields[i].width)) << lr_fields[i].here;
    return (uint32_t)here;
}

static void guest_init(struct arch_cpu_guests *guests)
{
    guests->apr_count = 1;
    guests->list_count =
        gich == nullptr
            ? 0
            : (uint8_t)min_u64((mmio_read32(gich, GICH_VTR) & VTR_LIST_MASK) + 1, GUEST_LIST_MAX);
}

static unsigned list_count(void)
{
    return cpu_local()->arch.guests.list_count;
}

static void guest_save(struct guest_gic *state)
{
    if (gich == nullptr)
        return;
    for (unsigned i = 0; i < list_count(); i++)
        state->lr[i] = lr_in(mmio_read32(gich, GICH_LR + 4 * i));
    state->ap1r[0] = mmio_read32(gich, GICH_APR);
    state->elrsr = mmio_read32(gich, GICH_ELSR0);
    state->vmcr = mmio_read32(gich, GICH_VMCR);
}

static void guest_load(const struct guest_gic *state)
{
    if (gich == nullptr)
        return;
    for (unsigned i = 0; i < list_count(); i++)
        mmio_write32(gich, GICH_LR + 4 * i, lr_out(state->lr[i]));
    mmio_write32(gich, GICH_APR, state->ap1r[0]);
    mmio_write32(gich, GICH_VMCR, state->vmcr);
    mmio_write32(gich, GICH_HCR, GICH_HCR_ENABLE);
}

static void guest_off(void)
{
    if (gich == nullptr)
        return;
    mmio_write32(gich, GICH_HCR, 0);
    for (unsigned i = 0; i < list_count(); i++)
        mmio_write32(gich, GICH_LR + 4 * i, 0);
    mmio_write32(gich, GICH_APR, 0);
    mmio_write32(gich, GICH_VMCR, 0);
}

static const struct gic_guest_ops guest_ops = {
    .is_exposed = true,
    .init = guest_init,
    .save = guest_save,
    .load = guest_load,
    .off = guest_off,
};

const struct gic_ops gic_v2 = {
    .name = "CPU interface in memory",
    .init = init,
    .enable_distributor = enable_distributor,
    .init_cpu = init_cpu,
    .has_cpu = has_cpu,
    .kick = kick,
    .route = route,
    .handle = handle,
    .guest = &guest_ops,
};
