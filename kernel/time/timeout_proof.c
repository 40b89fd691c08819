/* SPDX-License-Identifier: GPL-2.0-only */
/* Heaps of up to COUNT timeouts, inserted with any deadlines, from which any are removed. */
#include "kernel/time/timeout.c"

enum : unsigned { COUNT = 4 };

static struct timeout t0, t1, t2, t3;
static struct timeout *const all[COUNT] = {&t0, &t1, &t2, &t3};
static struct timeout_heap heap;

static void insert_all(void)
{
    for (unsigned i = 0; i < COUNT; i++) {
        all[i]->deadline = ANY(uint8_t) % COUNT; /* as many orders as any numbers have */
        timeout_insert(&heap, all[i]);
    }
}

/* What the heap promises of one element: order, rank, and that its parent knows it. */
static bool is_valid(const struct timeout *t)
{
    return rank(t->left) >= rank(t->right) && t->rank == rank(t->right) + 1 &&
           (t->left == nullptr || (t->left->up == t && t->left->deadline >= t->deadline)) &&
           (t->right == nullptr || (t->right->up == t && t->right->deadline >= t->deadline)) &&
           (t->up == nullptr ? heap.first == t : t->up->left == t || t->up->right == t);
}

PROOF(the_first_is_the_earliest)
{
    insert_all();
    for (unsigned i = 0; i < COUNT; i++) {
        CLAIM(heap.first->deadline <= all[i]->deadline, "earliest");
        CLAIM(timeout_is_set(all[i]), "set");
        CLAIM(is_valid(all[i]), "heap");
    }
}

PROOF(any_one_can_be_removed)
{
    insert_all();
    const unsigned gone = ANY(uint8_t);
    for (unsigned i = 0; i < COUNT; i++)
        if (i == gone)
            timeout_remove(&heap, all[i]);
    for (unsigned i = 0; i < COUNT; i++) {
        CLAIM(timeout_is_set(all[i]) == (i != gone), "set");
        CLAIM(i == gone || is_valid(all[i]), "heap");
        CLAIM(i == gone || heap.first->deadline <= all[i]->deadline, "earliest");
    }
}
