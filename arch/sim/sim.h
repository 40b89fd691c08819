/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests on the host need of the simulated machine besides the contract. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : size_t { SIM_POOL_PAGES = 4096 };

/*
 * Run one case in a process of its own, so that each starts with the statics of a kernel that has just
 * been loaded. Prints its name; a case that fails ends the program.
 */
#define SIM_RUN(test) sim_run(#test, test)
void sim_run(const char *name, void (*test)(void));

/*
 * Start the case with a fresh pool of `pages` pages, at most SIM_POOL_PAGES, whose content is garbage.
 * Once in a case.
 */
void sim_start(size_t pages);

/* The memory of the pool, 2 MiB aligned. */
void *sim_pool(void);

/* What the console printed since sim_start (bounded). */
const char *sim_console(void);

/* Checks that say where they failed and end the test. */
#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond))                                                                               \
            sim_fail(__FILE__, __LINE__, #cond);                                                   \
    } while (0)
#define CHECK_EQ(a, b) sim_check_eq(__FILE__, __LINE__, #a " == " #b, (uint64_t)(a), (uint64_t)(b))

[[noreturn]] void sim_fail(const char *file, int line, const char *what);
void sim_check_eq(const char *file, int line, const char *what, uint64_t a, uint64_t b);

/* Does `call` end in panic? Answers what panic said, or nullptr. */
const char *sim_panics(void (*call)(void *), void *arg);
