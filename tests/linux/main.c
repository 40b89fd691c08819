/* SPDX-License-Identifier: GPL-2.0-only */
/* Root task of the tests. Words: two (the suite), vcpus=, memory= (MiB). */
#include "tests/linux/guests.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"
#include "user/lib/spaces.h"

enum : uint64_t { MIB = 0x10'0000, RESETS_RAM = 6 * MIB };

const struct hip *hip;
struct vm_plan plan, resets_plan;

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static struct bootinfo info;
    const uint64_t boot[] = {boot0, boot1};

    hip = page;
    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        power_idle();
    const char *missing = vms_open(hip, &info, boot);
    if (missing == nullptr && !vms_modules(&plan))
        missing = "modules are missing";
    if (missing != nullptr) {
        print("Bail out! %s\n", missing);
        power_exit(1);
    }

    const char *const words = bootinfo_root_text(&info);
    plan.vcpu_count = (unsigned)text_number(words, "vcpus", 1);
    plan.ram_size = text_number(words, "memory", 128) * MIB;
    for (unsigned v = 0; v < VCPUS_MAX; v++)
        plan.cpu[v] = (uint16_t)(1 + v);
    resets_plan = plan;
    resets_plan.ram_size = RESETS_RAM;
    resets_plan.image = resets_plan.initrd = bootinfo_module(&info, "resets");
    const struct tap_suite *const suites[] = {
        text_has_word(words, "two") ? &two_suite : &one_suite,
        &resets_suite,
    };
    power_exit(tap_run(suites, sizeof suites / sizeof *suites) != 0);
}
