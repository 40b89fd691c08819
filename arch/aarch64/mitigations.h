/* SPDX-License-Identifier: GPL-2.0-only */
/* What keeps speculation of one domain from being steered by another: doc/security.md, "aarch64". */
#pragma once

#include "kernel/cpu/cpu.h"

/*
 * Find out what this CPU needs that firmware has (SMC Calling Convention, SMCCC_ARCH_WORKAROUND_*), and
 * start what stays on. Context: boot, `cpu` is this one.
 */
void mitigations_init(struct cpu *cpu);

/* Some CPU does something in mitigations_leave, so each host space is left by world_leave. */
bool mitigations_on_leave(void);

/* This CPU leaves a host space: forget the branches of who ran there. */
void mitigations_leave(const struct cpu *cpu);
