/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/tap.h"

#include <stdarg.h>

#include "kernel/base/format.h"
#include "user/lib/console.h"

/* The running test. */
static bool has_failed;
static const char *skipped;

void tap_fail(const char *file, unsigned line, const char *fmt, ...)
{
    char reason[256];
    va_list args;

    va_start(args, fmt);
    format_va(reason, sizeof reason, fmt, args);
    va_end(args);
    print("# %s:%u: %s\n", file, line, reason);
    has_failed = true;
}

void tap_skip(const char *why)
{
    skipped = why;
}

unsigned tap_run(const struct tap_suite *const suites[], size_t count)
{
    size_t total = 0, number = 0;
    unsigned failed = 0;

    for (size_t s = 0; s < count; s++)
        total += suites[s]->count;
    print("TAP version 13\n1..%zu\n", total);

    for (size_t s = 0; s < count; s++) {
        for (size_t t = 0; t < suites[s]->count; t++) {
            const struct tap_test *const test = &suites[s]->test[t];
            has_failed = false;
            skipped = nullptr;
            test->run();
            if (suites[s]->after != nullptr)
                suites[s]->after();
            failed += has_failed;
            print("%s %zu - %s%s%s\n", has_failed ? "not ok" : "ok", ++number, test->name,
                  skipped != nullptr ? " # SKIP " : "", skipped != nullptr ? skipped : "");
        }
    }
    print("# %u of %zu failed\n", failed, total);
    return failed;
}

const char *status_name(status_t status)
{
#define STATUS_NAME_(name, code, text) [name] = #name,
    static const char *const names[] = {STATUS_TABLE(STATUS_NAME_)};
#undef STATUS_NAME_
    return status < sizeof names / sizeof *names ? names[status] : "?";
}
