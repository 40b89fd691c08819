/* SPDX-License-Identifier: GPL-2.0-only */
/* I/O APIC (Intel 82093AA). */
#pragma once

#include <stdint.h>

#include "kernel/base/types.h"

/* Mask all pins of the controller at `base` and protect its registers; answers the number of pins. */
uint32_t ioapic_init(paddr_t base);
