/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that a VMM shares with the manager: console text both ways, and how the VM does.
 *
 * Neither side trusts the other: whatever the indices are, nothing outside of the rings is touched.
 */
#pragma once

#include <stdint.h>

enum : uint32_t { RING_SIZE = 2048 };

/* One writer, one reader; indices count bytes and wrap. */
struct ring {
    uint32_t head; /* written so far: stored by the writer only */
    uint32_t tail; /* read so far: stored by the reader only    */
    char bytes[RING_SIZE];
};

/* Append; false if there is no room. Release: pairs with the acquire in ring_get(). */
static inline bool ring_put(struct ring *ring, char c)
{
    const uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_RELAXED);
    if (head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) >= RING_SIZE)
        return false;
    ring->bytes[head % RING_SIZE] = c;
    __atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
    return true;
}

/* The oldest byte, or -1 if there is none. Release: pairs with the acquire in ring_put(). */
static inline int ring_get(struct ring *ring)
{
    const uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_RELAXED);
    if (__atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == tail)
        return -1;
    const char c = ring->bytes[tail % RING_SIZE];
    __atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
    return (uint8_t)c;
}

/* The VMM's word about its VM. */
enum vm_state : uint32_t {
    VM_STARTING,
    VM_RUNNING,
    VM_OFF,    /* the guest has switched itself off     */
    VM_FAILED, /* the VMM cannot go on and has said why */
};

struct channel {
    enum vm_state state;
    uint32_t resets; /* how often the guest has reset itself */
    struct ring input, output;
};

enum : uint64_t { CHANNEL_SIZE = 0x2000 };
static_assert(sizeof(struct channel) <= CHANNEL_SIZE);
