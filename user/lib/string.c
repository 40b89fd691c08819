/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Byte loops: they move little. -ffreestanding keeps the compiler from turning them into calls to
 * themselves.
 */
#include "user/lib/string.h"

#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *const t = to;
    const uint8_t *const f = from;
    for (size_t i = 0; i < size; i++)
        t[i] = f[i];
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *const t = to;
    const uint8_t *const f = from;
    if ((uintptr_t)to < (uintptr_t)from) {
        for (size_t i = 0; i < size; i++)
            t[i] = f[i];
    } else {
        for (size_t i = size; i-- > 0;)
            t[i] = f[i];
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    uint8_t *const t = to;
    for (size_t i = 0; i < size; i++)
        t[i] = (uint8_t)value;
    return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
    const uint8_t *const l = left;
    const uint8_t *const r = right;
    for (size_t i = 0; i < size; i++)
        if (l[i] != r[i])
            return l[i] < r[i] ? -1 : 1;
    return 0;
}
