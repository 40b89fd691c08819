/* SPDX-License-Identifier: GPL-2.0-only */
/* Device registers in memory. `volatile` appears nowhere else. */
#pragma once

#include <stdint.h>

static inline uint32_t mmio_read32(const volatile void *base, uint32_t offset)
{
    return *(const volatile uint32_t *)(const volatile void *)((const volatile char *)base + offset);
}

static inline void mmio_write32(volatile void *base, uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(volatile void *)((volatile char *)base + offset) = value;
}
