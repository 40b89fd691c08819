/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64: what all CPUs have, by this one's names. */
#pragma once

#include "kernel/abi/x86_64/event.h" // IWYU pragma: export
#include "kernel/abi/x86_64/utcb.h"  // IWYU pragma: export

/* Host ECs need a port space, too (interface specification, 2.2). */
static inline bool cpu_has_ports(void)
{
    return true;
}

enum : uint32_t {
    MTD_IP = MTD_RIP,
    MTD_SP = MTD_GPR_0_7,
    MTD_FLAGS = MTD_RFLAGS,
    MTD_FAULT = MTD_QUAL,
    MTD_GPRS = MTD_GPR_0_7 | MTD_GPR_8_15,
};

/* Event numbers of the kernel's own events, behind hip->sel_hst_arch. */
enum : unsigned { EVENT_NOVA_STARTUP = 0, EVENT_NOVA_RECALL = 1 };

static inline uint64_t *event_ip(struct utcb_arch *state)
{
    return &state->rip;
}

static inline uint64_t *event_sp(struct utcb_arch *state)
{
    return &state->rsp;
}

/* Address of a page fault. */
static inline uint64_t event_fault_address(const struct utcb_arch *state)
{
    return state->qual[1];
}
