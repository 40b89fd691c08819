/* SPDX-License-Identifier: GPL-2.0-only */
/* Power State Coordination Interface 1.1 (Arm DEN 0022) and what SMCCC (Arm DEN 0028) asks for. */
#pragma once

#include "user/vmm/vm.h"

/*
 * A call of `vcpu` with the arguments X0 to X3 at `x`; the lock is held. Answers what X0 becomes.
 * The virtual CPU may be off or idle afterwards.
 */
uint64_t psci_call(struct vm *vm, struct vcpu *vcpu, const uint64_t x[4]);
