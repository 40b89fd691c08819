/* SPDX-License-Identifier: GPL-2.0-only */

#include "tests/bench/bench.h"
#include "tests/bench/stub.h"
#include "user/lib/event.h"

static_assert(offsetof(struct utcb_arch, STUB_UTCB_IP_FIELD) == STUB_UTCB_IP);
static_assert(MTD_IP == STUB_MTD_IP);

enum : uint32_t { FULL_STATE = MTD_GPRS | MTD_SP | MTD_FLAGS | MTD_IP | MTD_FAULT };

/* Nothing is mapped there. */
static constexpr uint64_t NOWHERE = 0xc0'0000'0000;

#if defined(__x86_64__)
enum : sel_t { UNDEFINED = EVENT_HST_UD, PAGE_FAULT = EVENT_HST_PF };
enum : uint64_t { UNDEFINED_SIZE = 2, LOAD_SIZE = 2 };

static status_t undefined(void)
{
    __asm__ volatile("ud2");
    return SUCCESS;
}

static status_t page_fault(void)
{
    uint64_t value = NOWHERE;
    __asm__ volatile("movb (%0), %b0" : "+a"(value));
    return SUCCESS;
}
#else
enum : sel_t { UNDEFINED = EVENT_UNKNOWN, PAGE_FAULT = EVENT_DABORT_LOWER };
enum : uint64_t { UNDEFINED_SIZE = 4, LOAD_SIZE = 4 };

static status_t undefined(void)
{
    __asm__ volatile("udf #0");
    return SUCCESS;
}

static status_t page_fault(void)
{
    uint64_t value = NOWHERE;
    __asm__ volatile("ldrb %w0, [%0]" : "+r"(value));
    return SUCCESS;
}
#endif

/* The first event selector of the root EC is 0. */
void bench_events(const struct hip *hip)
{
    const struct bench_local handler = bench_local(hip, SEL_ROOT_PD);
    bench_portal(handler, UNDEFINED, stub_skip, UNDEFINED_SIZE, MTD_IP);
    bench_portal(handler, PAGE_FAULT, stub_skip, LOAD_SIZE, FULL_STATE);

    BENCH("exception.undefined.ip_only", WARMUP, ROUNDS, undefined());
    bench_expect(SUCCESS, hc_ctrl_pt(UNDEFINED, UNDEFINED_SIZE, FULL_STATE), "ctrl_pt");
    BENCH("exception.undefined.full_state", WARMUP, ROUNDS, undefined());
    BENCH("exception.page_fault.full_state", WARMUP, ROUNDS, page_fault());
}
