/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's "virt" machine has no such device that user mode may reach. */
#include "user/lib/debug_exit.h"

void debug_exit([[maybe_unused]] int status)
{
}
