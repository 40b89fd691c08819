/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FPU and SIMD registers of host ECs, switched when they are used. On each CPU they hold the state of
 * one EC, the owner; while another one runs, use of them traps (CPTR_EL2.TFP).
 */
#pragma once

#include "kernel/obj/ec.h"

/* V0-V31, FPCR, FPSR; fpu.S knows the layout. */
struct arch_fpu {
    alignas(16) uint64_t fpcr;
    uint64_t fpsr;
    uint64_t v[64];
};

/* A state of all zeroes, on the account of the PD of `ec`; nullptr if memory has run out. */
[[nodiscard]] struct arch_fpu *fpu_create(const struct ec *ec);

/* Give back the state of `ec`, if it has one. Its registers, too, go from this CPU. */
void fpu_destroy(struct ec *ec);

/*
 * The current `ec` has tried to use the registers: give them to it. False if it must not have any.
 * Context: before `ec` is resumed, with nothing in between.
 */
[[nodiscard]] bool fpu_take(struct ec *ec);

/* From here on use of the registers traps. */
void fpu_deny(void);

/* From here on it does not: the registers hold the state of the EC that is about to run. */
void fpu_allow(void);

/* fpu.S. Context: use does not trap. */
void fpu_save(struct arch_fpu *fpu);
void fpu_load(const struct arch_fpu *fpu);
