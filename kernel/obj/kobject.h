/* SPDX-License-Identifier: GPL-2.0-only */
/* What all kernel objects have in common: a kind and a reference count. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

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
