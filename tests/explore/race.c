/* SPDX-License-Identifier: GPL-2.0-only */
/* Vector clocks: of each CPU, of each word that an atomic has released something to, of each granule of memory. */

#include "tests/explore/race.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/sim/machine.h"
#include "arch/sim/watch.h"
#include "kernel/base/bits.h"

enum : unsigned { CPU_COUNT = 4, GRANULE = 8, CELL_COUNT = 1 << 18, SYNC_COUNT = 1 << 16 };

/* What each CPU had done. */
struct clock {
    uint32_t of[CPU_COUNT];
};

/* Eight bytes of memory: the last accesses of each CPU, and the bytes they were to. */
struct cell {
    uintptr_t at;
    uint64_t round;
    struct touch {
        uintptr_t pc;
        uint32_t when;
        uint8_t bytes;
    } stores[CPU_COUNT], loads[CPU_COUNT];
};

struct sync {
    uintptr_t at;
    uint64_t round;
    struct clock clock;
};

/* Kept apart from what is brought back for each order; `round` tells what is of this one. */
static struct races {
    uint64_t round;
    struct clock cpus[CPU_COUNT];
    struct clock fences[CPU_COUNT]; /* at the last release fence */
    struct cell cells[CELL_COUNT];
    struct sync syncs[SYNC_COUNT];
} *races;

void race_init(void)
{
    races =
        mmap(nullptr, sizeof *races, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(races != MAP_FAILED);
}

void race_begin(void)
{
    races->round++;
    for (unsigned cpu = 0; cpu < CPU_COUNT; cpu++) {
        races->cpus[cpu] = races->fences[cpu] = (struct clock){};
        races->cpus[cpu].of[cpu] = 1;
    }
}

static uint64_t hash(uintptr_t at)
{
    return at * UINT64_C(0x9e37'79b9'7f4a'7c15) >> 40;
}

static struct cell *cell_of(uintptr_t at)
{
    for (uint64_t i = hash(at);; i++) {
        struct cell *const cell = &races->cells[i % CELL_COUNT];
        if (cell->round != races->round)
            *cell = (struct cell){.at = at, .round = races->round};
        if (cell->at == at)
            return cell;
    }
}

static struct sync *sync_of(uintptr_t at)
{
    for (uint64_t i = hash(at);; i++) {
        struct sync *const sync = &races->syncs[i % SYNC_COUNT];
        if (sync->round != races->round)
            *sync = (struct sync){.at = at, .round = races->round};
        if (sync->at == at)
            return sync;
    }
}

static void join(struct clock *to, const struct clock *from)
{
    for (unsigned cpu = 0; cpu < CPU_COUNT; cpu++)
        to->of[cpu] = to->of[cpu] > from->of[cpu] ? to->of[cpu] : from->of[cpu];
}

static void tell_place(const char *what, unsigned cpu, uintptr_t pc)
{
    const char *const symbolizer = getenv("ASAN_SYMBOLIZER_PATH");
    char command[256];
    fprintf(stderr, "  %s by CPU %u at %#lx\n", what, cpu, pc);
    if (symbolizer == nullptr)
        return;
    snprintf(command, sizeof command, "%s -p -s -e /proc/%d/exe %#lx >&2", symbolizer, getpid(),
             pc - 1);
    fflush(stderr);
    if (system(command) != 0)
        fprintf(stderr, "  (%s does not run)\n", symbolizer);
}

/* The access of `cpu` at `pc` against those of the others in `touches`. */
static void check(const struct touch *touches, const char *what, uint8_t bytes, unsigned cpu,
                  const struct watch_access *access)
{
    for (unsigned other = 0; other < CPU_COUNT; other++) {
        const struct touch *const touch = &touches[other];
        if (other == cpu || !(touch->bytes & bytes) || touch->when <= races->cpus[cpu].of[other])
            continue;
        fprintf(stderr, "a data race:\n");
        tell_place(what, other, touch->pc);
        tell_place(access->kind == WATCH_LOAD ? "load" : "store", cpu, access->pc);
        sim_fail(__FILE__, __LINE__, "no data races");
    }
}

static void touch_granule(uintptr_t at, uint8_t bytes, const struct watch_access *access,
                          unsigned cpu)
{
    struct cell *const cell = cell_of(at);
    const bool is_store = access->kind != WATCH_LOAD;
    struct touch *const touch = is_store ? &cell->stores[cpu] : &cell->loads[cpu];
    const uint32_t now = races->cpus[cpu].of[cpu];
    check(cell->stores, "store", bytes, cpu, access);
    if (is_store)
        check(cell->loads, "load", bytes, cpu, access);
    if (touch->when != now)
        touch->bytes = 0;
    *touch = (struct touch){access->pc, now, touch->bytes | bytes};
}

void race_plain(const struct watch_access *access, unsigned cpu)
{
    CHECK(cpu < CPU_COUNT);
    const uintptr_t end = access->at + access->size;
    for (uintptr_t at = access->at; at < end;) {
        const uintptr_t granule = at - at % GRANULE;
        const uintptr_t stop = min_u64(granule + GRANULE, end);
        touch_granule(granule, (uint8_t)(low_bits((unsigned)(stop - at)) << (at - granule)), access,
                      cpu);
        at = stop;
    }
}

static bool is_release(uint8_t order)
{
    return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

void race_atomic(const struct watch_access *access, unsigned cpu)
{
    CHECK(cpu < CPU_COUNT);
    struct clock *const self = &races->cpus[cpu];
    const bool releases = is_release(access->order);
    if (access->kind == WATCH_FENCE) {
        if (releases)
            races->fences[cpu] = *self;
        self->of[cpu] += releases;
        return;
    }
    struct sync *const sync = sync_of(access->at);
    if (access->kind != WATCH_STORE)
        join(self, &sync->clock);
    if (access->kind == WATCH_LOAD)
        return;
    if (access->kind == WATCH_STORE)
        sync->clock = (struct clock){};
    join(&sync->clock, releases ? self : &races->fences[cpu]);
    self->of[cpu] += releases;
}
