/* SPDX-License-Identifier: GPL-2.0-only */
/* The benchmark's root task: prints one line per figure and switches off. */

#include "tests/bench/bench.h"
#include "user/lib/alloc.h"
#include "user/lib/bootinfo.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/memory.h"
#include "user/lib/power.h"
#include "user/lib/ram.h"
#include "user/lib/thread.h"

enum : uint64_t { RAM_SIZE = 0x80'0000 };

void bench_report(const char *prefix, const char *name, uint64_t value, const char *unit)
{
    print("bench %s%s %lu %s\n", prefix, name, value, unit);
}

void bench_expect(status_t want, status_t got, const char *what)
{
    if (got == want)
        return;
    print("bench failed: %s answers status %u, not %u\n", what, got, want);
    power_exit(1);
}

struct bench_local bench_local(const struct hip *hip, sel_t pd)
{
    const struct bench_local local = {.ec = sel_alloc(0), .utcb = (struct utcb *)utcb_alloc()};
    const uint64_t at = (uint64_t)local.utcb;
    bench_expect(
        SUCCESS,
        hc_create_ec(local.ec, pd, (struct hc_ec){.cpu = hip->cpu_bsp, .page = at, .sp = at}),
        "a local thread");
    return local;
}

void bench_portal(struct bench_local local, sel_t pt, const char *entry, uint64_t pid, uint32_t mtd)
{
    bench_expect(SUCCESS, hc_create_pt(pt, SEL_ROOT_PD, local.ec, (uint64_t)entry), "a portal");
    bench_expect(SUCCESS, hc_ctrl_pt(pt, pid, mtd), "ctrl_pt");
}

void bench_empty_slots(void)
{
    enum : uint8_t { ORDER = 12 };
    for (sel_t i = 0; i < BENCH_SLOTS; i += UINT64_C(1) << ORDER)
        bench_expect(SUCCESS, bench_copy(bench_slot(i), bench_slot(i), ORDER, 0), "emptying slots");
}

/* What no thread here should raise. */
static uint32_t fault(uint64_t pid, [[maybe_unused]] uint32_t mtd,
                      [[maybe_unused]] struct utcb *utcb)
{
    print("bench failed: event %lu of a thread\n", pid);
    power_exit(1);
}

void bench_open_threads(const struct hip *hip)
{
    bench_expect(SUCCESS, threads_open(hip, fault, 0), "opening threads");
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

    const uint64_t ram = ram_find(&info, hip, (const uint64_t[]){boot0, boot1}, RAM_SIZE);
    bench_expect(SUCCESS, alloc_open(ram, RAM_SIZE - PAGE_SIZE), "memory for stacks");
    bench_run(hip, now, ram + RAM_SIZE - PAGE_SIZE);
    print("bench done\n");
    power_exit(0);
}
