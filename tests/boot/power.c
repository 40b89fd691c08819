/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A root task that switches the machine off, or resets it, as a word of its command line says: `s4`, `s5`,
 * `reset` (interface specification, 5.5.1). Whoever watches the machine sees whether it did.
 */
#include "kernel/abi/hypercall.h"
#include "tests/boot/boot_test.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

const struct hip *hip;
static struct bootinfo bootinfo_here;

enum : uint64_t { IGNORED = -1ull << 9 };

/* What A and B of the states are in the ACPI tables of QEMU's chip sets; firmware of the others ignores them. */
static const struct {
    const char *word;
    uint64_t state, type;
} states[] = {{"s4", SLEEP_S4, 2}, {"s5", SLEEP_S5, 0}, {"reset", SLEEP_RESET, 0}};

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    hip = page;
    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&bootinfo_here, hip, boot0, boot1);
    if (console_open(&bootinfo_here) != SUCCESS)
        power_idle();
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (!text_has_word(bootinfo_root_text(&bootinfo_here), states[i].word))
            continue;
        print("TAP version 13\n1..1\nok 1 - %s\n", states[i].word);
        const uint64_t type = states[i].type << 6 | states[i].type << 3;
        const status_t status = hc_ctrl_hw(CTRL_HW_SLEEP, IGNORED | type | states[i].state);
        print("Bail out! It answers %s\n", status_name(status));
    }
    power_idle();
}
