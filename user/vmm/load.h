/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts a guest's kernel, RAM disk and device tree into its memory. Pure. */
#pragma once

#include "user/vmm/guest.h"
#include "user/vmm/layout.h"

struct loaded {
    bool is_good;
    uint64_t entry, tree; /* guest-physical */
};

/* `why` is a text if not is_good. */
struct loaded load_linux(const struct guest *guest, const struct vmm_config *config,
                         const char **why);
