/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's CPU interface, of whichever version the machine has, one access at a time. */
#pragma once

#include "tests/guest/guest.h"

/* The list registers of the UTCB: GICv3's format. Arm IHI 0069, ICH_LR<n>_EL2. */
enum : uint64_t { LR_PENDING = 1ull << 62, LR_ACTIVE = 1ull << 63, LR_STATE = 3ull << 62 };
enum : uint64_t { LR_HW = 1ull << 61, LR_GROUP_1 = 1ull << 60, LR_NMI = 1ull << 59 };
enum : unsigned { LR_PRIORITY_SHIFT = 48, LR_PINTID_SHIFT = 32 };
enum : uint64_t { LR_PRIORITY = 0xf8ull << LR_PRIORITY_SHIFT, LR_VINTID = 0x3ff };

/* The virtual CPU interface of GICv2 in QEMU virt: two pages. */
enum : uint64_t { GICV = 0x804'0000 };

/* Interrupt numbers. */
enum : unsigned { SGI_0 = 0, PPI_VTIMER = 27, SPI_0 = 32, SPURIOUS = 1023 };

/* A list register of the group that vgic_open() enables. Priorities are multiples of 8. */
uint64_t lr_make(uint64_t state, unsigned intid, unsigned priority);

/* The same that deactivates physical interrupt `pintid` when the guest does. */
uint64_t lr_make_hw(unsigned intid, unsigned priority, unsigned pintid);

/* A virtual CPU that has enabled its interface, all priorities; interrupts are masked at its EL1. */
struct vcpu *vgic_vcpu(const struct vm *vm, uint16_t cpu);

/* What the guest does; reads give the value. Loads programs at PROGRAM. */
uint64_t vgic_ack(struct vcpu *v);             /* interrupt number, active from now on     */
void vgic_end(struct vcpu *v, uint64_t intid); /* priority drop, and deactivation if not split */
void vgic_deactivate(struct vcpu *v, uint64_t intid); /* if split                                 */
void vgic_set_split(struct vcpu *v, bool is_split);
void vgic_set_mask(struct vcpu *v, unsigned priority); /* PMR */
uint64_t vgic_running(struct vcpu *v);                 /* RPR */
uint64_t vgic_highest(struct vcpu *v);                 /* HPPIR */
bool vgic_is_signalled(struct vcpu *v);                /* ISR_EL1 */

/* Put list register `n` with the next reply; the reply's other list registers are as delivered. */
void lr_set(struct vcpu *v, unsigned n, uint64_t lr);
