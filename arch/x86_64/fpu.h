/* SPDX-License-Identifier: GPL-2.0-only */
/* x87, SSE, AVX state. The kernel itself uses none of it. */
#pragma once

/* Enable what the CPU has and put all of it into its initial state: nothing of the loader stays. */
void fpu_init(void);
