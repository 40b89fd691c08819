/* SPDX-License-Identifier: GPL-2.0-only */
/* Mutual exclusion of threads on several CPUs; who has to wait sleeps. */
#pragma once

#include <stdint.h>

#include "user/lib/hypercall.h"

struct mutex {
    uint32_t users; /* who has it and who waits               */
    sel_t sm;       /* semaphore counting from 0, to wait at  */
};

/* Acquire: pairs with the release in mutex_unlock(). */
static inline void mutex_lock(struct mutex *m)
{
    if (__atomic_fetch_add(&m->users, 1, __ATOMIC_ACQUIRE) != 0)
        (void)hc_sm_down(m->sm, 0, 0);
}

static inline void mutex_unlock(struct mutex *m)
{
    if (__atomic_fetch_sub(&m->users, 1, __ATOMIC_RELEASE) != 1)
        (void)hc_sm_up(m->sm);
}
