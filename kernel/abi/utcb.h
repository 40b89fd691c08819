/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User thread control block, regular layout (interface specification, 4.3): the message of
 * ipc_call and ipc_reply. Events use the same page with the layout of kernel/abi/<cpu>/utcb.h.
 */
#pragma once

#include "kernel/abi/layout.h"

enum : size_t { UTCB_SIZE = 4096, UTCB_WORDS = UTCB_SIZE / 8 };

/* The kernel treats every word as hostile: user mode may change it at any time. */
struct utcb {
    uint64_t word[UTCB_WORDS];
};
ABI_FIELD(struct utcb, word, 0, 4096);
ABI_SIZE(struct utcb, UTCB_SIZE);

/* Regular message transfer descriptor (4.4.1): bits 8..0 are the number of words minus 1. */
enum : uint32_t { MTD_WORDS_MASK = 0x1ff };

/* Words that descriptor `mtd` transfers, 1 to 512; the other bits are ignored. */
static inline uint32_t mtd_words(uint32_t mtd)
{
    return (mtd & MTD_WORDS_MASK) + 1;
}
