/* SPDX-License-Identifier: GPL-2.0-only */
/* How the parsers of this room see physical memory. */
#pragma once

#include <stdint.h>

#include "kernel/base/types.h"

/*
 * Make [base, base + size) readable and answer a pointer to the byte at `base`, good until the next
 * call; nullptr if that cannot be done. The pointer may have any alignment.
 *
 * In the kernel this is kmap_window; before the kernel's page tables are in use, a function that
 * answers the address itself; in tests, memory made of arrays. What parsers answer are copies, except
 * where a header says otherwise, so callers may use the window for other things between two calls.
 */
typedef const void *(*firmware_map_t)(paddr_t base, uint64_t size);

/* "There is none", for addresses that firmware may or may not give. */
static inline paddr_t paddr_none(void)
{
    return paddr(UINT64_MAX);
}

static inline bool paddr_is_none(paddr_t p)
{
    return p.raw == UINT64_MAX;
}
