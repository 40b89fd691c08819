/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device registers in memory: one access of exactly that size each. `base` comes from kmap_device,
 * `offset` is in bytes. Context: any. Ordering: as the device mapping gives it, per device in order.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline uint8_t mmio_read8(const volatile void *base, size_t offset)
{
    return *(const volatile uint8_t *)((const volatile char *)base + offset);
}

static inline uint16_t mmio_read16(const volatile void *base, size_t offset)
{
    return *(const volatile uint16_t *)(const volatile void *)((const volatile char *)base +
                                                               offset);
}

static inline uint32_t mmio_read32(const volatile void *base, size_t offset)
{
    return *(const volatile uint32_t *)(const volatile void *)((const volatile char *)base +
                                                               offset);
}

static inline uint64_t mmio_read64(const volatile void *base, size_t offset)
{
    return *(const volatile uint64_t *)(const volatile void *)((const volatile char *)base +
                                                               offset);
}

static inline void mmio_write8(volatile void *base, size_t offset, uint8_t value)
{
    *(volatile uint8_t *)((volatile char *)base + offset) = value;
}

static inline void mmio_write16(volatile void *base, size_t offset, uint16_t value)
{
    *(volatile uint16_t *)(volatile void *)((volatile char *)base + offset) = value;
}

static inline void mmio_write32(volatile void *base, size_t offset, uint32_t value)
{
    *(volatile uint32_t *)(volatile void *)((volatile char *)base + offset) = value;
}

static inline void mmio_write64(volatile void *base, size_t offset, uint64_t value)
{
    *(volatile uint64_t *)(volatile void *)((volatile char *)base + offset) = value;
}
