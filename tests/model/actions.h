/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs might do, chosen by somebody: a generator of random numbers, or a fuzzer. Selectors and
 * addresses are mostly such that something happens.
 */
#pragma once

#include <stdint.h>

/* A number below `limit`; and whether there is to be another action. */
typedef uint32_t (*choose_t)(uint32_t limit);
typedef bool (*more_t)(void);

/*
 * Root makes a world on the first `cpus` CPUs: handlers of events, threads, servers, semaphores, a child of its
 * own with spaces and a thread; and goes to sleep. Then there are actions, as long as there is something that
 * both the core and the model can do, and the world ends.
 */
void actions_run(unsigned cpus, choose_t choose, more_t more);
