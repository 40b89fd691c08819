/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Child PDs: an object space and a host space (and port space) of their own, in which threads of
 * user/lib/thread.h can live. Root only; needs spaces_open() and alloc_open().
 */
#pragma once

#include "kernel/abi/status.h"
#include "user/lib/hypercall.h"

/* Our capabilities for it. */
struct child {
    sel_t pd, obj, hst;
    sel_t pio; /* x86_64 */
};

/* A PD with empty spaces. Statuses of create_pd. */
status_t child_create(struct child *child);

/*
 * Give it our memory: the program image and all that alloc_open() has mapped, at the same addresses.
 * Its threads then run the same code on the same data. Statuses of ctrl_pd.
 */
status_t child_share_memory(const struct child *child);

/* Copy our capability at `from` to slot `to` of its object space. Statuses of ctrl_pd. */
status_t child_give(const struct child *child, sel_t from, sel_t to, uint8_t perm);
