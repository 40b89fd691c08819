/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/time/timeout.h"

#include "arch/sim/sim.h"

enum : unsigned { MANY = 2000 };

static struct timeout elements[MANY];
static struct timeout_heap heap;
static uint32_t seed = 1;

static uint32_t next_random(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

/* Every element below its parent is not before it; ranks are right. Answers the number of elements. */
static unsigned check_below(const struct timeout *t, const struct timeout *up)
{
    unsigned count = 0;
    const struct timeout *stack[64];
    unsigned depth = 0;
    CHECK(t == nullptr || t->up == up);
    if (t != nullptr)
        stack[depth++] = t;
    while (depth > 0) {
        const struct timeout *const e = stack[--depth];
        const uint32_t left = e->left != nullptr ? e->left->rank : 0;
        const uint32_t right = e->right != nullptr ? e->right->rank : 0;
        count++;
        CHECK(left >= right && e->rank == right + 1);
        /* Right first: the right spine is short, so the stack stays small. */
        if (e->right != nullptr) {
            CHECK(e->right->up == e && e->right->deadline >= e->deadline);
            stack[depth++] = e->right;
        }
        if (e->left != nullptr) {
            CHECK(e->left->up == e && e->left->deadline >= e->deadline);
            stack[depth++] = e->left;
        }
        CHECK(depth < 62);
    }
    return count;
}

static void the_first_is_always_the_earliest(void)
{
    bool in[MANY] = {};
    for (unsigned step = 0; step < 20'000; step++) {
        const unsigned i = next_random() % MANY;
        if (in[i]) {
            CHECK(timeout_is_set(&elements[i]));
            timeout_remove(&heap, &elements[i]);
        } else {
            CHECK(!timeout_is_set(&elements[i]));
            elements[i].deadline = next_random() % 5000;
            timeout_insert(&heap, &elements[i]);
        }
        in[i] = !in[i];
        if (step % 100 != 0)
            continue;
        unsigned count = 0;
        uint64_t earliest = UINT64_MAX;
        for (unsigned k = 0; k < MANY; k++)
            if (in[k]) {
                count++;
                earliest = elements[k].deadline < earliest ? elements[k].deadline : earliest;
            }
        CHECK_EQ(check_below(heap.first, nullptr), count);
        if (count > 0)
            CHECK_EQ(heap.first->deadline, earliest);
    }
    uint64_t last = 0;
    while (heap.first != nullptr) {
        CHECK(heap.first->deadline >= last);
        last = heap.first->deadline;
        timeout_remove(&heap, heap.first);
    }
}

int main(void)
{
    SIM_RUN(the_first_is_always_the_earliest);
}
