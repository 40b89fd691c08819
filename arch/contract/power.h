/* SPDX-License-Identifier: GPL-2.0-only */
/* Sleep states, power off and reset (ctrl_hw OP 0). */
#pragma once

#include <stdint.h>

#include "kernel/abi/hypercall.h"
#include "kernel/abi/status.h"

/*
 * Enter `state`; `a` and `b` are the first and second byte of the ACPI \_Sx package (ignored where
 * PSCI does the work). Off and reset do not return if they succeed.
 * Errors: BAD_FTR if the platform cannot do it, ABORTED if another transition is under way.
 */
status_t arch_power_transition(enum sleep_state state, uint8_t a, uint8_t b);
