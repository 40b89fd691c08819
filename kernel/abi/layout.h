/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Promises about layouts: a change of an offset or size that user mode or hardware can see
 * is a decision, so it does not compile by accident.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ABI_FIELD(type, field, offset, size)                                                       \
    static_assert(offsetof(type, field) == (offset), #type "." #field ": offset");                 \
    static_assert(sizeof(((type *)nullptr)->field) == (size), #type "." #field ": size")

#define ABI_SIZE(type, size) static_assert(sizeof(type) == (size), #type ": size")
