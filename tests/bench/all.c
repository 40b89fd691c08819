/* SPDX-License-Identifier: GPL-2.0-only */
/* Every row. */

#include "tests/bench/bench.h"

void bench_run(const struct hip *hip, uint64_t now, uint64_t frame)
{
    bench_boot(hip, now);
    bench_create(hip);
    bench_exhaust(hip);
    bench_open_threads(hip);
    bench_hypercalls(hip);
    bench_semaphores(hip);
    bench_calls(hip);
    bench_events(hip);
    bench_guests(hip, frame);
    bench_objects();
    bench_memory(hip);
    bench_growth(hip);
}
