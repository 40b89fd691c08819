/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's memory as the VMM sees it. All addresses come from the guest: none is believed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct guest {
    uint8_t *ram;   /* where the VMM has it             */
    uint64_t start; /* guest-physical                   */
    uint64_t size;  /* bytes                            */
};

/* Our address of [gpa, gpa + size), or nullptr if a byte of it is no RAM. */
static inline void *guest_at(const struct guest *guest, uint64_t gpa, uint64_t size)
{
    if (gpa < guest->start || gpa - guest->start > guest->size ||
        size > guest->size - (gpa - guest->start))
        return nullptr;
    return guest->ram + (gpa - guest->start);
}
