/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel maps its own image and pool, and nothing else, at KERNEL_VIRT (arch/types.h). All tables
 * and objects live there. Other physical memory is seen only through kernel/mm/kmap.h.
 */
#pragma once

#include "arch/types.h"
#include "kernel/base/types.h"

/* Physical address of the image: what KERNEL_VIRT maps. Set once by boot_main. */
extern uint64_t kernel_phys;

/* Context: any. `p` lies in the image or the pool. */
static inline void *phys_to_virt(paddr_t p)
{
    return (void *)(p.raw - kernel_phys + KERNEL_VIRT); /* NOLINT: the one place that makes it */
}

/* Context: any. `v` points into the image or the pool. */
static inline paddr_t virt_to_phys(const void *v)
{
    return paddr((uintptr_t)v - KERNEL_VIRT + kernel_phys);
}
