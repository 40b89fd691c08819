/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O ports of user mode. The TSS holds a copy of the bitmap of one port space, made when an EC of its
 * host space first touches a port; for all others the bitmap seems to lie beyond the TSS.
 * Context: `cpu` is this one.
 */
#pragma once

#include "kernel/cpu/cpu.h"

/* Another host space has become active. */
void ports_switch(struct cpu *cpu);

/*
 * A #GP in user mode may mean that the bitmap has not been loaded: load it. Answers false if it was
 * there, and current, so the exception is the EC's own.
 */
bool ports_load(struct cpu *cpu);

/* Forget the copy if its space was changed or dies. */
void ports_serve(struct cpu *cpu);
