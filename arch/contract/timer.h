/* SPDX-License-Identifier: GPL-2.0-only */
/* The one-shot timer of each CPU. Reading the system time counter: arch_stc_read (arch/inline.h). */
#pragma once

#include <stdint.h>

/* STC ticks in a second. Known once arch_platform_init is done. */
uint64_t arch_stc_frequency(void);

/*
 * Let this CPU's timer interrupt when STC >= `deadline`, instead of when it was set for before; at once
 * if that has passed. It may fire up to a microsecond early. The interrupt calls sched_timer().
 * Context: this CPU, interrupts off.
 */
void arch_timer_set(uint64_t deadline);
