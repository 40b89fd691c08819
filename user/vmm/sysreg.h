/* SPDX-License-Identifier: GPL-2.0-only */
/* System registers that trap (event 0x18). */
#pragma once

#include "user/vmm/vm.h"

/* Do what the MSR or MRS of ESR_EL2 does; the lock is held. False: there is no such register. */
bool sysreg_access(struct vm *vm, const struct vcpu *vcpu, struct utcb_arch *state);
