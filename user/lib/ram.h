/* SPDX-License-Identifier: GPL-2.0-only */
/* RAM for a root task to use. */
#pragma once

#include <stdint.h>

#include "kernel/abi/hip.h"
#include "user/lib/bootinfo.h"
#include "user/lib/ranges.h"

/*
 * The highest `size` bytes of usable RAM, aligned to their size (a power of two), that are neither
 * the kernel's, nor of a boot module, nor below 2 MiB, nor within 2 MiB of what the two boot
 * registers point to; 0 if there are none. The same answer each time.
 */
uint64_t ram_find(const struct bootinfo *info, const struct hip *hip, const uint64_t boot[2],
                  uint64_t size);

/* All such RAM, and a piece out of a set: `size` bytes from the top, or 0 if there are none. */
void ram_free(struct ranges *set, const struct bootinfo *info, const struct hip *hip,
              const uint64_t boot[2]);
uint64_t ram_take(struct ranges *set, uint64_t size, uint64_t align);
