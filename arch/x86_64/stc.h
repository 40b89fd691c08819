/* SPDX-License-Identifier: GPL-2.0-only */
/* Frequency of the system time counter, the TSC. */
#pragma once

#include <stdint.h>

/* Start a measurement, in case it is needed: what is done until stc_end is time not wasted. */
void stc_begin(void);

/* The frequency in Hz. Panics if there is no way to tell. */
uint64_t stc_end(void);
