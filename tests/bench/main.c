/* SPDX-License-Identifier: GPL-2.0-only */
/* The benchmark's root task: prints one line per figure and switches off. */

#include "tests/bench/bench.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"
#include "user/lib/spaces.h"

void bench_report(const char *name, uint64_t value, const char *unit)
{
    print("bench %s %lu %s\n", name, value, unit);
}

void bench_expect(status_t want, status_t got, const char *what)
{
    if (got == want)
        return;
    print("bench failed: %s answers status %u, not %u\n", what, got, want);
    power_exit(1);
}

void user_main(const struct hip *hip, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    const uint64_t now = bench_stc();
    static struct bootinfo info;
    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        power_idle();

    bench_boot(hip, now);
    bench_hypercalls();
    bench_objects();
    bench_memory(hip);
    print("bench done\n");
    power_exit(0);
}
