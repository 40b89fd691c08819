/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A split virtqueue as the device sees it (Virtual I/O Device specification 1.2, 2.7). The driver is
 * the guest: every address, index and length is its own, may be wrong and may change at any time;
 * each is read once and checked.
 */
#pragma once

#include "user/vmm/guest.h"

enum : unsigned { VIRTQ_SIZE_MAX = 64 };

struct virtq {
    uint16_t size; /* entries, a power of two         */
    bool is_ready;
    uint64_t desc, avail, used; /* guest-physical */
    uint16_t next;              /* of the available ring */
};

struct virtq_buffer {
    uint8_t *at;
    uint32_t size; /* bytes */
    bool is_writable;
};

/* A request: buffers to read, then buffers to write. */
struct virtq_chain {
    uint16_t head;
    unsigned count;
    struct virtq_buffer buffer[VIRTQ_SIZE_MAX];
};

enum virtq_result : uint8_t { VIRTQ_EMPTY, VIRTQ_CHAIN, VIRTQ_BROKEN };

/* The next request. VIRTQ_BROKEN: the driver has to reset the device. */
enum virtq_result virtq_pop(struct virtq *q, const struct guest *guest, struct virtq_chain *chain);

/* Hand it back, with `written` bytes in its writable buffers. False: the queue is broken. */
bool virtq_push(struct virtq *q, const struct guest *guest, uint16_t head, uint32_t written);

/* Whether another request waits. */
bool virtq_has_more(const struct virtq *q, const struct guest *guest);
