/* SPDX-License-Identifier: GPL-2.0-only */
/* Against leaks by speculation: doc/decisions/0010. */
#pragma once

#include <stdint.h>

/* Must VERW clear the CPU's buffers before user mode? */
bool mitigations_verw(void);
