/* SPDX-License-Identifier: GPL-2.0-only */
/* Arm ARM DDI 0487, "Exception entry", "Exception vectors", ESR_EL1. */
#include "user/vmm/inject.h"

enum : uint64_t {
    SPSR_AARCH32 = 1 << 4,
    SPSR_MODE = 0xf,
    MODE_EL0 = 0,
    MODE_EL1T = 4,
    MASKED_EL1H = 0x3c5, /* DAIF masked */
    SPSR_PAN = 1 << 22,
    SCTLR_SPAN = 1 << 23,
};
enum : uint64_t { ESR_IL = 1 << 25, DFSC_EXTERNAL = 0x10 };
enum : unsigned { ESR_EC_SHIFT = 26, EC_UNKNOWN = 0x00, EC_FETCH = 0x20, EC_DATA = 0x24, SAME = 1 };

static bool is_from_el0(const struct utcb_arch *state)
{
    return (state->spsr_el2 & SPSR_MODE) == MODE_EL0;
}

static uint64_t vector(const struct utcb_arch *state)
{
    if (is_from_el0(state))
        return state->spsr_el2 & SPSR_AARCH32 ? 0x600 : 0x400;
    return (state->spsr_el2 & SPSR_MODE) == MODE_EL1T ? 0x000 : 0x200;
}

/* Privileged access never: set, unless SCTLR_EL1.SPAN leaves it as it was. A CPU without it has SPAN as 1. */
static uint64_t pan(const struct utcb_arch *state)
{
    return state->sctlr_el1 & SCTLR_SPAN ? state->spsr_el2 & SPSR_PAN : (uint64_t)SPSR_PAN;
}

static void inject(struct utcb_arch *state, unsigned class, uint64_t syndrome)
{
    state->esr_el1 = (uint64_t)class << ESR_EC_SHIFT | ESR_IL | syndrome;
    state->elr_el1 = state->elr_el2;
    state->spsr_el1 = state->spsr_el2;
    state->elr_el2 = state->vbar_el1 + vector(state);
    state->spsr_el2 = MASKED_EL1H | pan(state);
}

void inject_undefined(struct utcb_arch *state)
{
    inject(state, EC_UNKNOWN, 0);
}

void inject_again(struct utcb_arch *state)
{
    const uint64_t esr = state->esr_el2;
    inject(state, esr >> ESR_EC_SHIFT & 0x3f, esr & (ESR_IL - 1));
}

void inject_abort(struct utcb_arch *state, bool is_fetch)
{
    state->far_el1 = state->far_el2;
    inject(state, (is_fetch ? EC_FETCH : EC_DATA) + (is_from_el0(state) ? 0 : SAME), DFSC_EXTERNAL);
}
