/* SPDX-License-Identifier: GPL-2.0-only */
/* A disk in memory (Virtual I/O Device specification 1.2, 5.2). */
#pragma once

#include "user/vmm/virtio.h"

enum : uint64_t { SECTOR_SIZE = 512 };

struct virtio_blk {
    struct virtio dev;
    uint8_t *disk;
    uint64_t sectors;
};

/* A disk of the whole sectors among `size` bytes at `disk`. */
void virtio_blk_init(struct virtio_blk *blk, const struct guest *guest, void *disk, uint64_t size);
