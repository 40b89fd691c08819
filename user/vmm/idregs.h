/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ID registers that the guest sees: those of the CPU, without what the kernel does not switch
 * between virtual CPUs or this VMM does not offer. Fields are kept one by one: what a later CPU
 * adds stays hidden. Pure.
 */
#pragma once

#include <stdint.h>

/*
 * The value of ID register op0=3, op1=0, CRn=0, `crm`, `op2`. `hints`: X0 to X30 at the STARTUP
 * event. `has_gic_registers`: the CPU interface is in system registers (GICv3).
 */
uint64_t idreg_read(const uint64_t hints[31], unsigned crm, unsigned op2, bool has_gic_registers);
