/* SPDX-License-Identifier: GPL-2.0-only */
/* Protection domain: the unit of isolation; owner of spaces and of kernel memory. */
#pragma once

#include "kernel/obj/kobject.h"

struct space_obj;
struct space_hst;

/*
 * A PD finds its spaces but does not keep them: they are kept by capabilities and ECs, and each keeps
 * its PD. A space that goes takes its address out of here (pd_space_gone).
 */
struct pd {
    alignas(KOBJ_ALIGN) struct kobject obj;
    _Atomic(struct kobject *) objects; /* struct space_obj; nullptr: none */
    _Atomic(struct kobject *) host;    /* struct space_hst                */
    _Atomic uint64_t used;             /* bytes of kernel memory that were taken on its account */
};

/* A PD without spaces and with no reference yet; nullptr if memory has run out. */
[[nodiscard]] struct pd *pd_create(void);

/* Give back what pd_create made. */
void pd_free(struct pd *pd);

/* Account `bytes` of kernel memory to `pd`, and back. Context: any. */
static inline void pd_charge(struct pd *pd, uint64_t bytes)
{
    atomic_fetch_add_explicit(&pd->used, bytes, memory_order_relaxed);
}
static inline void pd_credit(struct pd *pd, uint64_t bytes)
{
    atomic_fetch_sub_explicit(&pd->used, bytes, memory_order_relaxed);
}
