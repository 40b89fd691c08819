/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An order is a list of choices: at each point where there are several ways to go on, the number of the one that
 * was taken. All within a bound are found by going through one, and again up to the last point where another
 * choice is left. Everything here survives, as it is not among the statics that are brought back.
 */

#include "tests/explore/engine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arch/sim/sim.h"
#include "arch/sim/snapshot.h"
#include "arch/sim/watch.h"
#include "kernel/base/bits.h"

enum : unsigned { CHOICE_MAX = 1 << 16, WORD_COUNT = 1 << 16, SECONDS_MAX = 20 };

static struct engine {
    struct explore_figures figures;
    struct explore_how how;
    bool told;
    uint64_t point;
    unsigned left;   /* unusual choices that are still allowed   */
    unsigned cursor; /* choices of this order that were made     */
    unsigned count;  /* that are known                           */
    uint64_t random;
    unsigned calm; /* a random deviation in so many points     */
    struct choice {
        uint64_t point;
        unsigned usual, options, choice;
    } choices[CHOICE_MAX];
    struct word {
        uintptr_t at;
        uint8_t readers, writers; /* CPUs */
    } words[WORD_COUNT];
} *engine;

void explore_init(void)
{
    engine =
        mmap(nullptr, sizeof *engine, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(engine != MAP_FAILED);
}

static unsigned random_below(unsigned limit)
{
    engine->random = engine->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((engine->random >> 33) % limit);
}

static struct word *word_of(uintptr_t at)
{
    at &= ~(uintptr_t)7;
    for (uint64_t i = at * UINT64_C(0x9e37'79b9'7f4a'7c15) >> 48;; i++) {
        struct word *const word = &engine->words[i % WORD_COUNT];
        if (word->at == 0)
            word->at = at;
        if (word->at == at)
            return word;
    }
}

static bool is_shared(const struct word *word)
{
    const unsigned users = word->readers | word->writers;
    return word->writers != 0 && (users & (users - 1)) != 0;
}

bool explore_is_point(const struct watch_access *access, unsigned cpu)
{
    engine->point++;
    struct word *const word = word_of(access->at);
    const bool was_shared = is_shared(word);
    const bool is_load = access->kind == WATCH_LOAD;
    const unsigned self = 1u << cpu;
    const unsigned against = is_load ? word->writers : word->writers | word->readers;
    if (is_load)
        word->readers |= (uint8_t)self;
    else
        word->writers |= (uint8_t)self;
    if (is_shared(word) && !was_shared)
        engine->figures.words++;
    return engine->how.mode != EXPLORE_ALL || (against & ~self) != 0;
}

void explore_turn(void)
{
    engine->point++;
}

bool explore_is_exhaustive(void)
{
    return engine->how.mode == EXPLORE_ALL;
}

bool explore_has_time(void)
{
    return engine->how.mode != EXPLORE_ALL || engine->how.bound <= 1;
}

bool explore_is_told(void)
{
    return engine->told;
}

uint64_t explore_point(void)
{
    return engine->point;
}

static void append(unsigned usual, unsigned options, unsigned choice)
{
    CHECK(engine->count < CHOICE_MAX);
    engine->choices[engine->count++] = (struct choice){engine->point, usual, options, choice};
    engine->cursor = engine->count;
}

/* What was chosen here the last time, or is to be chosen now. */
static unsigned choose_again(unsigned options)
{
    const struct choice *const next = &engine->choices[engine->cursor];
    if (engine->cursor >= engine->count || next->point != engine->point)
        return 0;
    CHECK(next->choice < options); /* else it is not the same order */
    engine->cursor++;
    engine->left -= next->choice >= next->usual;
    return next->choice;
}

static unsigned choose_randomly(unsigned usual, unsigned options)
{
    const bool deviates = usual > 1 || random_below(engine->calm) == 0;
    const unsigned choice = deviates ? random_below(options) : 0;
    if (choice != 0)
        append(usual, options, choice);
    return choice;
}

unsigned explore_choose(unsigned usual, unsigned options)
{
    if (options == 1)
        return 0;
    if (engine->how.mode == EXPLORE_RANDOM)
        return choose_randomly(usual, options);
    if (engine->how.mode == EXPLORE_ONE || engine->cursor < engine->count)
        return choose_again(options);
    if (engine->left == 0)
        options = usual;
    if (options > 1)
        append(usual, options, 0);
    return 0;
}

/* The next order; false if there is none. */
static bool advance(void)
{
    if (engine->how.mode == EXPLORE_ONE)
        return false;
    if (engine->how.mode == EXPLORE_RANDOM) {
        engine->count = 0;
        return true;
    }
    engine->count = engine->cursor;
    for (; engine->count > 0; engine->count--) {
        struct choice *const last = &engine->choices[engine->count - 1];
        if (++last->choice < last->options)
            return true;
    }
    return false;
}

static void on_signal([[maybe_unused]] int number)
{
    fflush(stdout);
    const char *before = "order: ";
    for (unsigned i = 0; i < engine->cursor; i++) {
        const struct choice *const c = &engine->choices[i];
        if (c->choice == 0)
            continue;
        dprintf(STDERR_FILENO, "%s%lu:%u", before, c->point, c->choice);
        before = ",";
    }
    dprintf(STDERR_FILENO, "%s\n", *before == ',' ? "" : "order: first");
    _exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void go_through(bool (*leaf)(void))
{
    struct explore_figures *const figures = &engine->figures;
    const uint64_t begun = figures->orders;
    const double end = now() + engine->how.seconds;
    for (;;) {
        engine->point = 0;
        engine->cursor = 0;
        engine->left = engine->how.bound;
        engine->calm = 2u << random_below(7);
        alarm(SECONDS_MAX);
        if (leaf())
            figures->orders++;
        else
            figures->equal++;
        figures->points = max_u64(figures->points, engine->point);
        if (!advance())
            break;
        sim_restore();
        if (figures->orders - begun == engine->how.orders)
            return;
        if (engine->how.seconds > 0 && now() > end)
            return;
    }
    figures->is_complete = true;
}

bool explore_go(const struct explore_how *how, bool (*leaf)(void))
{
    engine->how = *how;
    engine->random = how->seed;
    engine->told = how->mode == EXPLORE_ONE;
    engine->figures.is_complete = false;
    if (how->mode != EXPLORE_ONE)
        engine->count = 0;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        for (const int *number =
                 (const int[]){SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGALRM, 0};
             *number != 0; number++)
            signal(*number, on_signal);
        go_through(leaf);
        fflush(stdout);
        _exit(0);
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

const struct explore_figures *explore_figures(void)
{
    return &engine->figures;
}

bool explore_read(const char *order)
{
    engine->count = 0;
    if (strcmp(order, "first") == 0)
        return true;
    for (int used; engine->count < CHOICE_MAX; order += used + 1) {
        struct choice *const c = &engine->choices[engine->count++];
        if (sscanf(order, "%lu:%u%n", &c->point, &c->choice, &used) != 2)
            return false;
        if (order[used] != ',')
            return order[used] == '\0';
    }
    return false;
}
