/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/ranges.h"

static void insert(struct ranges *set, size_t at, uint64_t start, uint64_t end)
{
    if (set->count == RANGES_MAX) {
        set->is_cut = true;
        return;
    }
    for (size_t i = set->count++; i > at; i--)
        set->range[i] = set->range[i - 1];
    set->range[at].start = start;
    set->range[at].end = end;
}

static void erase(struct ranges *set, size_t at)
{
    set->count--;
    for (size_t i = at; i < set->count; i++)
        set->range[i] = set->range[i + 1];
}

void ranges_add(struct ranges *set, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;

    size_t at = 0;
    while (at < set->count && set->range[at].end < start)
        at++;
    /* Swallow all that overlap or touch. */
    while (at < set->count && set->range[at].start <= end) {
        start = set->range[at].start < start ? set->range[at].start : start;
        end = set->range[at].end > end ? set->range[at].end : end;
        erase(set, at);
    }
    insert(set, at, start, end);
}

void ranges_remove(struct ranges *set, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;

    for (size_t at = 0; at < set->count;) {
        const uint64_t left = set->range[at].start, right = set->range[at].end;
        if (right <= start || left >= end) {
            at++;
            continue;
        }
        erase(set, at);
        if (right > end)
            insert(set, at, end, right);
        if (left < start)
            insert(set, at, left, start);
    }
}

uint64_t ranges_total(const struct ranges *set)
{
    uint64_t total = 0;
    for (size_t i = 0; i < set->count; i++)
        total += set->range[i].end - set->range[i].start;
    return total;
}
