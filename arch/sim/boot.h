/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to this room. */
#pragma once

#include <stddef.h>

#include "arch/contract/boot.h"

/* Put a root image into memory; answers what start code would hand to boot_main. */
struct boot_entry boot_load(size_t pages);
