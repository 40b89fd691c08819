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
    cpu->arch.gic_kick = (targets & (0 - targets)) << SGIR_TARGETS_SHIFT | INTID_KICK;
    for (size_t at = GICC_APR; at < GICC_APR_END; at += 4)
        mmio_write32(gicc, at, 0);
    mmio_write32(gicc, GICC_BPR, 7);
    mmio_write32(gicc, GICC_PMR, 0xff);
    mmio_write32(gicc, GICC_CTLR, CTLR_SPLIT_EOI_ENABLE);
    if (gich != nullptr)
        mmio_write32(gich, GICH_HCR, 0);
}

static volatile void *private_regs(void)
{
    return gic_dist; /* it shows each CPU its own */
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

const struct gic_ops gic_v2 = {
    .name = "CPU interface in memory",
    .init = init,
    .enable_distributor = enable_distributor,
    .init_cpu = init_cpu,
    .private_regs = private_regs,
    .has_cpu = has_cpu,
    .kick = kick,
    .route = route,
    .handle = handle,
};
