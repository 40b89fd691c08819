/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ready queues of all priorities with up to SCS scheduling contexts in them. Lists are sets of SCs here, of
 * which any may be the first: kernel/base/list_proof.c has the rest.
 */
#include "kernel/base/list.h"

static bool set_is_empty(const struct list *head);
static void set_add(struct list *node, struct list *after);
static void set_del(struct list *node);
#define list_is_empty set_is_empty
#define list_add set_add
#define list_del set_del
#include "kernel/sched/sched.c"

enum : unsigned { SCS = 2 };

static struct sc sc0, sc1, idle;
static struct sc *const all[SCS] = {&sc0, &sc1};
static struct sched sched;
static bool queued[SCS];
static struct list last; /* stands for the last of each queue */
static bool at_end;      /* where the latest one was put */

static bool set_is_empty(const struct list *head)
{
    for (unsigned i = 0; i < SCS; i++)
        if (queued[i] && &sched.queue[all[i]->prio] == head)
            return false;
    return true;
}

static void set_add(struct list *node, struct list *after)
{
    at_end = after == &last;
    for (unsigned i = 0; i < SCS; i++)
        if (node == &all[i]->link) {
            CLAIM(!queued[i], "it is in no queue");
            CLAIM(at_end || after == &sched.queue[all[i]->prio], "the queue of its priority");
            queued[i] = true;
        }
}

static void set_del(struct list *node)
{
    for (unsigned i = 0; i < SCS; i++)
        if (node == &all[i]->link) {
            CLAIM(queued[i], "it is in a queue");
            queued[i] = false;
        }
}

static bool is_occupied(unsigned prio)
{
    return sched.occupied[prio / 64] >> prio % 64 & 1;
}

/* Invariant: `occupied` tells which queues are not empty. */
static bool is_valid(void)
{
    for (unsigned prio = 0; prio < SCHED_PRIO_COUNT; prio++)
        if (is_occupied(prio) == set_is_empty(&sched.queue[prio]))
            return false;
    return true;
}

static void any_queues(void)
{
    sched.idle = &idle;
    for (unsigned i = 0; i < SCS; i++) {
        all[i]->prio = ANY(uint8_t) % SCHED_PRIO_COUNT;
        all[i]->left = ANY(uint8_t);
        all[i]->budget = ANY(uint8_t);
        queued[i] = ANY(bool);
    }
    for (unsigned prio = 0; prio < SCHED_PRIO_COUNT; prio++)
        sched.queue[prio].prev = &last;
    const unsigned first = ANY(uint8_t) % SCS;
    for (unsigned i = 0; i < SCS; i++)
        if (queued[(first + i) % SCS])
            sched.queue[all[(first + i) % SCS]->prio].next = &all[(first + i) % SCS]->link;
    sched.occupied[0] = ANY(uint64_t);
    sched.occupied[1] = ANY(uint64_t);
    GIVEN(is_valid());
}

PROOF(the_most_urgent_is_taken)
{
    any_queues();
    bool was[SCS];
    for (unsigned i = 0; i < SCS; i++)
        was[i] = queued[i];
    const struct sc *const best = take_best(&sched);
    for (unsigned i = 0; i < SCS; i++) {
        CLAIM(!was[i] || (best != &idle && best->prio >= all[i]->prio), "most urgent");
        CLAIM(queued[i] == (was[i] && best != all[i]), "only it is taken");
        CLAIM(best != all[i] || was[i], "it was ready");
    }
    CLAIM(is_valid(), "occupied");
}

/* Whoever has used up a budget gets a new one and is last of its priority; others are first. */
PROOF(a_used_up_budget_means_the_end_of_the_queue)
{
    any_queues();
    GIVEN(!queued[0] && sc0.budget != 0);
    const uint64_t left = sc0.left;
    enqueue(&sched, &sc0);
    CLAIM(queued[0] && at_end == (left == 0), "place");
    CLAIM(sc0.left == (left == 0 ? sc0.budget : left), "budget");
    CLAIM(is_valid(), "occupied");
}
