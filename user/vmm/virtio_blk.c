/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/virtio_blk.h"

#include "kernel/base/string.h"

enum : uint32_t { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4, TYPE_GET_ID = 8 };
enum : uint8_t { S_OK = 0, S_IOERR = 1, S_UNSUPP = 2 };
enum : uint64_t { FEATURE_SEG_MAX = 1 << 2, FEATURE_FLUSH = 1 << 9 };
enum : uint32_t { SEG_MAX = VIRTQ_SIZE_MAX - 2 }; /* beside header and status */

struct request {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

static const char serial[20] = "nova-disk";

/* One buffer of data; advances `at`, a byte of the disk. False: not on the disk. */
static bool transfer(struct virtio_blk *blk, uint64_t *at, const struct virtq_buffer *b,
                     bool is_read)
{
    const uint64_t end = blk->sectors * SECTOR_SIZE;
    if (*at > end || b->size > end - *at || b->is_writable != is_read)
        return false;
    if (is_read)
        memcpy(b->at, blk->disk + *at, b->size);
    else
        memcpy(blk->disk + *at, b->at, b->size);
    *at += b->size;
    return true;
}

/* Everything between header and status. Adds what it writes to `written`. */
static uint8_t serve(struct virtio_blk *blk, const struct request *request,
                     const struct virtq_chain *chain, uint32_t *written)
{
    const struct virtq_buffer *const data = &chain->buffer[1];
    const unsigned count = chain->count - 2;
    uint64_t at;

    switch (request->type) {
    case TYPE_IN:
    case TYPE_OUT:
        if (__builtin_mul_overflow(request->sector, SECTOR_SIZE, &at))
            return S_IOERR;
        for (unsigned i = 0; i < count; i++) {
            if (!transfer(blk, &at, &data[i], request->type == TYPE_IN))
                return S_IOERR;
            *written += request->type == TYPE_IN ? data[i].size : 0;
        }
        return S_OK;
    case TYPE_FLUSH:
        return S_OK;
    case TYPE_GET_ID:
        if (count != 1 || !data[0].is_writable || data[0].size < sizeof serial)
            return S_IOERR;
        memcpy(data[0].at, serial, sizeof serial);
        *written += sizeof serial;
        return S_OK;
    default:
        return S_UNSUPP;
    }
}

static void notify(struct virtio *dev, unsigned queue)
{
    struct virtio_blk *const blk = dev->owner;
    static struct virtq_chain chain; /* the lock is held, and a stack is small */

    /* Each request once: a driver that adds more and more must notify again. */
    for (unsigned i = 0; i < VIRTQ_SIZE_MAX && virtio_pop(dev, queue, &chain); i++) {
        const struct virtq_buffer *const last = &chain.buffer[chain.count - 1];
        struct request request;
        uint32_t written = 0;
        if (chain.count >= 2 && chain.buffer[0].size == sizeof request &&
            !chain.buffer[0].is_writable && last->size == 1 && last->is_writable) {
            memcpy(&request, chain.buffer[0].at, sizeof request);
            *last->at = serve(blk, &request, &chain, &written);
            written++;
        }
        virtio_push(dev, queue, chain.head, written);
    }
}

/* struct virtio_blk_config: capacity, size_max, seg_max. */
static uint8_t config(const struct virtio *dev, uint64_t at)
{
    const struct virtio_blk *const blk = dev->owner;
    if (at < 8)
        return (uint8_t)(blk->sectors >> 8 * at);
    return at >= 12 && at < 16 ? (uint8_t)(SEG_MAX >> 8 * (at - 12)) : 0;
}

static const struct virtio_ops ops = {
    .device = 2,
    .queue_count = 1,
    .features = FEATURE_SEG_MAX | FEATURE_FLUSH,
    .notify = notify,
    .config = config,
};

void virtio_blk_init(struct virtio_blk *blk, const struct guest *guest, void *disk, uint64_t size)
{
    *blk = (struct virtio_blk){
        .dev = {.ops = &ops, .guest = guest, .owner = blk},
        .disk = disk,
        .sectors = size / SECTOR_SIZE,
    };
}
