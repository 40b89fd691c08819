/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a boot loader names itself. The magic arrives in EAX (x86_64) or X0 (aarch64), the address of
 * the information structure in EBX or X1. The root EC finds both in its first two parameter
 * registers: RDI, RSI or X0, X1 (interface specification, 7.1 and 8.1).
 */
#pragma once

#include <stdint.h>

enum : uint32_t {
    BOOT_MAGIC_MULTIBOOT1 = 0x2bad'b002,
    BOOT_MAGIC_MULTIBOOT2 = 0x36d7'6289,
};
