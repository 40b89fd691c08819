/* SPDX-License-Identifier: GPL-2.0-only */
/* What happens at a semaphore. */
#pragma once

#include "kernel/abi/status.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/sm.h"

/* Release the first who waits, or count up. OVRFLOW at the end of the counter. Context: any CPU. */
status_t sm_up(struct sm *sm);

/*
 * The running `self` counts `sm` down (to 0 if `zero`), or is blocked there: then its continuation is
 * set, its status will be SUCCESS or, from `deadline` (STC; 0: never) on, TIMEOUT.
 * Answers SUCCESS, TIMEOUT if `deadline` has passed, BAD_CAP if the last capability to `sm` goes just now,
 * or NO_ANSWER.
 */
status_t sm_down(struct sm *sm, struct ec *self, bool zero, uint64_t deadline);

/*
 * Its last reference has gone: whoever waits here waits for ever, and is killed, one with each call. True when
 * nobody is left.
 */
[[nodiscard]] bool sm_retire(struct sm *sm);
