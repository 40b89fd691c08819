/* SPDX-License-Identifier: GPL-2.0-only */
/* I/O ports. Access to a port that was not delegated raises #GP, which ends a plain root task. */
#pragma once

#include <stdint.h>

#include "kernel/abi/perm.h"
#include "user/lib/spaces.h"

/* Take the 2^order ports from `port`, a multiple of that, out of the NOVA PIO space. */
static inline status_t port_open(uint16_t port, uint8_t order)
{
    return hc_ctrl_pd(
        SEL_LIB_NOVA_PIO, SEL_LIB_ROOT_PIO,
        (struct hc_range){.from = port, .to = port, .order = order, .perm = PERM_PIO_A});
}

static inline uint8_t port_read8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t port_read32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_write32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}
