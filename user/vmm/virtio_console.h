/* SPDX-License-Identifier: GPL-2.0-only */
/* A console with one port (Virtual I/O Device specification 1.2, 5.3). */
#pragma once

#include "user/vmm/virtio.h"

struct virtio_console {
    struct virtio dev;
    void (*put)(void *owner, char c); /* what the guest writes goes here, at once */
    void *owner;
};

void virtio_console_init(struct virtio_console *console, const struct guest *guest,
                         void (*put)(void *owner, char c), void *owner);

/* Whether there is a driver; whether it waits for input; giving it some. */
bool virtio_console_is_live(const struct virtio_console *console);
bool virtio_console_has_room(const struct virtio_console *console);
void virtio_console_receive(struct virtio_console *console, char c);
