/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/time/timeout.h"

static uint32_t rank(const struct timeout *t)
{
    return t == nullptr ? 0 : t->rank;
}

/* Restore the rule: the left child's rank is not below the right one's. Does t's rank change? */
static bool fix(struct timeout *t)
{
    if (rank(t->left) < rank(t->right)) {
        struct timeout *const left = t->left;
        t->left = t->right;
        t->right = left;
    }
    const uint32_t before = t->rank;
    t->rank = rank(t->right) + 1;
    return t->rank != before;
}

/* Merge two heaps along their right spines, which are short; the answer hangs below `up`. */
static struct timeout *merge(struct timeout *a, struct timeout *b, struct timeout *up)
{
    struct timeout *top = nullptr, *last = up, **link = &top;
    while (a != nullptr && b != nullptr) {
        if (b->deadline < a->deadline) {
            struct timeout *const other = a;
            a = b;
            b = other;
        }
        *link = a;
        a->up = last;
        last = a;
        link = &a->right;
        a = a->right;
    }
    *link = a != nullptr ? a : b;
    if (*link != nullptr)
        (*link)->up = last;
    for (struct timeout *t = last; t != up; t = t->up)
        fix(t);
    return top;
}

void timeout_insert(struct timeout_heap *heap, struct timeout *t)
{
    t->up = t->left = t->right = nullptr;
    t->rank = 1;
    heap->first = merge(heap->first, t, nullptr);
}

void timeout_remove(struct timeout_heap *heap, struct timeout *t)
{
    struct timeout *const up = t->up;
    struct timeout *const below = merge(t->left, t->right, up);
    if (up == nullptr)
        heap->first = below;
    else if (up->left == t)
        up->left = below;
    else
        up->right = below;
    t->rank = 0;
    for (struct timeout *p = up; p != nullptr && fix(p); p = p->up)
        continue;
}
