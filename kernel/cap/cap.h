/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capability is one word: the address of an object, with the permissions in its low five bits. It is
 * loaded once and replaced by one atomic exchange. Zero permissions is the null capability.
 */
#pragma once

#include "kernel/abi/perm.h"
#include "kernel/obj/kobject.h"

struct cap {
    uintptr_t raw;
};
static_assert(KOBJ_ALIGN > PERM_MASK, "permissions fit below an object's address");

static inline struct cap cap_null(void)
{
    return (struct cap){0};
}

/* `perm` without defined bits gives the null capability. */
static inline struct cap cap_make(const struct kobject *obj, uint8_t perm)
{
    return (struct cap){perm & PERM_MASK ? (uintptr_t)obj | (perm & PERM_MASK) : 0};
}

static inline struct kobject *cap_object(struct cap c)
{
    return (struct kobject *)(c.raw & ~(uintptr_t)PERM_MASK); /* NOLINT: a tagged pointer */
}

static inline uint8_t cap_perm(struct cap c)
{
    return c.raw & PERM_MASK;
}
