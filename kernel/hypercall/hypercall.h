/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls: one file per call, each decode, check, act in that order. A handler takes the caller and
 * answers a status; it reads its slots with arch_ec_slot and writes outputs with arch_ec_set_slot.
 * Context: kernel stack of the caller's CPU, interrupts off.
 */
#pragma once

#include "arch/inline.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/status.h"
#include "kernel/obj/ec.h"

/* First parameter: P0 bits 63..8. */
static inline uint64_t hypercall_param(const struct ec *self)
{
    return arch_ec_slot(&self->arch, 0) >> P0_PARAM_SHIFT;
}

/* Flag nibble: P0 bits 7..4. */
static inline uint8_t hypercall_flags(const struct ec *self)
{
    return arch_ec_slot(&self->arch, 0) >> P0_FLAGS_SHIFT & P0_FLAGS_MASK;
}

/* Delegate or revoke (5.4.1). SUCCESS, BAD_PAR, BAD_CAP, MEM_CAP. */
status_t hypercall_ctrl_pd(struct ec *self);

/* Route and configure an interrupt (5.5.2). SUCCESS, BAD_CPU, BAD_CAP. */
status_t hypercall_assign_int(struct ec *self);

/* Assign a device to a DMA space (5.5.3). BAD_HYP, BAD_CAP, BAD_DEV. */
status_t hypercall_assign_dev(struct ec *self);

/* Platform control (5.5.1). SUCCESS, BAD_HYP, BAD_PAR, BAD_FTR, ABORTED. */
status_t hypercall_ctrl_hw(struct ec *self);
