/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/virtq.h"

#include "kernel/base/string.h"

/* Virtual I/O Device specification 1.2, 2.7.5 to 2.7.8. */
struct desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags;
    uint16_t next;
};
enum : uint16_t { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4 };

struct used_elem {
    uint32_t id;
    uint32_t len;
};

/* Rings: flags, idx, entries. */
enum : uint64_t { RING_IDX = 2, RING_ENTRIES = 4 };

static const uint16_t *avail_idx(const struct virtq *q, const struct guest *guest)
{
    const uint64_t size = RING_ENTRIES + q->size * sizeof(uint16_t);
    if (!q->is_ready || q->avail % sizeof(uint16_t) != 0)
        return nullptr;
    const uint8_t *const ring = guest_at(guest, q->avail, size);
    return ring == nullptr ? nullptr : (const uint16_t *)(const void *)(ring + RING_IDX);
}

bool virtq_has_more(const struct virtq *q, const struct guest *guest)
{
    const uint16_t *const idx = avail_idx(q, guest);
    /* Acquire: pairs with the driver's barrier between the entry and the index. */
    return idx != nullptr && __atomic_load_n(idx, __ATOMIC_ACQUIRE) != q->next;
}

static bool load_desc(const struct virtq *q, const struct guest *guest, uint16_t index,
                      struct desc *desc)
{
    uint64_t at;
    if (index >= q->size || __builtin_add_overflow(q->desc, index * sizeof *desc, &at))
        return false;
    const void *const from = guest_at(guest, at, sizeof *desc);
    if (from == nullptr)
        return false;
    memcpy(desc, from, sizeof *desc);
    return true;
}

/* Follow a chain; one that is longer than the queue has a loop. */
static bool collect(const struct virtq *q, const struct guest *guest, struct virtq_chain *chain)
{
    struct desc desc = {.flags = DESC_NEXT, .next = chain->head};
    while (desc.flags & DESC_NEXT) {
        if (chain->count == q->size || !load_desc(q, guest, desc.next, &desc) ||
            (desc.flags & DESC_INDIRECT))
            return false;
        struct virtq_buffer *const buffer = &chain->buffer[chain->count];
        *buffer = (struct virtq_buffer){.at = guest_at(guest, desc.addr, desc.len),
                                        .size = desc.len,
                                        .is_writable = desc.flags & DESC_WRITE};
        const bool is_late =
            chain->count > 0 && !buffer->is_writable && chain->buffer[chain->count - 1].is_writable;
        if (buffer->at == nullptr || is_late)
            return false;
        chain->count++;
    }
    return true;
}

enum virtq_result virtq_pop(struct virtq *q, const struct guest *guest, struct virtq_chain *chain)
{
    const uint16_t *const idx = avail_idx(q, guest);
    if (idx == nullptr || q->size == 0 || q->size > VIRTQ_SIZE_MAX)
        return VIRTQ_BROKEN;
    const uint16_t end = __atomic_load_n(idx, __ATOMIC_ACQUIRE);
    if (end == q->next)
        return VIRTQ_EMPTY;
    if ((uint16_t)(end - q->next) > q->size)
        return VIRTQ_BROKEN;

    const uint16_t *const entry = idx + 1 + q->next % q->size;
    *chain = (struct virtq_chain){.head = __atomic_load_n(entry, __ATOMIC_RELAXED)};
    if (!collect(q, guest, chain))
        return VIRTQ_BROKEN;
    q->next++;
    return VIRTQ_CHAIN;
}

bool virtq_push(struct virtq *q, const struct guest *guest, uint16_t head, uint32_t written)
{
    const uint64_t size = RING_ENTRIES + q->size * sizeof(struct used_elem);
    if (!q->is_ready || q->size == 0 || q->used % sizeof(uint32_t) != 0)
        return false;
    uint8_t *const ring = guest_at(guest, q->used, size);
    if (ring == nullptr)
        return false;

    uint16_t *const idx = (uint16_t *)(void *)(ring + RING_IDX);
    const uint16_t at = __atomic_load_n(idx, __ATOMIC_RELAXED);
    const struct used_elem elem = {.id = head, .len = written};
    memcpy(ring + RING_ENTRIES + at % q->size * sizeof elem, &elem, sizeof elem);
    /* Release: pairs with the driver's barrier between the index and the entry. */
    __atomic_store_n(idx, (uint16_t)(at + 1), __ATOMIC_RELEASE);
    return true;
}
