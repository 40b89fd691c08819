/* SPDX-License-Identifier: GPL-2.0-only */
/* Which order comes next. */
#pragma once

#include <stdint.h>

enum explore_mode : uint8_t {
    EXPLORE_ONE,    /* the one that was given to explore_read, else the first          */
    EXPLORE_ALL,    /* every order with at most `bound` unusual choices        */
    EXPLORE_RANDOM, /* as `seed` says, and so on                                       */
};

struct explore_how {
    enum explore_mode mode;
    unsigned bound;
    uint64_t seed;
    uint64_t orders; /* at most; an order that is not different is not counted */
    double seconds;  /* at most, about; 0: as long as it takes                 */
};

struct explore_figures {
    uint64_t orders;  /* gone through to their end, with nothing wrong                       */
    uint64_t equal;   /* left when it was clear that another one does the same               */
    uint64_t points;  /* the most that one order had                                         */
    uint64_t words;   /* of memory that several CPUs use, one writing it                     */
    bool is_complete; /* the last explore_go has gone through all that it was to go through */
};

/* Before all else. */
void explore_init(void);

/*
 * Let `leaf` go through each order, from the machine as it is now (arch/sim/snapshot.h). It answers false if it
 * was told that another order does the same. False if something went wrong: the order was told on standard
 * error. In a process of its own.
 */
[[nodiscard]] bool explore_go(const struct explore_how *how, bool (*leaf)(void));

/* Of all calls together. */
const struct explore_figures *explore_figures(void);

/* Read an order, as it is told. */
[[nodiscard]] bool explore_read(const char *order);

/*
 * `cpu` is about to do `access`: is it one where others are to be let come between? Each call is a
 * point, so is each turn that explore_turn tells of.
 */
struct watch_access;
[[nodiscard]] bool explore_is_point(const struct watch_access *access, unsigned cpu);
void explore_turn(void);

/*
 * There are `options` ways to go on here, of which the first `usual` cost nothing. Answers the number of one.
 */
unsigned explore_choose(unsigned usual, unsigned options);

/* Only orders that are different are to be gone through. */
bool explore_is_exhaustive(void);

/* One order is gone through for people to see. */
bool explore_is_told(void);

/* Points so far. */
uint64_t explore_point(void);

/* Orders are few enough to look for data races in each (race.h). */
bool explore_has_time(void);
