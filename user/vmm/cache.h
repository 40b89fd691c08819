/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guest reads before it has switched its caches on must be in memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Clean [at, at + size) to the point of coherency. The kernel lets EL0 do so (SCTLR_EL1.UCI, UCT). */
static inline void cache_clean(const void *at, uint64_t size)
{
    uint64_t type;
    __asm__("mrs %0, ctr_el0" : "=r"(type));
    const uint64_t line = UINT64_C(4) << (type >> 16 & 15); /* CTR_EL0.DminLine, in words */
    const uint64_t end = (uint64_t)at + size;
    for (uint64_t p = (uint64_t)at & ~(line - 1); p < end; p += line)
        __asm__ volatile("dc cvac, %0" : : "r"(p) : "memory");
    __asm__ volatile("dsb sy" : : : "memory");
}
