/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O APICs (Intel 82093AA). Pins are named by their global number: that of the controller's first pin,
 * which firmware tells, plus the input.
 */
#pragma once

#include <stdint.h>

#include "kernel/base/types.h"

/* Lower half of a pin's entry, "I/O Redirection Table"; bits 7..0 are the vector. */
enum ioapic_entry : uint32_t {
    IOAPIC_LOW = 1u << 13, /* active low */
    IOAPIC_LEVEL = 1u << 15,
    IOAPIC_MASKED = 1u << 16,
};

/*
 * Mask all pins of the controller at `base`, whose first pin is `first`, and protect its registers.
 * Answers one more than the highest pin that can be used, 0 for none: those from `limit` on cannot.
 * Context: boot CPU, once for each.
 */
uint32_t ioapic_init(paddr_t base, uint32_t first, uint32_t limit);

/*
 * Change the entry of pin `n`: ioapic_set its lower half, ioapic_route both, the destination being the
 * CPU with `apic_id`. Nothing happens if no controller has the pin. Context: callers exclude each other.
 */
void ioapic_set(unsigned n, uint32_t entry);
void ioapic_route(unsigned n, uint32_t entry, uint8_t apic_id);
