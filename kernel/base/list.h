/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Intrusive, circular, doubly linked list. A head is a node that belongs to no element.
 * Context: any; what guards a list is said where its head is declared.
 */
#pragma once

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *head)
{
    head->next = head->prev = head;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

/* Put `node` behind `after`. */
static inline void list_add(struct list *node, struct list *after)
{
    node->next = after->next;
    node->prev = after;
    after->next->prev = node;
    after->next = node;
}

/* Put all that is in the list `from`, which is not empty, behind `after`; then `from` is empty. */
static inline void list_move_all(struct list *from, struct list *after)
{
    from->next->prev = after;
    from->prev->next = after->next;
    after->next->prev = from->prev;
    after->next = from->next;
    list_init(from);
}

/* Take `node` out of its list; it is then a list of its own. */
static inline void list_del(struct list *node)
{
    node->next->prev = node->prev;
    node->prev->next = node->next;
    list_init(node);
}
