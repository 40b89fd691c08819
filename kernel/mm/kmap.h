/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's view of memory that is not its own: firmware tables and boot modules through a window
 * while booting, device registers for good. Context: boot CPU only, after frame_init.
 */
#pragma once

#include <stddef.h>

#include "kernel/base/types.h"

enum : uint64_t { KMAP_WINDOW_SIZE = UINT64_C(16) << 20 };

/*
 * Map [base, base + size) read-only, cacheable. Answers a pointer to the byte at `base`, good until
 * the next call; nullptr if size is 0, larger than KMAP_WINDOW_SIZE less one 2 MiB page, or the range
 * wraps or exceeds the CPU's physical addresses.
 */
const void *kmap_window(paddr_t base, uint64_t size);

/*
 * Map the registers in [base, base + size) uncached, read-write, for good. Answers a pointer to the
 * byte at `base`; nullptr if memory or room for it has run out.
 */
volatile void *kmap_device(paddr_t base, uint64_t size);

/*
 * Map 2^order fresh pages as a kernel stack with an unmapped guard page below it. Answers the address
 * one past its highest byte, or nullptr.
 */
void *kmap_stack(unsigned order);
