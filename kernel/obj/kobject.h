/* SPDX-License-Identifier: GPL-2.0-only */
/* What all kernel objects have in common: a kind and a reference count. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of objects; spaces are objects of their own. */
enum kobj_type : uint8_t {
    KOBJ_PD,
    KOBJ_EC,
    KOBJ_SC,
    KOBJ_PT,
    KOBJ_SM,
    KOBJ_SLOTS, /* not in slots: what was in an object space; kernel/cap/space_obj.h */
    KOBJ_SPC_OBJ,
    KOBJ_SPC_HST,
    KOBJ_SPC_GST,
    KOBJ_SPC_DMA,
    KOBJ_SPC_PIO,
    KOBJ_SPC_MSR,
    KOBJ_COUNT,
};

/* What an object in the inbox of a CPU wants there (kernel/cpu/remote.h). */
enum kobj_note : uint8_t {
    NOTE_WAKE,    /* EC, its wakeup: it was released by an up   */
    NOTE_KILL,    /* EC, its wakeup: what it waited for is gone */
    NOTE_READY,   /* SC: it can run                             */
    NOTE_DESTROY, /* EC: its last reference has gone            */
};

/* Objects are aligned to 2^5 bytes: the low bits of a capability hold its permissions. */
enum : size_t { KOBJ_ALIGN = 32 };

struct kobject {
    enum kobj_type type;
    enum kobj_note note;   /* while in an inbox                                         */
    _Atomic uint32_t refs; /* filled slots, bindings, activity                          */
    struct kobject *next;  /* in an inbox, or, without references, in the queue of rcu.c */
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
 * One more reference for an object that was merely found; false if its last one has gone meanwhile.
 * Context: the read section (kernel/sync/rcu.h) in which it was found.
 */
[[nodiscard]] static inline bool kobject_try_get(struct kobject *obj)
{
    uint32_t refs = atomic_load_explicit(&obj->refs, memory_order_relaxed);
    while (refs != 0)
        if (atomic_compare_exchange_strong_explicit(&obj->refs, &refs, refs + 1,
                                                    memory_order_relaxed, memory_order_relaxed))
            return true;
    return false;
}

/* Have an object without references destroyed when nobody can look at it any more (kernel/sync/rcu.h). Context: any. */
void rcu_defer(struct kobject *obj);

/* The last reference has gone: that, and a space is not found through its PD any more. Context: any. */
void kobject_drop(struct kobject *obj);

/*
 * One reference less. With the last one the object waits until nobody can look at it any more and is
 * destroyed. Context: any.
 */
static inline void kobject_put(struct kobject *obj)
{
    /* Release: who destroys the object sees all that was done with it; acquire: the destroyer. */
    if (atomic_fetch_sub_explicit(&obj->refs, 1, memory_order_acq_rel) == 1)
        kobject_drop(obj);
}

/*
 * Take an object apart that nobody can reach: gives back its memory and the references it holds.
 * Works in steps of bounded length: false if it has to be called again. Only called by rcu.c.
 */
[[nodiscard]] bool kobject_destroy(struct kobject *obj);
