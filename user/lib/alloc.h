/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things can go: selectors, addresses for UTCBs, and pages of RAM for stacks and the like.
 *
 * Selectors and pages are taken from the top of a stack each and given back all together, down to a
 * mark. Root only, one thread at a time.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/status.h"
#include "user/lib/hypercall.h"

/* Slots of the root object space that are given out, and addresses. */
enum : sel_t { SEL_ALLOC_START = 0x1'0000, SEL_ALLOC_END = 0x3'0000 };
enum : uint64_t {
    UTCB_START = 0x3000'0000, /* above the program image, below memory_view() */
    UTCB_END = 0x3800'0000,
    PAGES_START = UTCB_END,
    PAGES_END = 0x4000'0000,
};

/*
 * Have `size` bytes of RAM at `phys`, both multiples of 4096, mapped for pages_alloc(). Once.
 * The status of ctrl_pd; BAD_PAR if there is no room for so much.
 */
status_t alloc_open(uint64_t phys, uint64_t size);

/* Have pages_alloc() give out `size` bytes that whoever made this PD has mapped at PAGES_START. */
void alloc_adopt(uint64_t size);

/* 2^order empty slots, the first a multiple of that; SEL_ALLOC_END if there are no more. */
sel_t sel_alloc(uint8_t order);

/* An address for a UTCB; never the same twice, as an EC may live longer than who made it. */
uint64_t utcb_alloc(void);

/* `count` pages of whatever content; nullptr if there are no more. */
void *pages_alloc(uint64_t count);

struct alloc_mark {
    sel_t sel;
    uint64_t page;
};

/* All that has been given out since alloc_mark() is free again: the slots are emptied. */
struct alloc_mark alloc_mark(void);
void alloc_release(struct alloc_mark mark);
