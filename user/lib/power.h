/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a run. Root only, after spaces_open(). What the platform cannot do leaves it idle. */
#pragma once

/* Switch the machine off. */
[[noreturn]] void power_off(void);

/* Restart the machine. */
[[noreturn]] void power_reset(void);

/*
 * End a test run with `status`, 0 for success. On x86_64 the emulator's debug-exit device, if it is
 * there, ends the emulator with exit status 2 * status + 1; everything else just switches off.
 */
[[noreturn]] void power_exit(int status);

/* Wait for ever, with the CPU as quiet as user mode can make it. */
[[noreturn]] void power_idle(void);
