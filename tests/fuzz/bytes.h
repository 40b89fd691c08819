/* SPDX-License-Identifier: GPL-2.0-only */
/* A fuzzer's bytes as a source of choices: what is missing is 0. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static const uint8_t *bytes_next, *bytes_end;

static inline bool bytes_more(void)
{
    return bytes_next < bytes_end;
}

static inline uint32_t bytes_choose(uint32_t limit)
{
    uint32_t value = bytes_more() ? *bytes_next++ : 0;
    if (limit > 256 && bytes_more())
        value |= (uint32_t)*bytes_next++ << 8;
    return value % limit;
}

static inline void bytes_begin(const uint8_t *data, size_t size)
{
    bytes_next = data;
    bytes_end = data + size;
}
