/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/virtio_console.h"

enum : unsigned { QUEUE_INPUT = 0, QUEUE_OUTPUT = 1 };

static void notify(struct virtio *dev, unsigned queue)
{
    const struct virtio_console *const console = dev->owner;
    static struct virtq_chain chain; /* the lock is held, and a stack is small */

    if (queue != QUEUE_OUTPUT)
        return;
    for (unsigned i = 0; i < VIRTQ_SIZE_MAX && virtio_pop(dev, queue, &chain); i++) {
        for (unsigned b = 0; b < chain.count && !chain.buffer[b].is_writable; b++)
            for (uint32_t at = 0; at < chain.buffer[b].size; at++)
                console->put(console->owner, (char)chain.buffer[b].at[at]);
        virtio_push(dev, queue, chain.head, 0);
    }
}

bool virtio_console_is_live(const struct virtio_console *console)
{
    return virtio_is_live(&console->dev, QUEUE_INPUT);
}

bool virtio_console_has_room(const struct virtio_console *console)
{
    return virtio_console_is_live(console) &&
           virtq_has_more(&console->dev.queue[QUEUE_INPUT], console->dev.guest);
}

void virtio_console_receive(struct virtio_console *console, char c)
{
    static struct virtq_chain chain;
    struct virtio *const dev = &console->dev;
    if (!virtio_pop(dev, QUEUE_INPUT, &chain))
        return;
    const struct virtq_buffer *const first = &chain.buffer[0];
    const bool fits = first->is_writable && first->size > 0;
    if (fits)
        *first->at = (uint8_t)c;
    virtio_push(dev, QUEUE_INPUT, chain.head, fits);
}

static uint8_t config([[maybe_unused]] const struct virtio *dev, [[maybe_unused]] uint64_t at)
{
    return 0;
}

static const struct virtio_ops ops = {
    .device = 3,
    .queue_count = 2,
    .notify = notify,
    .config = config,
};

void virtio_console_init(struct virtio_console *console, const struct guest *guest,
                         void (*put)(void *owner, char c), void *owner)
{
    *console = (struct virtio_console){
        .dev = {.ops = &ops, .guest = guest, .owner = console},
        .put = put,
        .owner = owner,
    };
}
