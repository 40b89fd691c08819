/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's interrupt controller: distributor (GICv2, GICv3) and redistributors as a model in
 * memory, and list registers, through which the hardware's virtual CPU interface presents
 * interrupts (Arm IHI 0048 and IHI 0069, "GIC virtualization").
 *
 * Between exits of a virtual CPU its list registers hold what it shall see. At an exit gic_sync()
 * takes everything that is not being handled back into the model, and before the next entry
 * gic_flush() puts in what is most urgent then. Whoever changes the model has to make those virtual
 * CPUs exit that gic_has_work() names. Pure: no hypercalls; the caller holds the VM's lock.
 */
#pragma once

#include "user/vmm/layout.h"
#include "user/vmm/mmio.h"

enum : unsigned {
    GIC_SGIS = 16,    /* interrupts from CPU to CPU: INTID 0 to 15   */
    GIC_PRIVATE = 32, /* with the private ones of devices            */
    GIC_SHARED = 32,  /* of devices of the whole machine, behind     */
    GIC_LRS_MAX = 16,
};

enum : uint64_t { GICD_SIZE = 0x1'0000, GICR_STRIDE = 0x2'0000 };

/* 32 interrupts, one bit each. */
struct gic_bank {
    uint32_t enabled;
    uint32_t latched; /* pending until presented                              */
    uint32_t line;    /* level of the device's line                           */
    uint32_t edge;    /* configured as edge-triggered: a rising line latches  */
    uint32_t group;
    uint32_t placed; /* in a list register of some virtual CPU               */
    uint32_t active; /* and being handled                                    */
    uint8_t priority[32];
};

struct gic_vcpu {
    struct gic_bank own;
    uint8_t sgi_from[GIC_SGIS];     /* GICv2: virtual CPUs that have sent, one bit each      */
    bool is_awake;                  /* GICv3: GICR_WAKER                                     */
    bool is_stale;                  /* more has come of what its list registers hold         */
    unsigned lr_count;              /* of the hardware                                       */
    uint8_t lr_intid[GIC_LRS_MAX];  /* what is in each ...                                   */
    uint8_t lr_source[GIC_LRS_MAX]; /* ... and, GICv2, from whom                             */
    uint32_t lr_used;               /* one bit each                                          */
};

struct gic {
    unsigned version;     /* 2 or 3                     */
    unsigned timer_intid; /* of the hardware's virtual timer */
    unsigned vcpu_count;
    uint32_t ctlr; /* GICD_CTLR, the enable bits */
    struct gic_bank shared;
    uint8_t target[GIC_SHARED]; /* GICv2: one bit each; GICv3: number of the virtual CPU */
    struct gic_vcpu vcpu[VCPUS_MAX];
};

/* As after power-on; lines keep their level, list registers their number. */
void gic_reset(struct gic *gic);

/* The level of a device's line: SPI `spi`, or the timer of a virtual CPU, which fell or rose. */
void gic_set_spi(struct gic *gic, unsigned spi, bool level);
void gic_raise_timer(struct gic *gic, unsigned vcpu);

/* Whether the timer's interrupt is still to be handled: its hardware is silent until then. */
bool gic_owes_timer(const struct gic *gic, unsigned vcpu);

/* Whether a virtual CPU has an interrupt to take that its list registers do not show. */
bool gic_has_work(const struct gic *gic, unsigned vcpu);

/*
 * Whether a virtual CPU may have to exit though nothing new happens: list registers are full, or a line
 * that its guest has been told of stays high. Nothing tells when the guest ends an interrupt.
 */
bool gic_needs_look(const struct gic *gic, unsigned vcpu);

void gic_sync(struct gic *gic, unsigned vcpu, const uint64_t lr[GIC_LRS_MAX]);
void gic_flush(struct gic *gic, unsigned vcpu, uint64_t lr[GIC_LRS_MAX]);

/* Registers. Unknown ones read as zero and ignore writes. */
void gicd_access(struct gic *gic, struct mmio *access);
void gicr_access(struct gic *gic, struct mmio *access);

/* GICv3: a write of ICC_SGI1R_EL1 by `vcpu`. */
void gic_send_sgi1r(struct gic *gic, unsigned vcpu, uint64_t value);

/* For the register decoders: interrupts `mask` of a bank become pending; are no longer handled. */
void gic_latch(struct gic *gic, unsigned vcpu, bool is_own, uint32_t mask);
void gic_deactivate(struct gic *gic, unsigned vcpu, bool is_own, uint32_t mask);
void gic_send_sgi(struct gic *gic, unsigned from, unsigned to, unsigned intid);
