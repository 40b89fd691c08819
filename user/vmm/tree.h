/* SPDX-License-Identifier: GPL-2.0-only */
/* The device tree of the guest's machine. Pure. */
#pragma once

#include <stddef.h>

#include "user/vmm/layout.h"

struct tree_plan {
    const struct vmm_config *config;
    uint64_t initrd; /* guest-physical; if config has one */
};

/* Write it to `size` bytes at `data`; its size, or 0 if it does not fit. */
size_t tree_write(void *data, size_t size, const struct tree_plan *plan);
