/* SPDX-License-Identifier: GPL-2.0-only */
/* A few rows, for machines that are compared with another. */

#include "tests/bench/bench.h"

void bench_run(const struct hip *hip, [[maybe_unused]] uint64_t now,
               [[maybe_unused]] uint64_t frame)
{
    bench_open_threads(hip);
    bench_few(hip);
}
