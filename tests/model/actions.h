/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs might do, chosen by somebody: a generator of random numbers, or a fuzzer. Selectors and
 * addresses are mostly such that something happens.
 */
#pragma once

#include <stdint.h>

/* A number below `limit`. */
typedef uint32_t (*choose_t)(uint32_t limit);

/*
 * Root makes a world on all CPUs: handlers of events, threads, servers, semaphores, a child of its own with
 * spaces and a thread; and goes to sleep. Then there are at most `count` actions, fewer if there is nothing
 * that both the core and the model can do any more, and the world ends.
 */
void actions_run(choose_t choose, unsigned count);
