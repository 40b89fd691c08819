/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls a function that nobody defines. */
#include "probe/middle.h"

[[noreturn]] void _start(void);

[[noreturn]] void _start(void)
{
    while (true) {
        middle(1);
    }
}
