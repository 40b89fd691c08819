/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random worlds on 1 to 4 CPUs, each in a process of its own: the core does what the model says. With
 * arguments, one world, step by step: model_test CPUS SEED.
 */

#include <stdio.h>
#include <stdlib.h>

#include "arch/sim/machine.h"
#include "tests/model/actions.h"
#include "tests/model/lockstep.h"

enum : unsigned { WORLDS = 10, ACTIONS = 300, SEEDS = 4 };

static unsigned cpus, left;
static uint64_t seed, state;

static uint32_t choose(uint32_t limit)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % limit);
}

static bool more(void)
{
    return left-- > 0;
}

static void live(void)
{
    state = seed;
    lockstep_boot(cpus);
    for (unsigned i = 0; i < WORLDS; i++) {
        left = ACTIONS;
        actions_run(cpus, choose, more);
    }
    printf("%lu steps, %lu not taken: ", lockstep_steps(), lockstep_declined());
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        cpus = (unsigned)strtoul(argv[1], nullptr, 0);
        seed = strtoul(argv[2], nullptr, 0);
        lockstep_trace();
        live();
        return 0;
    }
    for (cpus = 1; cpus <= CPUS_MAX; cpus++)
        for (seed = 1; seed <= SEEDS; seed++) {
            char name[64];
            snprintf(name, sizeof name, "core and model agree: model_test %u %lu", cpus, seed);
            sim_run(name, live);
        }
}
