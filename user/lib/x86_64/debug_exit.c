/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's isa-debug-exit at port 0xf4, 4 ports wide. */
#include "user/lib/debug_exit.h"

#include "user/lib/x86_64/port.h"

enum : uint16_t { DEBUG_EXIT = 0xf4, DEBUG_EXIT_ORDER = 2 };

void debug_exit(int status)
{
    if (port_open(DEBUG_EXIT, DEBUG_EXIT_ORDER) == SUCCESS)
        port_write8(DEBUG_EXIT, (uint8_t)status);
}
