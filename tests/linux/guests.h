/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests under test: shells on consoles (init.sh). A test gives them lines to execute, and reads the
 * lines of theirs that begin with "T ".
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/hip.h"
#include "tests/lib/meter.h"
#include "user/lib/tap.h"
#include "user/manager/vms.h"

extern const struct hip *hip;
extern const struct tap_suite one_suite, two_suite, resets_suite;

/* The plan that the command line tells: vcpus=, memory= in MiB; virtual CPUs from CPU 1 on. */
extern struct vm_plan plan;

/* The same for the guest of resets.S. */
extern struct vm_plan resets_plan;

/* Make and end `count` VMs before they do much: root has all tables that it needs for them then. */
void guests_warm_up(unsigned count);

/* Make VM `n` and wait until its shell is ready. */
void guest_start(unsigned n);

/* The next line of VM `n`, without "T "; waits for it. Valid until the next call. */
const char *guest_line(unsigned n);

/* Have it execute a line of shell. */
void guest_do(unsigned n, const char *line);

/* The same, and what it prints: its words, separated by single blanks. */
const char *guest_ask(unsigned n, const char *line);

/* The same as a number, decimal; UINT64_MAX if it is none. */
uint64_t guest_number(unsigned n, const char *line);

/* Wait until VM `n` is in a state. */
void guest_wait(unsigned n, enum vm_state state);

/* Wait until VM `n` has reset itself `count` times, and its shell is ready again. */
void guest_wait_reset(unsigned n, uint32_t count);

/* Whether two texts are equal. */
bool text_is(const char *text, const char *other);

/* Milliseconds between two values of the STC. */
uint64_t time_ms(uint64_t from, uint64_t to);
