/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's serial line: a PrimeCell PL011 (Arm TRM DDI 0183). Pure; the VM's lock is held. */
#pragma once

#include "user/vmm/mmio.h"

enum : unsigned { PL011_FIFO_SIZE = 16 };

struct pl011 {
    void (*put)(void *owner, char c); /* what the guest writes goes here, at once */
    void *owner;
    uint32_t control, line_control, integer_divisor, fraction_divisor, trigger;
    uint32_t mask, raised; /* interrupts: enabled, raised */
    uint8_t fifo[PL011_FIFO_SIZE];
    unsigned first, count;
};

void pl011_reset(struct pl011 *uart);
void pl011_access(struct pl011 *uart, struct mmio *access);

/* Whether there is room for a character, and putting one there. */
bool pl011_has_room(const struct pl011 *uart);
void pl011_receive(struct pl011 *uart, char c);

/* The level of the interrupt line. */
bool pl011_is_raised(const struct pl011 *uart);
