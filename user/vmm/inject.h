/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions that the guest takes at EL1 because of something that the VMM does not do. Pure. */
#pragma once

#include "kernel/abi/aarch64/utcb.h"

/* What the event must have brought, and the reply takes back. */
enum : uint32_t {
    MTD_INJECT =
        MTD_EL2_ELR_SPSR | MTD_EL1_ELR_SPSR | MTD_EL1_ESR_FAR | MTD_EL1_VBAR | MTD_EL1_SCTLR,
};

/* Undefined instruction, at the instruction that trapped. */
void inject_undefined(struct utcb_arch *state);

/* What the VMM was told in EL1's stead, as EL1 would have been: an instruction for debuggers. */
void inject_again(struct utcb_arch *state);

/* Synchronous external abort of an instruction fetch or a data access; FAR_EL2 is the address. */
void inject_abort(struct utcb_arch *state, bool is_fetch);
