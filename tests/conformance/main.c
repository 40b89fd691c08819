/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface, claim by claim, as a root task sees it. */
#include "tests/conformance/conf.h"
#include "tests/conformance/start.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static const struct tap_suite *const suites[] = {
        &call_suite,    &perm_suite,      &create_suite,  &space_suite, &thread_suite,
        &control_suite, &object_suite,    &memory_suite,  &ipc_suite,   &help_suite,
        &death_suite,   &semaphore_suite, &timeout_suite, &event_suite, &startup_suite,
        &recall_suite,  &fpu_suite,       &sched_suite,   &life_suite,  &cpus_suite,
        &cpu_suite,     &flags_suite,     &system_suite,
    };

    conf_start(page, boot0, boot1);
    power_exit(tap_run(suites, sizeof suites / sizeof *suites) != 0);
}
