/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Untrusted bytes with their length. What lies outside reads as zero, so a field that a short table
 * does not have is a field that is zero; no reader leaves the bytes. Numbers may have any alignment.
 * Context: any, also before the kernel runs at its own addresses.
 */
#pragma once

#include <stdint.h>

struct bytes {
    const uint8_t *data; /* may be nullptr if size is 0 */
    uint64_t size;       /* bytes                       */
};

/* Are the `size` bytes at `offset` all there? */
static inline bool bytes_has(struct bytes b, uint64_t offset, uint64_t size)
{
    return size <= b.size && offset <= b.size - size;
}

/* The `size` bytes at `offset`; none at all unless all are there. */
static inline struct bytes bytes_part(struct bytes b, uint64_t offset, uint64_t size)
{
    if (!bytes_has(b, offset, size))
        return (struct bytes){nullptr, 0};
    return (struct bytes){b.data + offset, size};
}

/* Little-endian number of `size` (1 to 8) bytes at `offset`. */
static inline uint64_t bytes_le(struct bytes b, uint64_t offset, unsigned size)
{
    uint64_t value = 0;
    if (bytes_has(b, offset, size))
        for (unsigned i = 0; i < size; i++)
            value |= (uint64_t)b.data[offset + i] << 8 * i;
    return value;
}

/* Big-endian number of `size` (1 to 8) bytes at `offset`. */
static inline uint64_t bytes_be(struct bytes b, uint64_t offset, unsigned size)
{
    uint64_t value = 0;
    if (bytes_has(b, offset, size))
        for (unsigned i = 0; i < size; i++)
            value = value << 8 | b.data[offset + i];
    return value;
}

static inline uint8_t bytes_u8(struct bytes b, uint64_t offset)
{
    return (uint8_t)bytes_le(b, offset, 1);
}

static inline uint16_t bytes_le16(struct bytes b, uint64_t offset)
{
    return (uint16_t)bytes_le(b, offset, 2);
}

static inline uint32_t bytes_le32(struct bytes b, uint64_t offset)
{
    return (uint32_t)bytes_le(b, offset, 4);
}

static inline uint64_t bytes_le64(struct bytes b, uint64_t offset)
{
    return bytes_le(b, offset, 8);
}

static inline uint32_t bytes_be32(struct bytes b, uint64_t offset)
{
    return (uint32_t)bytes_be(b, offset, 4);
}
