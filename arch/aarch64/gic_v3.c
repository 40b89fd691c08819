/* SPDX-License-Identifier: GPL-2.0-only */
/* GICv3 and later: redistributors, CPU interface in system registers. Arm IHI 0069. */

#include "arch/aarch64/gic_impl.h"
#include "arch/aarch64/sysreg.h"
#include "kernel/base/bits.h"
#include "kernel/base/mmio.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/mm/kmap.h"

/* GICD_CTLR as seen by non-secure software: ARE_NS, EnableGrp1A; RWP: a write is under way. */
enum : uint32_t { CTLR_ARE_GRP1 = 1 << 4 | 1 << 1 };
enum : uint32_t { GICD_CTLR_RWP = UINT32_C(1) << 31, GICR_CTLR_RWP = 1 << 3 };

/* A redistributor: a frame of 64 KiB for the CPU, one for its SGIs and PPIs, two more for VLPIs. */
enum : uint64_t { FRAME_SIZE = 64 * KIB };
enum : size_t { GICR_CTLR = 0x0, GICR_TYPER = 0x8, GICR_WAKER = 0x14 };
enum : uint64_t { TYPER_VLPIS = 1 << 1, TYPER_LAST = 1 << 4 };
enum : uint32_t { WAKER_PROCESSOR_SLEEP = 1 << 1, WAKER_CHILDREN_ASLEEP = 1 << 2 };

/* The CPU interface. */
#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_AP0R0_EL1 s3_0_c12_c8_4
#define ICC_AP0R1_EL1 s3_0_c12_c8_5
#define ICC_AP0R2_EL1 s3_0_c12_c8_6
#define ICC_AP0R3_EL1 s3_0_c12_c8_7
#define ICC_AP1R0_EL1 s3_0_c12_c9_0
#define ICC_AP1R1_EL1 s3_0_c12_c9_1
#define ICC_AP1R2_EL1 s3_0_c12_c9_2
#define ICC_AP1R3_EL1 s3_0_c12_c9_3
#define ICC_DIR_EL1 s3_0_c12_c11_1
#define ICC_SGI1R_EL1 s3_0_c12_c11_5
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define ICC_BPR1_EL1 s3_0_c12_c12_3
#define ICC_CTLR_EL1 s3_0_c12_c12_4
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7

enum : uint64_t { ICC_CTLR_SPLIT_EOI = 1 << 1, ICC_PMR_ALL = 0xff };
enum : uint64_t { ICC_SRE_NO_BYPASS = 7 }; /* SRE, DFB, DIB */
enum : unsigned { SGI1R_INTID_SHIFT = 24, SGI1R_RS_SHIFT = 44 };
enum : uint32_t { GICD_TYPER_RSS = 1 << 26 }; /* SGIs reach CPUs whose affinity 0 is 16 or more */

static const volatile void *map(uint64_t base)
{
    const volatile void *const regs = kmap_device(paddr(base), PAGE_SIZE);
    if (regs == nullptr)
        panic("GIC: no room for the redistributor at %#lx", base);
    return regs;
}

static uint64_t redistributor_size(uint64_t typer)
{
    return typer & TYPER_VLPIS ? 4 * FRAME_SIZE : 2 * FRAME_SIZE;
}

/* GICR_TYPER.Affinity_Value holds the four fields without a gap. */
static uint64_t mpidr_of(uint64_t typer)
{
    const uint64_t affinity = typer >> 32;
    return (affinity & 0xff00'0000) << 8 | (affinity & 0xff'ffff);
}

/* Walk the frames of one region; each CPU that is listed gets its own. */
static void walk_region(struct board_range region)
{
    for (uint64_t at = region.base; at + 2 * FRAME_SIZE <= region.base + region.size;) {
        const uint64_t typer = mmio_read64(map(at), GICR_TYPER);
        for (uint16_t i = 0; i < platform.cpu_count; i++)
            if (platform.cpu[i].mpidr == mpidr_of(typer) && platform.cpu[i].gicr == 0)
                platform.cpu[i].gicr = at;
        if (typer & TYPER_LAST)
            break;
        at += redistributor_size(typer);
    }
}

static void init(void)
{
    for (unsigned i = 0; i < platform.gicr_count; i++)
        walk_region(platform.gicr[i]);
    for (uint16_t i = 0; i < platform.cpu_count; i++) {
        struct platform_cpu *const cpu = &platform.cpu[i];
        if (cpu->gicr == 0)
            continue;
        cpu->gicr_cpu = kmap_device(paddr(cpu->gicr), PAGE_SIZE);
        cpu->gicr_sgi = kmap_device(paddr(cpu->gicr + FRAME_SIZE), PAGE_SIZE);
        if (cpu->gicr_cpu == nullptr || cpu->gicr_sgi == nullptr)
            panic("GIC: no room for the redistributor at %#lx", cpu->gicr);
        const uint64_t typer = mmio_read64(cpu->gicr_cpu, GICR_TYPER);
        nova_protect("GICR", paddr(cpu->gicr), redistributor_size(typer));
    }
}

static void enable_distributor(void)
{
    gic_wait_clear(gic_dist, GICD_CTLR, GICD_CTLR_RWP, "distributor");
    mmio_write32(gic_dist, GICD_CTLR, CTLR_ARE_GRP1);
    gic_wait_clear(gic_dist, GICD_CTLR, GICD_CTLR_RWP, "distributor");
}

