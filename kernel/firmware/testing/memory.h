/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical memory for tests: ranges of bytes, seen through one window as in the kernel. A window is a
 * copy of exactly the bytes asked for, at an odd address, and gone with the next call: the sanitizers
 * notice a read beyond it, a stale pointer into it and a load that expects alignment.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/base/types.h"

/* Start with no memory at all. */
void memory_reset(void);

/* There are `size` bytes at physical address `base`, zero at first; what is written there counts. */
uint8_t *memory_add(uint64_t base, size_t size);

/* As memory_add, holding a copy of `data`. */
uint8_t *memory_add_copy(uint64_t base, const void *data, size_t size);

/* The firmware_map_t of this memory; the range must lie in one that was added. */
const void *memory_map(paddr_t base, uint64_t size);

/* Write a number of `size` bytes. */
void put_le(uint8_t *at, uint64_t value, unsigned size);
void put_be(uint8_t *at, uint64_t value, unsigned size);
