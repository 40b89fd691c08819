/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual machines where time is the number of instructions: claims about how long something takes. */
#include "tests/conformance/start.h"
#include "tests/guest/guest.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static const struct tap_suite *const suites[] = {&exact_suite};

    conf_start(page, boot0, boot1);
    power_exit(tap_run(suites, sizeof suites / sizeof *suites) != 0);
}
