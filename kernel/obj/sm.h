/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphore: a counter, and in time a queue of those who wait for it. */
#pragma once

#include "kernel/obj/kobject.h"

struct sm {
    alignas(KOBJ_ALIGN) struct kobject obj;
    _Atomic uint64_t count;
};

/* A semaphore with no reference yet; nullptr if memory has run out. */
[[nodiscard]] struct sm *sm_create(uint64_t count);

/* Count one up; saturates. Context: any CPU. */
void sm_up(struct sm *sm);
