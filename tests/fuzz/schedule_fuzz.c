/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs on 1 to 4 CPUs, stopped at any window and wait while others go on, as the fuzzer chooses
 * (kernel/hypercall/testing/anything.h). Nobody says what has to come out, so there is more that may happen
 * than in hypercall_fuzz; but nothing may go wrong, and nothing is left of a world that has ended.
 */
#include "kernel/hypercall/testing/anything.h"
#include "kernel/hypercall/testing/calls.h"
#include "tests/fuzz/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum : unsigned { CPUS = 4, MOVES_MAX = 4000, FIRST_WORLDS = 16 };

static size_t live(unsigned cpus, anything_choose_t choose, bool (*more)(void))
{
    anything_begin(cpus, choose);
    for (unsigned i = 0; i < MOVES_MAX && more(); i++)
        anything_move();
    anything_end();
    return call_settle();
}

/* The first worlds: tables for the pages that UTCBs may be at stay. */

static uint32_t state = 1, left;

static uint32_t any(uint32_t limit)
{
    state = state * 1'664'525 + 1'013'904'223;
    return (state >> 8) % limit;
}

static bool some_more(void)
{
    return left-- > 0;
}

static size_t start(void)
{
    size_t pages = 0;
    call_boot(CPUS, 1024);
    for (unsigned i = 0; i < FIRST_WORLDS; i++) {
        left = 500;
        pages = live(CPUS, any, some_more);
    }
    return pages;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static size_t pages;
    if (pages == 0)
        pages = start();
    bytes_begin(data, size);
    const unsigned cpus = 1 + bytes_choose(CPUS);
    CHECK_EQ(live(cpus, bytes_choose, bytes_more), pages);
    return 0;
}
