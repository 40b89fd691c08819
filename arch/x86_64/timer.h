/* SPDX-License-Identifier: GPL-2.0-only */
/* The one-shot timer: that of the local APIC (SDM vol. 3, "APIC Timer"). */
#pragma once

#include <stdint.h>

/*
 * Choose the timer's mode for all CPUs: TSC deadline, if the CPU has it and `allow_deadline`, or a count
 * of the timer's own clock. Then measuring that clock begins: what is done until timer_end is time not
 * wasted. Context: boot CPU, after lapic_init.
 */
void timer_begin(bool allow_deadline);

/*
 * The timer can be used as soon as lapic_init has run (again) on its CPU. `stc_frequency` is in Hz.
 * Panics if the clock stands still.
 */
void timer_end(uint64_t stc_frequency);
