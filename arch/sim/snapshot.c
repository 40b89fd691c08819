/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/sim/snapshot.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/sim/sim.h"
#include "arch/sim/stacks.h"
#include "kernel/base/bits.h"

enum : unsigned { PAGE_MAX = 8192 };

/* The linker's names for where initialised data begins, and everything ends. */
extern char __data_start[], _end[];

/* Kept apart from what it is a copy of. */
static struct snapshot {
    const char *pool_end;
    char *pages[PAGE_MAX]; /* that were in use */
    unsigned count;
    unsigned restores;
    unsigned char is_resident[PAGE_MAX];
    alignas(PAGE_SIZE) char copies[PAGE_MAX][PAGE_SIZE];
} *snapshot;

/* Of a stack, what is deeper than a CPU uses that is not in the kernel; of the pool, what nobody was given. */
static bool is_hole(const char *page)
{
    const char *const stacks = sim_stacks[0], *const pool = sim_pool();
    if (page >= stacks && page + PAGE_SIZE <= stacks + sizeof sim_stacks)
        return (size_t)(page - stacks) % SIM_STACK_SIZE <
               SIM_STACK_SIZE - SIM_STACK_LIVE - PAGE_SIZE;
    return page >= snapshot->pool_end && page < pool + SIM_POOL_PAGES * PAGE_SIZE;
}

/* All pages that were ever touched, holes left out: the others are zero. */
static unsigned find(char **pages)
{
    char *const first = __data_start - ((uintptr_t)__data_start & PAGE_MASK);
    const size_t size = (size_t)(_end - first);
    unsigned count = 0;
    CHECK(size <= PAGE_MAX * PAGE_SIZE);
    CHECK(mincore(first, size, snapshot->is_resident) == 0);
    for (size_t at = 0; at < size; at += PAGE_SIZE) {
        if (!(snapshot->is_resident[at / PAGE_SIZE] & 1) || is_hole(first + at))
            continue;
        if (pages != nullptr)
            pages[count] = first + at;
        count++;
    }
    return count;
}

void sim_save(size_t pages)
{
    snapshot =
        mmap(nullptr, sizeof *snapshot, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(snapshot != MAP_FAILED);
    snapshot->pool_end = (const char *)sim_pool() + (pages + 1) * PAGE_SIZE;
    snapshot->count = find(snapshot->pages);
    for (unsigned i = 0; i < snapshot->count; i++)
        memcpy(snapshot->copies[i], snapshot->pages[i], PAGE_SIZE);
}

void sim_restore(void)
{
    const unsigned restores = ++snapshot->restores;
    if ((restores & (restores - 1)) == 0) /* now and then: is that all there is? */
        CHECK_EQ(find(nullptr), snapshot->count);
    for (unsigned i = 0; i < snapshot->count; i++)
        memcpy(snapshot->pages[i], snapshot->copies[i], PAGE_SIZE);
}
