/* SPDX-License-Identifier: GPL-2.0-only */
/* aarch64: what all CPUs have, by this one's names. */
#pragma once

#include "kernel/abi/aarch64/event.h" // IWYU pragma: export
#include "kernel/abi/aarch64/utcb.h"  // IWYU pragma: export

/* There is no port space. */
static inline bool cpu_has_ports(void)
{
    return false;
}

enum : uint32_t {
    MTD_IP = MTD_EL2_ELR_SPSR,
    MTD_SP = MTD_EL0_SP,
    MTD_FLAGS = MTD_EL2_ELR_SPSR,
    MTD_FAULT = MTD_EL2_ESR_FAR,
    MTD_GPRS = MTD_GPR,
};

/* Event numbers of the kernel's own events, behind hip->sel_hst_arch. */
enum : unsigned { EVENT_NOVA_STARTUP = 0, EVENT_NOVA_RECALL = 1 };

static inline uint64_t *event_ip(struct utcb_arch *state)
{
    return &state->elr_el2;
}

static inline uint64_t *event_sp(struct utcb_arch *state)
{
    return &state->sp_el0;
}

/* Address of an abort. */
static inline uint64_t event_fault_address(const struct utcb_arch *state)
{
    return state->far_el2;
}
