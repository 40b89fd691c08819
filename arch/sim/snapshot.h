/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine as it is at one moment, to come back to: all statics of a program that is linked statically, the
 * pool and the stacks of CPUs. What is to survive is kept elsewhere (mmap).
 */
#pragma once

#include <stddef.h>

/* Remember it; `pages` is what sim_boot was told. Context: outside of the kernel, once. */
void sim_save(size_t pages);

/* Bring it back. Context: as sim_save. */
void sim_restore(void);
