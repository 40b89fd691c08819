/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical memory in the address space of a root task. Needs spaces_open(). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/status.h"
#include "user/lib/hypercall.h"

enum : size_t { PAGE_SIZE = 4096 };

/*
 * Map the frames [phys, phys + size) at `hva`, with permissions `perm` (PERM_MEM_*) and attributes
 * `mad` (MAD_MEMORY, MAD_DEVICE); perm PERM_NONE unmaps. All three bounds are multiples of 4096.
 *
 * The kernel answers SUCCESS for frames that it protects, too, but nothing appears there: a later
 * access faults. Stay away from [nova_start, nova_end) of the HIP but for the console buffer.
 *
 * BAD_PAR if a bound is not aligned or the range wraps; else the status of ctrl_pd: on MEM_CAP a
 * prefix is mapped.
 */
status_t memory_map(uint64_t phys, uint64_t hva, uint64_t size, uint8_t perm, uint32_t mad);

/* The same in host or guest space `space`, at the address `at` there. */
status_t memory_map_in(sel_t space, uint64_t phys, uint64_t at, uint64_t size, uint8_t perm,
                       uint32_t mad);

/*
 * Give the host space `hst` our pages [hva, hva + size), both multiples of 4096, at the same
 * addresses, with those of our permissions that `perm` keeps. Errors as memory_map().
 */
status_t memory_share(sel_t hst, uint64_t hva, uint64_t size, uint8_t perm);

struct memory_view {
    status_t status;
    void *base; /* address of the byte at `phys`; nullptr unless SUCCESS */
};

/*
 * Map the bytes [phys, phys + size), on whatever pages they lie, at addresses not used before.
 * Addresses are handed out once and never taken back. `size` 0 maps nothing and is BAD_PAR.
 * MEM_OBJ if the addresses are used up; else as memory_map().
 */
[[nodiscard]] struct memory_view memory_view(uint64_t phys, uint64_t size, uint8_t perm,
                                             uint32_t mad);
