/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory spaces: the tables are built by kernel/mm/ptab.h from the formats in arch/types.h; here is
 * what the CPU must be told about them.
 */
#pragma once

#include "kernel/mm/ptab.h"

/*
 * Give the new host space its root table (on the account of its PD, with the kernel's own entries where
 * user and kernel share a table) and its TLB tag. `space` is a member of struct space_hst, whose pd is set.
 * Errors: MEM_OBJ.
 */
status_t arch_space_hst_init(struct arch_space_hst *space);

/*
 * Undo arch_space_hst_init; the user part is empty and no EC is bound to the space any more. A CPU that
 * still has it active, idle since, leaves it first.
 * Context: no locks held; may wait for other CPUs.
 */
void arch_space_hst_fini(struct arch_space_hst *space);

/*
 * On return no CPU holds a translation of `space` that was changed before the call, so frames and
 * tables that went out of use may be reused.
 * Context: no locks held; may wait for other CPUs. Where the format has break bits it waits for none, and
 * the space's lock may be held.
 */
void arch_space_hst_flush(struct arch_space_hst *space);

/* Forget translations of the kernel's own window and device mappings in [va, va + size). */
void arch_kernel_flush(uintptr_t va, uint64_t size);

/*
 * What was written as data to [code, code + size), mapped in the kernel, can be executed: on return
 * no CPU fetches what was there before, through any mapping.
 */
void arch_code_sync(const void *code, size_t size);

/* The table that maps the kernel, for kernel/mm/kmap.c (format ARCH_PTAB_KERNEL). */
uint64_t *arch_kernel_root(void);
