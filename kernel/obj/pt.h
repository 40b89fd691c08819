/* SPDX-License-Identifier: GPL-2.0-only */
/* Portal: an entry point into a PD, bound for life to a local thread. */
#pragma once

#include "kernel/obj/kobject.h"

struct ec;
struct pd;

struct pt {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct ec *ec;
    uint64_t ip;          /* entry address                                 */
    _Atomic uint64_t id;  /* handed to the callee                          */
    struct pd *pd;        /* who pays                                      */
    _Atomic uint32_t mtd; /* of events: what is transferred to the handler */
};

/* A portal with no reference yet, which keeps `ec`; nullptr if memory has run out. */
[[nodiscard]] struct pt *pt_create(struct pd *pd, struct ec *ec, uint64_t ip);

/* Give back what pt_create made, with its references. */
void pt_free(struct pt *pt);
