/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own page tables. */
#pragma once

#include <stdint.h>

#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"

/* Drop what start.S mapped for the way, and unmap the page at `guard`. Context: boot CPU, first. */
void space_boot(void *guard);

/* Physical address of the kernel's top-level table, for CR3. */
uint64_t space_kernel_cr3(void);

/* Make `host` the space of this CPU; nullptr: the kernel's own tables, no user half. */
void space_activate(struct space_hst *host);

/* The space that space_activate, or entry.S, made active on `cpu`. */
static inline struct space_hst *space_active(const struct cpu *cpu)
{
    return atomic_load_explicit(&cpu->arch.host, memory_order_relaxed);
}

/* Say whether ECs of the active space can be switched to without ec_switch. */
static inline void space_set_quick(struct cpu *cpu)
{
    atomic_store_explicit(&cpu->arch.quick_host,
                          cpu->arch.switch_work & SWITCH_FPU ? nullptr : space_active(cpu),
                          memory_order_relaxed);
}

/* Make `page` part of a shadow stack (SDM vol. 3, "Shadow-Stack Accesses"): only calls write to it. */
void space_make_shadow(void *page);

/* Make a page of the image read-only. Context: boot CPU, while booting. */
void space_seal(const void *page);
