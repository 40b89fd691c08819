/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room ask of a CPU. */
#pragma once

#include "kernel/cpu/cpu.h"

/* Fill arch_features from the ID registers of this CPU. Context: boot CPU, first thing. */
void cpu_find_features(void);

/* This CPU has what they say, too. */
bool cpu_has_features(void);

/* The world that host threads find at EL0, but for their space: this CPU leaves that of a guest. */
void cpu_load_host(void);

/* Affinity fields of this CPU's MPIDR_EL1. */
uint64_t cpu_mpidr(void);
