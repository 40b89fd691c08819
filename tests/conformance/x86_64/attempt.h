/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread that tries what may be an exception: its event ends the attempt, or is answered otherwise. */
#pragma once

#include "tests/conformance/conf.h"
#include "user/lib/event.h"

enum : unsigned { NO_EVENT = 0xff };

/* The last event, and how many there were. */
struct attempt_event {
    unsigned event;
    uint64_t error, flags, count;
};
extern struct attempt_event attempt_seen;

/* What is done about an event: changes the state, answers the MTD of the reply. Initially attempt_end. */
typedef uint32_t attempt_fn(struct utcb_arch *state);
extern attempt_fn *attempt_react;
attempt_fn attempt_end;

/* A new thread for the running test, without events so far. */
void attempt_open(void);

/* Have it call `fn` with `arg`; its answer. Functions of system.S answer 0 if attempt_end ended them. */
uint64_t attempt(peer_fn *fn, uint64_t arg);
