/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of any length below NODES, by any node of them. */
#include "kernel/base/list.h"

enum : unsigned { NODES = 5 };

static struct list node[NODES];
static unsigned count; /* in the list, in their order; node[0] is the head */

static void any_list(void)
{
    count = ANY(uint8_t);
    GIVEN(count > 0 && count < NODES);
    for (unsigned i = 0; i < count; i++) {
        node[i].next = &node[i + 1 < count ? i + 1 : 0];
        node[i].prev = &node[i > 0 ? i - 1 : count - 1];
    }
}

PROOF(a_node_comes_behind_the_one_named)
{
    any_list();
    const unsigned after = ANY(uint8_t);
    GIVEN(after < count);
    struct list *const before = node[after].next;
    list_add(&node[count], &node[after]);
    CLAIM(node[after].next == &node[count] && node[count].prev == &node[after], "behind it");
    CLAIM(node[count].next == before && before->prev == &node[count], "before the next");
    CLAIM(!list_is_empty(&node[0]), "not empty");
}

PROOF(a_node_leaves_its_neighbours_linked)
{
    any_list();
    const unsigned i = ANY(uint8_t);
    GIVEN(i < count);
    struct list *const next = node[i].next, *const prev = node[i].prev;
    list_del(&node[i]);
    CLAIM(count == 1 || (next->prev == prev && prev->next == next), "linked");
    CLAIM(list_is_empty(&node[i]), "a list of its own");
    CLAIM(list_is_empty(&node[0]) == (count == 1 || i == 0 || count == 2), "empty");
}

PROOF(a_list_is_moved_as_a_whole)
{
    any_list();
    GIVEN(count > 1);
    static struct list head, element;
    list_init(&head);
    struct list *const after = ANY(bool) ? &element : &head;
    if (after == &element)
        list_add(&element, &head);
    list_move_all(&node[0], after);
    CLAIM(list_is_empty(&node[0]), "empty");
    CLAIM(after->next == &node[1] && node[1].prev == after, "the first is behind it");
    CLAIM(head.prev == &node[count - 1] && node[count - 1].next == &head, "the last is the last");
}
