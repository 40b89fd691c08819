/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O ports of user mode. The TSS holds a copy of the bitmap of one port space, made when an EC of its
 * host space first touches a port. It is open from such a touch until the host space changes; for all
 * others the bitmap seems to lie beyond the TSS.
 * Context: `cpu` is this one.
 */
#pragma once

#include "kernel/cpu/cpu.h"

/*
 * A #GP in user mode may mean that the bitmap is not open: open it. Answers false if it was, and
 * current, so the exception is the EC's own.
 */
bool ports_use(struct cpu *cpu);

/* SWITCH_PORTS is set, and the host space changes. */
void ports_close(struct cpu *cpu);

/* Forget the copy if its space was changed or dies. */
void ports_serve(struct cpu *cpu);
