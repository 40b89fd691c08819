/* SPDX-License-Identifier: GPL-2.0-only */

#include "tests/bench/bench.h"
#include "user/lib/alloc.h"
#include "user/lib/thread.h"
#include "user/lib/time.h"

enum : unsigned { LATENCY_ROUNDS = 16 };
enum : uint8_t { PRIO_LOW = 1 };

/* Two semaphores after each other, of which `ping` is the first. */
[[noreturn]] static void partner(uint64_t ping)
{
    for (;;) {
        (void)hc_sm_down(ping, 0, 0);
        (void)hc_sm_up(ping + 1);
    }
}

/* One round: the partner runs in between. */
static status_t round_trip(sel_t ping)
{
    const status_t status = hc_sm_up(ping);
    return status == SUCCESS ? hc_sm_down(ping + 1, 0, 0) : status;
}

static void pingpong(const char *name, uint16_t cpu)
{
    struct thread thread;
    const sel_t ping = sel_alloc(1);
    bench_expect(SUCCESS, hc_create_sm(ping, SEL_ROOT_PD, 0), "create_sm");
    bench_expect(SUCCESS, hc_create_sm(ping + 1, SEL_ROOT_PD, 0), "create_sm");
    bench_expect(SUCCESS,
                 thread_create_global(&thread, &(struct thread_plan){.cpu = cpu}, partner, ping),
                 "a global thread");
    bench_expect(SUCCESS,
                 hc_create_sc(sel_alloc(0), SEL_ROOT_PD, thread.ec,
                              (struct hc_sc){.budget = 1000, .prio = PRIO_LOW}),
                 "create_sc");
    BENCH(name, WARMUP, ROUNDS, round_trip(ping));
}

/* How late a timeout is: the STC at return minus the deadline. */
static void latency(const struct hip *hip, sel_t sm)
{
    uint64_t late = 0;
    for (unsigned round = 0; round < LATENCY_ROUNDS; round++) {
        const uint64_t deadline = time_after(hip, 1000);
        bench_expect(TIMEOUT, hc_sm_down(sm, 0, deadline), "a timeout");
        late += bench_stc() - deadline;
    }
    bench_report("", "timeout.latency", late / LATENCY_ROUNDS, "instructions");
}

void bench_semaphores(const struct hip *hip)
{
    const sel_t sm = sel_alloc(0);
    bench_expect(SUCCESS, hc_create_sm(sm, SEL_ROOT_PD, 0), "create_sm");
    BENCH("sm.up", 0, ROUNDS, hc_sm_up(sm));
    BENCH("sm.down", 0, ROUNDS, hc_sm_down(sm, 0, 0));
    BENCH_STATUS(TIMEOUT, "", "sm.down_expired", WARMUP, ROUNDS, hc_sm_down(sm, 0, 1));
    latency(hip, sm);
    pingpong("sm.pingpong.same_cpu", hip->cpu_bsp);
    if (hip->cpu_num > 1)
        pingpong("sm.pingpong.cross_cpu", (uint16_t)((hip->cpu_bsp + 1) % hip->cpu_num));
}
