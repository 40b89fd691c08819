/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two things that must not be mixed are two types: each is a struct of one word, which costs
 * nothing on either CPU. Wrap with `paddr(x)`, unwrap with `.raw`.
 */
#pragma once

#include <stdint.h>

typedef struct {
    uint64_t raw;
} paddr_t; /* host-physical address */

typedef struct {
    uint64_t raw;
} uaddr_t; /* host-virtual address of user mode (HVA) */

static inline paddr_t paddr(uint64_t raw)
{
    return (paddr_t){raw};
}

static inline uaddr_t uaddr(uint64_t raw)
{
    return (uaddr_t){raw};
}

/* A range of physical memory: [start, end), both in bytes. */
struct prange {
    paddr_t start, end;
};
