/* SPDX-License-Identifier: GPL-2.0-only */
/* The emulator's way to end with an exit status: one implementation per CPU. */
#pragma once

/* Hand `status` to the debug-exit device. Returns if there is none. */
void debug_exit(int status);
