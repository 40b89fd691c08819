/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring with the system time counter. In the emulator, with -icount shift=0 and a counter of 1 GHz,
 * one tick is one instruction: of the hypervisor and of the user stub together.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/hip.h"
#include "kernel/abi/status.h"

/* The system time counter, in ticks. */
uint64_t bench_stc(void);

/* Print `bench NAME VALUE UNIT`. */
void bench_report(const char *name, uint64_t value, const char *unit);

/* A call that had to succeed did not: says so and ends the run as failed. */
void bench_expect(status_t want, status_t got, const char *what);

/*
 * Report the ticks per round of `body`, the mean of `rounds` after `warmup` others; the loop's two to
 * four instructions are counted in.
 */
#define BENCH(name, warmup, rounds, body)                                                          \
    do {                                                                                           \
        for (unsigned i = 0; i < (warmup); i++) {                                                  \
            body;                                                                                  \
        }                                                                                          \
        const uint64_t start_ = bench_stc();                                                       \
        for (unsigned i = 0; i < (rounds); i++) {                                                  \
            body;                                                                                  \
        }                                                                                          \
        bench_report(name, (bench_stc() - start_) / (rounds), "instructions");                     \
    } while (0)

/* The groups, one file each. */
void bench_boot(const struct hip *hip, uint64_t now);
void bench_hypercalls(void);
void bench_objects(void);
void bench_memory(const struct hip *hip);
