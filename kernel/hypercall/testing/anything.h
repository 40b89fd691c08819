/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anything, in any order, on several CPUs: threads that call, wait, wake, recall, create, delegate and die,
 * stopped at any window or wait while others go on. Somebody chooses: a generator of random numbers, or a
 * fuzzer.
 */
#pragma once

#include <stdint.h>

/* A number below `limit`. */
typedef uint32_t (*anything_choose_t)(uint32_t limit);

/*
 * Root, which runs on CPU 0 (call_boot), makes a world on the first `cpus` CPUs and goes to sleep. It sleeps for
 * about 10,000 moves, and longer if time does not pass.
 */
void anything_begin(unsigned cpus, anything_choose_t choose);

/* One move of one CPU, and some time passes. */
void anything_move(void);

/* Everything is taken away, and all CPUs come to rest: root has called last. */
void anything_end(void);
