/* SPDX-License-Identifier: GPL-2.0-only */
/* The answers to arch/contract/space.h for tests that have no machine. */
#pragma once

/* Called at the beginning of each flush of a space, when the MMU may still hold the old; or nullptr. */
struct arch_space_hst;
extern void (*sim_on_flush)(struct arch_space_hst *space);
