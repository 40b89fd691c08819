/* SPDX-License-Identifier: GPL-2.0-only */
/* Durations in ticks of the system time counter (interface specification, chapter 3). */
#pragma once

#include <stdint.h>

#include "kernel/abi/hip.h"
#include "user/lib/cpu.h"

/* `us` microseconds in ticks, rounded down. */
static inline uint64_t time_ticks(const struct hip *hip, uint64_t us)
{
    return hip->stc_frequency / 1000 * us / 1000;
}

/* The STC in `us` microseconds, as hc_sm_down takes it. */
static inline uint64_t time_after(const struct hip *hip, uint64_t us)
{
    return stc_now() + time_ticks(hip, us);
}
