/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtio device behind memory-mapped registers, version 2 (Virtual I/O Device specification 1.2,
 * 4.2). What the device does is in its ops. Pure; the VM's lock is held.
 */
#pragma once

#include "user/vmm/mmio.h"
#include "user/vmm/virtq.h"

enum : unsigned { VIRTIO_QUEUES = 2 };

struct virtio;

struct virtio_ops {
    uint32_t device; /* identifier (chapter 5)     */
    unsigned queue_count;
    uint64_t features;
    /* The driver has put something into queue `queue`. */
    void (*notify)(struct virtio *dev, unsigned queue);
    /* Byte `at` of the configuration space. */
    uint8_t (*config)(const struct virtio *dev, uint64_t at);
};

struct virtio {
    const struct virtio_ops *ops;
    const struct guest *guest;
    void *owner; /* the ops' */
    uint32_t status, interrupt;
    uint32_t queue_sel, device_features_sel, driver_features_sel;
    uint64_t driver_features;
    struct virtq queue[VIRTIO_QUEUES];
};

void virtio_reset(struct virtio *dev);
void virtio_access(struct virtio *dev, struct mmio *access);

/* Whether the driver has said that it is ready, and the queue works. */
bool virtio_is_live(const struct virtio *dev, unsigned queue);

/* The next request of a queue; false: none, or what is there is broken and the driver is told. */
bool virtio_pop(struct virtio *dev, unsigned queue, struct virtq_chain *chain);
void virtio_push(struct virtio *dev, unsigned queue, uint16_t head, uint32_t written);

/* The level of the interrupt line. */
bool virtio_is_raised(const struct virtio *dev);
