/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event of a virtual CPU brings, and what is done about it. */
#pragma once

#include "user/vmm/vm.h"

/* All events of a virtual CPU: those of the CPU, then those of the kernel. */
enum : unsigned { EXITS = 0x43 };

/* The MTD for the portal of event number `event`. */
uint32_t exit_mtd(unsigned event);

/* Handle it; the lock is held. Answers what of `state` has changed, as an MTD. */
uint32_t exit_handle(struct vm *vm, struct vcpu *vcpu, unsigned event, struct utcb_arch *state);
