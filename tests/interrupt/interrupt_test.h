/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites share. Nothing here measures time: an interrupt that has to come is waited for, and
 * that one does not come is known when another, raised later for the same CPU, has.
 */
#pragma once

#include "kernel/abi/hip.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "user/lib/hypercall.h"
#include "user/lib/spaces.h"
#include "user/lib/tap.h"
#include "user/lib/time.h"

extern const struct hip *hip;

/* Behind each test: masks all interrupts, ends its threads. */
void int_after(void);
#define INT_SUITE(tests) TAP_SUITE_AFTER(tests, int_after)

/* The semaphore of interrupt `n`. */
enum : sel_t { SEL_INT = 0x3'0000 };
static inline sel_t int_sm(unsigned n)
{
    return SEL_INT + n;
}

/* Configure interrupt `n`, which has to succeed. */
struct hc_msi int_assign(unsigned n, uint8_t flags, uint16_t cpu, uint16_t dev);

/* It comes, now or soon, to the CPU that runs this; takes one count. */
bool int_comes(unsigned n);

/* How often it has come since: takes all counts. */
uint64_t int_count(unsigned n);

/* The root task's CPU, and the last one, or the first if that is it. */
uint16_t cpu_here(void);
uint16_t cpu_there(void);

/* Run `fn` in a thread on `cpu`, which has to come to its end, and answer what it does. */
typedef uint64_t remote_fn(uint64_t arg);
uint64_t run_on(uint16_t cpu, remote_fn *fn, uint64_t arg);

/* int_comes there. */
bool int_comes_on(uint16_t cpu, unsigned n);

/* `fresh`: before anything was assigned; nothing is done behind its tests. */
extern const struct tap_suite fresh_suite, assign_suite, device_suite;
