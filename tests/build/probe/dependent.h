/* SPDX-License-Identifier: GPL-2.0-only */
/* Does not stand alone. */
#pragma once
uint64_t dependent(void);
