/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The four functions that a freestanding compiler may call (GCC and clang manuals, "Standards"). Plain
 * loops over words where both sides are aligned: hot paths copy by other means.
 */

#include "kernel/base/string.h"

#include <stdint.h>

enum : uintptr_t { WORD = sizeof(uint64_t) };

/* Words whatever the type of what lies there. */
typedef uint64_t __attribute__((may_alias)) word_t;

static bool are_aligned(uintptr_t a, uintptr_t b)
{
    return ((a | b) & (WORD - 1)) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *d = to;
    const char *s = from;
    if (are_aligned((uintptr_t)d, (uintptr_t)s))
        for (; size >= WORD; size -= WORD, d += WORD, s += WORD)
            *(word_t *)(void *)d = *(const word_t *)(const void *)s;
    while (size-- > 0)
        *d++ = *s++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    char *const d = to;
    const char *const s = from;
    if (d <= s)
        for (size_t i = 0; i < size; i++)
            d[i] = s[i];
    else
        while (size-- > 0)
            d[size] = s[size];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    char *d = to;
    const word_t pattern = (uint8_t)byte * UINT64_C(0x0101'0101'0101'0101);
    if (are_aligned((uintptr_t)d, 0))
        for (; size >= WORD; size -= WORD, d += WORD)
            *(word_t *)(void *)d = pattern;
    while (size-- > 0)
        *d++ = (char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;
    for (; size > 0; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
