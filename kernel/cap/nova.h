/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NOVA spaces: owned by the kernel, they hold all that can be delegated. Made once at boot; no
 * capability to them carries GRANT, so nothing can be stored in them by user mode.
 */
#pragma once

#include "kernel/base/types.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"

enum : unsigned { NOVA_PROTECTED_MAX = 640 }; /* ranges: redistributors of many CPUs need most */

extern struct space_obj *nova_obj;
extern struct space_hst *nova_hst;
extern struct space_bit *nova_pio; /* nullptr where the CPU has no ports */
extern struct space_bit *nova_msr; /* nullptr where the CPU has no MSRs  */

/*
 * Make the spaces. Selectors of the NOVA host space that no physical address has, as those of the CPU are
 * shorter than virtual ones, are protected. Panics if memory has run out. Context: boot CPU, before
 * arch_platform_init.
 */
void nova_init(void);

/*
 * Keep [base, base + size), widened to whole pages, from being delegated. `what` is named on the
 * console. Size 0 protects nothing. Context: boot CPU, while booting.
 */
void nova_protect(const char *what, paddr_t base, uint64_t size);

/*
 * How much of physical memory from page `pfn` on is alike: answers the number of pages (at least 1,
 * at most `limit`) that are all delegable or all protected, and in *delegable which.
 */
uint64_t nova_extent(uint64_t pfn, uint64_t limit, bool *delegable);
