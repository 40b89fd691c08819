/* SPDX-License-Identifier: GPL-2.0-only */
/* What all kernel objects have in common: a kind and a reference count. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "kernel/base/panic.h"

/* Kinds of objects; spaces are objects of their own. */
enum kobj_type : uint8_t {
    KOBJ_PD,
    KOBJ_EC,
    KOBJ_SC,
    KOBJ_PT,
    KOBJ_SM,
    KOBJ_SPC_OBJ,
    KOBJ_SPC_HST,
    KOBJ_SPC_GST,
    KOBJ_SPC_DMA,
    KOBJ_SPC_PIO,
    KOBJ_SPC_MSR,
    KOBJ_COUNT,
};

/* Objects are aligned to 2^5 bytes: the low bits of a capability hold its permissions. */
enum : size_t { KOBJ_ALIGN = 32 };

struct kobject {
    enum kobj_type type;
    _Atomic uint32_t refs; /* filled slots, bindings, activity */
};

/*
 * One more reference, by somebody who holds one. Context: any.
 * Ordering: none needed; the object is kept by the reference that the caller holds.
 */
static inline void kobject_get(struct kobject *obj)
{
    atomic_fetch_add_explicit(&obj->refs, 1, memory_order_relaxed);
}

/*
 * One reference less. All objects there are were made at boot, and boot keeps a reference to each, so
 * the last one never goes.
 */
static inline void kobject_put(struct kobject *obj)
{
    const uint32_t before = atomic_fetch_sub_explicit(&obj->refs, 1, memory_order_acq_rel);
    ASSERT(before > 1);
}
