/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frame allocator: a binary buddy over the kernel's pool, the memory between the end of the image's
 * data and NOVA end. Everything the kernel makes at run time comes from here.
 *
 * Context: any CPU, interrupts off; takes one spin lock for a short, bounded time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/mm/phys.h"

enum : unsigned { FRAME_ORDER_MAX = 17 }; /* 2^17 pages: 512 MiB, the largest pool */

enum frame_fill : uint8_t {
    FRAME_RAW,  /* content is whatever was there: the caller overwrites all of it */
    FRAME_ZERO, /* all bytes zero                                                  */
};

/*
 * The last 1/32 of the pool, at most FRAME_RESERVE_MAX pages, is a reserve: only frame_alloc_reserve
 * gives it away. Who may use it is decided where an account is known (kernel/obj/pd.h).
 */
enum : size_t { FRAME_RESERVE_SHARE = 32, FRAME_RESERVE_MAX = 256 };

/*
 * Give [start, end) to the allocator; both page-aligned virtual addresses in the pool. The first
 * bytes of it hold the allocator's map: one byte per page. Called once.
 */
void frame_init(void *start, void *end);

/*
 * Add the memory between the end given to frame_init and `end` (page-aligned), which is mapped by now.
 * Called at most once, before any other CPU runs. The map moves into the added memory.
 */
void frame_extend(void *end);

/*
 * 2^order contiguous pages, naturally aligned with respect to physical addresses, or nullptr if the
 * pool cannot give them without its reserve.
 */
[[nodiscard]] void *frame_alloc(unsigned order, enum frame_fill fill);

/* The same, down to the last page. */
[[nodiscard]] void *frame_alloc_reserve(unsigned order, enum frame_fill fill);

/* Give back what was given with this order. Panics when that is not so. */
void frame_free(void *frames, unsigned order);

/* Pages that are free now / that the allocator manages in all. */
size_t frame_count_free(void);
size_t frame_count_total(void);

/* Pages that frame_alloc leaves alone. */
size_t frame_count_reserve(void);
