/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of addresses as sorted, disjoint ranges that do not touch each other. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : size_t { RANGES_MAX = 256 };

struct ranges {
    size_t count;
    bool is_cut; /* a range did not fit; the set holds less than it should */
    struct {
        uint64_t start, end; /* [start, end), start < end */
    } range[RANGES_MAX];
};

/* Take [start, end) into the set or out of it. An empty or reversed range changes nothing. */
void ranges_add(struct ranges *set, uint64_t start, uint64_t end);
void ranges_remove(struct ranges *set, uint64_t start, uint64_t end);

/* The number of addresses in the set. */
uint64_t ranges_total(const struct ranges *set);
