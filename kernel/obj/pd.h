/* SPDX-License-Identifier: GPL-2.0-only */
/* Protection domain: the unit of isolation; owner of spaces and of kernel memory. */
#pragma once

#include "kernel/cpu/cpu.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/slab.h"
#include "kernel/obj/kobject.h"

/*
 * A PD finds its spaces but does not keep them: they are kept by capabilities and ECs, and each keeps
 * its PD. A space that loses its last reference takes its address out of here (kobject_drop), a grace period
 * before its memory is used again.
 */
struct pd {
    alignas(KOBJ_ALIGN) struct kobject obj;
    _Atomic(struct kobject *) objects; /* struct space_obj; nullptr: none */
    _Atomic(struct kobject *) host;    /* struct space_hst                */
    _Atomic uint64_t
        cpus[CPU_MAX / 64]; /* bit n: an EC of CPU n was made here, so what the spaces hold
                                            may be in use there. Never cleared                       */
    _Atomic uint64_t used;  /* bytes of kernel memory that were taken on its account */
    bool is_root;           /* may use the pool's reserve                            */
};

/*
 * A PD without spaces and with no reference yet; nullptr if memory has run out. `owner`, nullptr for
 * root, tells whether the reserve may be used; the PD itself pays.
 */
[[nodiscard]] struct pd *pd_create(const struct pd *owner);

/* Give back what pd_create made. All that was charged to it has been given back. */
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

/*
 * Pages on the account of `pd`; nullptr: of the kernel itself. The reserve of the pool goes to root and
 * the kernel only, so a PD that takes all it can get cannot keep root from working
 * (doc/decisions/0011). As frame_alloc and frame_free.
 */
[[nodiscard]] void *pd_frame_alloc(struct pd *pd, unsigned order, enum frame_fill fill);
void pd_frame_free(struct pd *pd, void *frames, unsigned order);

/*
 * An object on the account of `pd`, likewise, which it keeps from now on; nullptr if memory has run out
 * or `pd` has lost its last reference. Context: the read section in which `pd` was found.
 */
[[nodiscard]] void *pd_object_alloc(struct pd *pd, struct slab_cache *cache);
void pd_object_free(struct pd *pd, struct slab_cache *cache, void *object);

/*
 * Is there a space at `link` (objects or host) that has not lost its last reference? Context: a read
 * section (kernel/sync/rcu.h).
 */
static inline bool pd_has(_Atomic(struct kobject *) *link)
{
    const struct kobject *const space = atomic_load_explicit(link, memory_order_acquire);
    return space != nullptr && atomic_load_explicit(&space->refs, memory_order_relaxed) != 0;
}

/*
 * Make `space`, which the caller holds, the one that is found at `link`. False if pd_has(link). Context: as
 * pd_has.
 */
[[nodiscard]] bool pd_link(_Atomic(struct kobject *) *link, struct kobject *space);

/* `space` goes: it is not found at `link` any more. Nothing happens if it was not, or is no longer. */
void pd_unlink(_Atomic(struct kobject *) *link, struct kobject *space);
