/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anything, in any order, on several CPUs (testing/anything.h). Nothing may go wrong that the kernel, this
 * machine or the sanitizers notice; and when all is taken away, nothing is left.
 */

#include "kernel/base/compiler.h"
#include "kernel/hypercall/testing/anything.h"
#include "kernel/hypercall/testing/audit.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/obj/pd.h"

enum : unsigned { CPUS = 3, RUNS = 60, STEPS = 1500 };

static uint64_t state;

static uint32_t choose(uint32_t limit)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % limit);
}

static void whatever_happens_nothing_is_left(void)
{
    call_boot(CPUS, 2048);
    audit_begin();
    size_t pages = 0;
    uint64_t bytes = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        anything_begin(CPUS, choose);
        for (unsigned i = 0; i < STEPS; i++)
            anything_move();
        anything_end();
        audit(CPUS);

        const size_t pages_now = call_settle();
        const struct pd *const pd = CONTAINER_OF(call_object(SEL_ROOT_PD), struct pd, obj);
        if (run > 5) { /* page tables for UTCBs stay */
            CHECK_EQ(pages_now, pages);
            CHECK_EQ(pd->used, bytes);
        }
        pages = pages_now;
        bytes = pd->used;
    }
}

static void first_seed(void)
{
    state = 1;
    whatever_happens_nothing_is_left();
}

static void second_seed(void)
{
    state = 2;
    whatever_happens_nothing_is_left();
}

int main(void)
{
    SIM_RUN(first_seed);
    SIM_RUN(second_seed);
}
