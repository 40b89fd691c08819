/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host space: the page tables of a PD's threads. A guest space is the same with another type, on CPUs
 * where both have one format (arch_has_guests); it is only ever a destination.
 *
 * The NOVA host space has no tables: it is all physical memory less what the kernel protects
 * (kernel/cap/nova.h), and only ever a source.
 */
#pragma once

#include "kernel/abi/status.h"
#include "kernel/base/types.h"
#include "kernel/cpu/cpu.h"
#include "kernel/mm/ptab.h"
#include "kernel/mm/ptab_update.h"
#include "kernel/obj/kobject.h"
#include "kernel/sync/spinlock.h"

struct pd;

struct space_hst {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct arch_space_hst arch; /* behind it: exit code knows where                              */
    bool is_nova;
    bool is_emptied;      /* space_hst_destroy has been at the root                             */
    struct spinlock lock; /* held by who changes the tables                                     */
    uint32_t changed GUARDED_BY(&lock); /* counts changes that the MMU must be told             */
    _Atomic uint32_t flushed;           /* `changed` at a flush since: later changes are not in */
    struct ptab_list retired GUARDED_BY(&lock); /* flushed, to be given back                    */
    struct pd *pd;                   /* who pays, kept; nullptr: the kernel's own            */
    _Atomic(struct kobject *) ports; /* struct space_bit: the first port space of the PD, once there
                                           is one; kept by this space. Tied to it, so that who switches
                                           host spaces switches port spaces                    */
    _Atomic bool
        is_crowded; /* guest: two virtual CPUs of one CPU were bound to it, so that a TLB tag
                                does not tell whose translations it stands for. Never cleared      */
    _Atomic uint64_t
        vcpus; /* guest: bit n % 64: one of CPU n was bound to it. Never cleared      */
};

/*
 * An empty space of `type`, host or guest, on the account of `pd`, which it keeps, with one reference,
 * the caller's. nullptr if memory has run out or `pd` is going.
 */
[[nodiscard]] struct space_hst *space_hst_create(struct pd *pd, enum kobj_type type);

/*
 * Take the space apart in steps of bounded length: false if it has to be called again. Pages that are
 * mapped are left alone: who owns them gives them back.
 * Context: nobody can reach the space; no locks held; may wait for other CPUs.
 */
[[nodiscard]] bool space_hst_destroy(struct space_hst *space);

/*
 * Map a page of the kernel's own at `at`, for user mode, not delegable: HIP and UTCBs. Replaces what
 * was there. Errors: MEM_OBJ. Context: no locks held; may wait for other CPUs.
 */
status_t space_hst_map_owned(struct space_hst *space, uaddr_t at, paddr_t page, uint8_t perm);

/*
 * Undo space_hst_map_owned, unless something else is mapped there by now. On return no CPU reaches the
 * page through this space. Context: as above.
 */
void space_hst_unmap_owned(struct space_hst *space, uaddr_t at, paddr_t page);

/*
 * ctrl_pd between memory spaces: the `size` pages, a power of two, from `dsb` on take what `src` has at
 * `ssb`, with permissions and-ed with pmm; `mad` counts if src is the NOVA host space. Page numbers;
 * alignment, range and mad were checked.
 */
struct hst_delegation {
    struct space_hst *src, *dst;
    uint64_t ssb, dsb, size;
    uint64_t done; /* where to go on */
    uint32_t mad;
    uint8_t pmm;
    bool is_finished;
};

/*
 * One slice of bounded length, until d->is_finished. What has been done is complete on return on every
 * CPU. A slice may also give back tables that are out of use, the last ones even when d->done is all.
 * Errors: MEM_CAP; everything before the first failing page is updated.
 * Context: a read section; no locks held; may wait for other CPUs.
 */
status_t space_hst_delegate(struct hst_delegation *d);
