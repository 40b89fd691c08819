/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timeouts of one CPU: a leftist heap (Crane; Knuth, The Art of Computer Programming vol. 3, 5.2.3),
 * linked through the elements themselves, so that inserting needs no memory. Inserting and removing
 * any element takes O(log n) steps, none recursive.
 *
 * Context: only the CPU that owns the heap, interrupts off.
 */
#pragma once

#include <stdint.h>

struct timeout {
    uint64_t deadline; /* STC ticks                                              */
    struct timeout *up, *left, *right;
    uint32_t rank; /* distance to the nearest missing child, 1 for a leaf; 0: in no heap */
};

/* A heap is a pointer to its first element; nullptr is an empty one. */
struct timeout_heap {
    struct timeout *first;
};

static inline bool timeout_is_set(const struct timeout *t)
{
    return t->rank != 0;
}

/* Insert `t`, which is in no heap; its deadline is set. Equal deadlines keep no order. */
void timeout_insert(struct timeout_heap *heap, struct timeout *t);

/* Remove `t`, which is in the heap. */
void timeout_remove(struct timeout_heap *heap, struct timeout *t);
