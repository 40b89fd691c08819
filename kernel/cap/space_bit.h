/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spaces whose slot number is the resource: I/O ports (one permission) and MSRs (two), both x86_64
 * only. Each permission is a bitmap in the form the hardware reads: a set bit denies. Who calls what is
 * here asks ARCH_HAS_PIO first, so that it is not linked elsewhere.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/status.h"
#include "kernel/obj/kobject.h"

struct pd;

enum : uint64_t {
    PIO_COUNT = 0x1'0000,
    MSR_LOW_END = 0x2000, /* selectors 0..0x1fff and 0xc0000000..0xc0001fff */
    MSR_HIGH = 0xc000'0000,
    MSR_HIGH_END = 0xc000'2000,
};
enum : size_t { SPACE_BIT_BYTES = 8192, SPACE_BIT_WORDS = SPACE_BIT_BYTES / 8 };

struct space_bit {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct pd *pd;               /* who pays, kept; nullptr: the kernel's own */
    _Atomic uint32_t generation; /* counts changes: copies made before are stale */
    _Atomic uint64_t *deny;      /* PIO: 2^16 bits. MSR: R low, R high, W low, W high, 8192 each */
};

/*
 * A space of type KOBJ_SPC_PIO or KOBJ_SPC_MSR with nothing allowed, on the account of `pd`, which
 * it keeps, with one reference, the caller's. nullptr if memory has run out or `pd` is going.
 */
[[nodiscard]] struct space_bit *space_bit_create(struct pd *pd, enum kobj_type type);

/* Take the space apart, in one step: true. Context: nobody can reach the space. */
[[nodiscard]] bool space_bit_destroy(struct space_bit *space);

/* Permissions that slot `sel` holds: PERM_PIO_A, or PERM_MSR_R and _W; 0 for no such selector. */
uint8_t space_bit_load(const struct space_bit *space, uint64_t sel);

/* Let slot `sel` hold exactly `perm`; a selector that does not exist is skipped. */
void space_bit_store(struct space_bit *space, uint64_t sel, uint8_t perm);

/*
 * ctrl_pd between port or MSR spaces, selectors `base`..base+size-1 (checked). Never fails. Complete
 * on return on every CPU. Changes at most SPACE_BIT_WORDS words, whatever the size.
 * Context: no locks held; may wait for other CPUs.
 */
void space_bit_delegate(struct space_bit *src, struct space_bit *dst, uint64_t base, uint64_t size,
                        uint8_t pmm);
