/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphore: a counter and a queue of those who wait for it. What happens at one: kernel/ipc/semaphore.h. */
#pragma once

#include "kernel/base/list.h"
#include "kernel/obj/kobject.h"
#include "kernel/sync/spinlock.h"

struct pd;

struct sm {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct pd *pd; /* who pays; nullptr: made by the kernel at boot */
    struct spinlock lock;
    uint64_t count GUARDED_BY(&lock);
    struct list waiters GUARDED_BY(&lock); /* ECs, by sm_link, first come first */
    uint16_t source; /* 1 + number of the interrupt that ups it; 0: none does. Boot writes */
};
static_assert(sizeof(struct sm) == 64);

/* A semaphore with no reference yet; nullptr if memory has run out. */
[[nodiscard]] struct sm *sm_create(struct pd *pd, uint64_t count);

/* Give back what sm_create made; nobody waits at it. */
void sm_free(struct sm *sm);
