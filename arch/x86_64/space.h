/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own page tables. */
#pragma once

#include <stdint.h>

#include "arch/types.h"

/* Drop what start.S mapped for the way, and unmap the page at `guard`. Context: boot CPU, first. */
void space_boot(void *guard);

/* Physical address of the kernel's top-level table, for CR3. */
uint64_t space_kernel_cr3(void);

/* Make `host` the space of this CPU; nullptr: the kernel's own tables, no user half. */
void space_activate(struct arch_space_hst *host);

/* Make `page` part of a shadow stack (SDM vol. 3, "Shadow-Stack Accesses"): only calls write to it. */
void space_make_shadow(void *page);

/* Make a page of the image read-only. Context: boot CPU, while booting. */
void space_seal(const void *page);
