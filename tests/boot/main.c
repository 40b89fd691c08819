/* SPDX-License-Identifier: GPL-2.0-only */
/* Claims about a kernel that has just booted, checked by the root task it has started. */
#include "tests/boot/boot_test.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

const struct hip *hip;
struct bootinfo bootinfo;
uint64_t boot_register[3];

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1, uint64_t boot2)
{
    static const struct tap_suite *const suites[] = {
        &start_suite, &hip_suite, &call_suite, &object_suite, &memory_suite, &cpu_suite,
    };

    hip = page;
    boot_register[0] = boot0;
    boot_register[1] = boot1;
    boot_register[2] = boot2;

    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&bootinfo, hip, boot0, boot1);
    if (console_open(&bootinfo) != SUCCESS)
        power_idle();
    power_exit(tap_run(suites, sizeof suites / sizeof *suites) != 0);
}
