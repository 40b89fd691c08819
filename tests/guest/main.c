/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual machines, claim by claim, as a VMM sees them. */
#include "tests/conformance/start.h"
#include "tests/guest/guest.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static const struct tap_suite *const suites[] = {
        &startup_suite,     &spaces_suite,   &state_suite,    &intercept_suite,
        &intercept32_suite, &transfer_suite, &register_suite, &recall_suite,
        &fpu_suite,         &memory_suite,   &stage1_suite,   &timer_suite,
        &gic_suite,         &device_suite,   &handler_suite,  &hostile_suite,
    };

    conf_start(page, boot0, boot1);
    power_exit(tap_run(suites, sizeof suites / sizeof *suites) != 0);
}
