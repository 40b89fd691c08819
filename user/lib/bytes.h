/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers out of bytes of any alignment. Callers check the bounds. */
#pragma once

#include <stdint.h>

static inline uint16_t le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t le32(const uint8_t *at)
{
    return le16(at) | (uint32_t)le16(at + 2) << 16;
}

static inline uint64_t le64(const uint8_t *at)
{
    return le32(at) | (uint64_t)le32(at + 4) << 32;
}

static inline uint32_t be32(const uint8_t *at)
{
    return __builtin_bswap32(le32(at));
}

static inline uint64_t be64(const uint8_t *at)
{
    return __builtin_bswap64(le64(at));
}
