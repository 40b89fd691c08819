/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs on 1 to 4 CPUs, chosen by the fuzzer: what they call, and when which CPU goes on or takes its
 * interrupts. The core does what the model says (tests/model), and nothing is left of a world that has ended.
 */
#include "tests/fuzz/bytes.h"
#include "tests/model/actions.h"
#include "tests/model/lockstep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (lockstep_model()->cpus == 0)
        lockstep_boot(CPUS_MAX);
    bytes_begin(data, size);
    actions_run(1 + bytes_choose(CPUS_MAX), bytes_choose, bytes_more);
    return 0;
}
