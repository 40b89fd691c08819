/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/emulator/tap.h"
#include <stdio.h>

static const struct {
    const char *name;
    bool good;
    const char *lines[6];
} CASES[] = {
    {"all_passed", true, {"noise", "1..2", "ok 1 - a", "kernel: okay", "ok 2 - b"}},
    {"plan_at_the_end", true, {"ok 1", "1..1"}},
    {"results_need_no_number", true, {"1..1", "ok"}},
    {"nothing_planned_nothing_done", true, {"1..0 # SKIP no such hardware"}},
    {"skipped_is_passed", true, {"1..1", "ok 1 - a # SKIP no IOMMU"}},
    {"todo_may_fail", true, {"1..1", "not ok 1 - a # TODO"}},
    {"a_failure", false, {"1..2", "ok 1", "not ok 2 - b"}},
    {"no_plan", false, {"ok 1"}},
    {"silence", false, {""}},
    {"too_few", false, {"1..2", "ok 1"}},
    {"too_many", false, {"1..1", "ok 1", "ok 2"}},
    {"wrong_number", false, {"1..2", "ok 1", "ok 3"}},
    {"two_plans", false, {"1..1", "ok 1", "1..1"}},
    {"bail_out", false, {"1..1", "ok 1", "Bail out! no memory"}},
    {"plan_of_a_huge_number", false, {"1..99999999999999999999", "ok 1"}},
};

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct tap tap = {};
        for (size_t j = 0; j < 6 && CASES[i].lines[j] != nullptr; j++) {
            tap_line(&tap, CASES[i].lines[j]);
        }
        bool good = tap_finish(&tap);
        bool passed = good == CASES[i].good && good == (tap.reason[0] == '\0');
        printf("%s %zu - tap.%s\n", passed ? "ok" : "not ok", i + 1, CASES[i].name);
        failed += !passed;
    }
    return failed != 0;
}
