/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host space: the page tables of a PD's threads. The NOVA host space has no tables: it is all physical
 * memory less what the kernel protects (kernel/cap/nova.h), and only ever a source.
 */
#pragma once

#include "kernel/abi/status.h"
#include "kernel/base/types.h"
#include "kernel/cpu/cpu.h"
#include "kernel/mm/ptab.h"
#include "kernel/obj/kobject.h"
#include "kernel/sync/spinlock.h"

struct pd;

struct space_hst {
    alignas(KOBJ_ALIGN) struct kobject obj;
    bool is_nova;
    struct spinlock lock; /* held by who changes the tables */
    struct pd *pd;
    struct arch_space_hst arch;
    _Atomic(struct kobject *) ports;    /* struct space_bit: the first port space of the PD, once there
                                           is one; kept by this space. Tied to it, so that who switches
                                           host spaces switches port spaces                    */
    _Atomic uint64_t cpus[CPU_MAX / 64]; /* bit n: an EC of CPU n was bound to this space, so its
                                           translations may be there. Never cleared            */
};

/* An empty host space of `pd`; nullptr if memory has run out. */
[[nodiscard]] struct space_hst *space_hst_create(struct pd *pd);

/*
 * Map a page of the kernel's own at `at`, for user mode, not delegable: HIP and UTCBs. Replaces what
 * was there. Errors: MEM_OBJ.
 */
status_t space_hst_map_owned(struct space_hst *space, uaddr_t at, paddr_t page, uint8_t perm);

/*
 * Take the kernel's page `page` away from `at` again, if it is still there. On return no CPU has it
 * mapped there. Context: no locks held.
 */
void space_hst_unmap_owned(struct space_hst *space, uaddr_t at, paddr_t page);

/*
 * ctrl_pd between host spaces: the 2^ord pages from `dsb` on take what `src` has at `ssb`, with
 * permissions and-ed with pmm; `mad` counts if src is the NOVA host space. Page numbers; bases, range
 * and mad were checked. Complete on return on every CPU.
 * Errors: MEM_CAP; everything before the first failing page is updated.
 */
status_t space_hst_delegate(struct space_hst *src, struct space_hst *dst, uint64_t ssb,
                            uint64_t dsb, unsigned ord, uint8_t pmm, uint32_t mad);
