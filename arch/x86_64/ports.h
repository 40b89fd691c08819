/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O ports of user mode. The TSS holds a copy of the bitmap of one port space, made when an EC of
 * that space first touches a port; for all others the bitmap seems to lie beyond the TSS.
 */
#pragma once

#include "kernel/cap/space_bit.h"
#include "kernel/cpu/cpu.h"

/* An EC with port space `ports` (may be nullptr) runs next on `cpu`, this one. */
void ports_switch(struct cpu *cpu, const struct space_bit *ports);

/*
 * A #GP in user mode may mean that the bitmap has not been loaded: load it. Answers false if it was
 * there, and current, so the exception is the EC's own.
 */
bool ports_load(struct cpu *cpu, struct space_bit *ports);