static bool has_cpu(const struct platform_cpu *cpu)
{
    return cpu->gicr_cpu != nullptr &&
           ((cpu->mpidr & 0xff) < 16 || mmio_read32(gic_dist, GICD_TYPER) & GICD_TYPER_RSS);
}

/* What raises the kick on that CPU: affinity 3, 2 and 1, then affinity 0 as range and bit. ICC_SGI1R_EL1. */
static uint64_t sgi1r(uint64_t mpidr)
{
    return (mpidr & 0xff'0000'0000) << 16 | (mpidr & 0xff'0000) << 16 | (mpidr & 0xff00) << 8 |
           (mpidr >> 4 & 0xf) << SGI1R_RS_SHIFT | bit(mpidr & 0xf) |
           (uint64_t)INTID_KICK << SGI1R_INTID_SHIFT;
}

/*
 * Group 0 may belong to EL3, which then takes accesses to its registers. Its share of the priorities
 * tells: ours lose their lowest bit there. Arm IHI 0069, "Priority control of Secure and Non-secure
 * interrupts".
 */
static bool owns_group0(uint64_t priority_bits)
{
    SYSREG_WRITE(ICC_PMR_EL1, bit(8 - priority_bits));
    return SYSREG_READ(ICC_PMR_EL1) != 0;
}

/* Whoever ran before may have left in the middle of an interrupt. */
static void forget_active_priorities(void)
{
    const uint64_t priority_bits = sysreg_field(SYSREG_READ(ICC_CTLR_EL1), 10, 8) + 1;
    const bool group0 = owns_group0(priority_bits);
    if (group0)
        SYSREG_WRITE(ICC_AP0R0_EL1, 0);
    SYSREG_WRITE(ICC_AP1R0_EL1, 0);
    if (priority_bits >= 6) {
        if (group0)
            SYSREG_WRITE(ICC_AP0R1_EL1, 0);
        SYSREG_WRITE(ICC_AP1R1_EL1, 0);
    }
    if (priority_bits >= 7) {
        if (group0) {
            SYSREG_WRITE(ICC_AP0R2_EL1, 0);
            SYSREG_WRITE(ICC_AP0R3_EL1, 0);
        }
        SYSREG_WRITE(ICC_AP1R2_EL1, 0);
        SYSREG_WRITE(ICC_AP1R3_EL1, 0);
    }
}

static void init_cpu(struct cpu *cpu)
{
    const struct platform_cpu *const listed = platform_find_cpu(cpu->arch.mpidr);
    if (listed == nullptr || listed->gicr_cpu == nullptr)
        panic("GIC: no redistributor for MPIDR %#lx", cpu->arch.mpidr);
    cpu->arch.gic_private = listed->gicr_sgi;
    cpu->arch.gic_kick = sgi1r(cpu->arch.mpidr);
    volatile void *const rd = listed->gicr_cpu;
    mmio_write32(rd, GICR_CTLR, 0);
    gic_reset_block(listed->gicr_sgi, 0, gic_group);
    gic_wait_clear(rd, GICR_CTLR, GICR_CTLR_RWP, "redistributor");
    mmio_write32(rd, GICR_WAKER, mmio_read32(rd, GICR_WAKER) & ~(uint32_t)WAKER_PROCESSOR_SLEEP);
    gic_wait_clear(rd, GICR_WAKER, WAKER_CHILDREN_ASLEEP, "redistributor");

    /* Guests have the same choice as we, none: Enable is 0, so that their own register traps. */
    SYSREG_WRITE(ICC_SRE_EL2, ICC_SRE_NO_BYPASS);
    isb(); /* before, the other one cannot be set */
    SYSREG_WRITE(ICC_SRE_EL1, ICC_SRE_NO_BYPASS);
    isb();
    forget_active_priorities();
    SYSREG_WRITE(ICC_BPR1_EL1, 7);
    SYSREG_WRITE(ICC_PMR_EL1, ICC_PMR_ALL);
    SYSREG_WRITE(ICC_CTLR_EL1, ICC_CTLR_SPLIT_EOI);
    SYSREG_WRITE(ICC_IGRPEN1_EL1, 1);
    isb();
}

static void kick(const struct cpu *cpu)
{
    SYSREG_WRITE(ICC_SGI1R_EL1, cpu->arch.gic_kick);
    isb(); /* it goes out now */
}

static void route(unsigned intid, const struct cpu *cpu)
{
    gic_wait_clear(gic_dist, GICD_CTLR, GICD_CTLR_RWP, "distributor");
    mmio_write64(gic_dist, GICD_IROUTER + intid * sizeof(uint64_t), cpu->arch.mpidr);
}

static void handle(void)
{
    const uint64_t intid = SYSREG_READ(ICC_IAR1_EL1);
    if (intid >= INTID_MAX && intid < INTID_END)
        return;
    SYSREG_WRITE(ICC_EOIR1_EL1, intid);
    if (gic_dispatch((unsigned)intid))
        SYSREG_WRITE(ICC_DIR_EL1, intid);
}

const struct gic_ops gic_v3 = {
    .name = "CPU interface in system registers",
    .init = init,
    .enable_distributor = enable_distributor,
    .init_cpu = init_cpu,
    .has_cpu = has_cpu,
    .kick = kick,
    .route = route,
    .handle = handle,
    .guest = &gic_v3_guest,
};
