/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core and its model, side by side. Each step is tried in a copy of the model first: what the model
 * cannot follow is not done. Then both do it, and all that can be seen of the core is compared: a difference
 * ends the program, saying what differs.
 */
#pragma once

#include "tests/model/model.h"

/* Boot a machine of `cpus` CPUs and its model. Once in a process. */
void lockstep_boot(unsigned cpus);

const struct model *lockstep_model(void);

/* The EC that runs on `cpu` makes a hypercall or raises an exception; false: nothing was done. */
[[nodiscard]] bool lockstep_hypercall(unsigned cpu, const uint64_t p[5]);
[[nodiscard]] bool lockstep_event(unsigned cpu, unsigned event);

/* A hypercall of root, on CPU 0, after which nothing is compared: what it does is, in later steps. */
[[nodiscard]] bool lockstep_prepare(const uint64_t p[5]);

/* `cpu`, or each, takes the interrupts that are pending. False: nothing was done, and never will be. */
[[nodiscard]] bool lockstep_interrupt(unsigned cpu);
[[nodiscard]] bool lockstep_settle(void);

/* What is no business of the kernel's: user mode writes to the UTCB of who runs, time goes by, devices. */
void lockstep_write(unsigned cpu, unsigned word, uint64_t value);
void lockstep_advance(uint64_t ticks);
void lockstep_raise(unsigned n);

/*
 * Whatever there is ends, by hypercalls of root and exceptions of all others, without the model; then both
 * are as they were after booting, at a later time, and what was taken from the pool is back: checked.
 */
void lockstep_end(void);

/* From now on each step is printed, and everything compared after it. */
void lockstep_trace(void);

/* Steps that were done, and that were not because the model could not follow. */
uint64_t lockstep_steps(void);
uint64_t lockstep_declined(void);
