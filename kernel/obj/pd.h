/* SPDX-License-Identifier: GPL-2.0-only */
/* Protection domain: the unit of isolation; owner of spaces and of kernel memory. */
#pragma once

#include "kernel/obj/kobject.h"

struct space_obj;
struct space_hst;
struct space_bit;

struct pd {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct space_obj *objects; /* nullptr until created */
    struct space_hst *host;
    struct space_bit *ports; /* first port space: bound to the host ECs of this PD */
};

/* A PD without spaces and with no reference yet; nullptr if memory has run out. */
[[nodiscard]] struct pd *pd_create(void);
