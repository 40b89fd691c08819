/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A UTCB as the handler of an event sees it: struct utcb_arch of the CPU (interface specification,
 * 7.7.3 and 8.7.3), and names for the few things that every CPU has.
 */
#pragma once

#include "kernel/abi/utcb.h"

#if defined(__x86_64__)
#include "user/lib/x86_64/event.h" // IWYU pragma: export
#elif defined(__aarch64__)
#include "user/lib/aarch64/event.h" // IWYU pragma: export
#else
#error "no such CPU"
#endif

/* The architectural layout of the page. */
static inline struct utcb_arch *event_state(struct utcb *utcb)
{
    return (struct utcb_arch *)utcb;
}
