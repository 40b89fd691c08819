/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room ask of a CPU. */
#pragma once

#include "kernel/cpu/cpu.h"

/* Fill arch_features from the ID registers of this CPU. Context: boot CPU, first thing. */
void cpu_find_features(void);

/* Zero V0-V31, FPCR and FPSR, so that nothing of others shows there. Context: CPTR_EL2.TFP is 0. */
void cpu_zero_simd(void);

/* Affinity fields of this CPU's MPIDR_EL1. */
uint64_t cpu_mpidr(void);
