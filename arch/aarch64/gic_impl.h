/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the GIC's files: gic.c (both), gic_v2.c, gic_v3.c. */
#pragma once

#include "arch/aarch64/platform.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/guest.h"

/* What differs between a memory-mapped CPU interface and system registers. */
struct gic_ops {
    const char *name;
    void (*init)(void); /* map and withhold what is not the distributor */
    void (*enable_distributor)(void);
    void (*init_cpu)(
        struct cpu *cpu); /* fills gic_kick and gic_private: this CPU's block 0, laid out
                                          as the distributor's                               */
    bool (*has_cpu)(const struct platform_cpu *cpu);
    void (*kick)(const struct cpu *cpu);
    void (*route)(unsigned intid, const struct cpu *cpu); /* the interrupt has just been disabled */
    void (*handle)(void);
    const struct gic_guest_ops *guest;
};
extern const struct gic_ops gic_v2, gic_v3;

extern const struct gic_guest_ops gic_v3_guest;

/* Distributor registers that GICv2 and GICv3 share, in bytes from GICD_base. */
enum : size_t {
    GICD_CTLR = 0x0,
    GICD_TYPER = 0x4,
    GICD_IGROUPR = 0x80,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_ICPENDR = 0x280,
    GICD_ISACTIVER = 0x300,
    GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400,
    GICD_ITARGETSR = 0x800,
    GICD_ICFGR = 0xc00,
    GICD_IROUTER = 0x6000,
};

/* Interrupts by their numbers: software's, shared peripherals', and behind them those with a meaning. */
enum : unsigned { INTID_KICK = 0, INTID_SPI = 32, INTID_MAX = 1020, INTID_END = 1024 };

extern volatile void *gic_dist; /* the distributor */
extern uint32_t gic_group;      /* a word of GICD_IGROUPR: the group that is ours */

/*
 * Disable, group and set to the highest priority the 32 interrupts from 32 * n on in a block of
 * registers laid out as the distributor's.
 */
void gic_reset_block(volatile void *regs, unsigned n, uint32_t group);

/*
 * Interrupt `intid` has been acknowledged here and its priority dropped: act on it. Answers whether it is
 * to be deactivated now; that of a pin waits for arch_irq_rearm.
 */
bool gic_dispatch(unsigned intid);

/* Wait until (register & mask) is 0. Panics, naming `what`, if that takes longer than any device may. */
void gic_wait_clear(const volatile void *regs, size_t offset, uint32_t mask, const char *what);
