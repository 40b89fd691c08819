/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to this room. */
#pragma once

#include "arch/sim/machine.h"

enum : size_t { SIM_STACK_SIZE = 1 << 18, SIM_STACK_LIVE = 1 << 13 };

/* Kernel stacks of the CPUs. A CPU that is idle or in user mode uses no more than SIM_STACK_LIVE of it. */
extern char sim_stacks[SIM_CPU_MAX][SIM_STACK_SIZE];
