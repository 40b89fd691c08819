/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual CPUs: out of the guest and back, and interrupts that the kernel handles alone while it runs. */

#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"
#include "tests/bench/stub.h"
#include "user/lib/alloc.h"
#include "user/lib/event.h"
#include "user/lib/memory.h"
#include "user/lib/thread.h"
#include "user/lib/time.h"

static const char *const names[] = {"guest.exit.no_state", "guest.exit.gpr",
                                    "guest.exit.full_state", "guest.interrupt"};

#if !defined(__aarch64__)
void bench_guests([[maybe_unused]] const struct hip *hip, [[maybe_unused]] uint64_t frame)
{
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        bench_report("", names[i], 0, "absent");
}
#else

enum : uint32_t { FULL_STATE = ~(MTD_POISON | MTD_ICI | MTD_FPR) };
enum : uint64_t { SPSR_EL1H_MASKED = 0x3c5, HCR_RW = UINT64_C(1) << 31 };
enum : uint8_t { PRIO_LOW = 1, EVENTS_ORDER = 7 };
enum : uint64_t { INTERRUPT_US = 200 };

static_assert(STUB_GUEST_SIZE <= PAGE_SIZE);

/* What the running row is about. */
static sel_t space, done, never;
static uint64_t entry, rounds, result;

/* STARTUP: one page at address 0. */
static uint32_t start([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                      struct utcb *utcb)
{
    struct utcb_arch *const state = event_state(utcb);
    state->x[0] = rounds;
    state->hcr_el2 = HCR_RW;
    state->elr_el2 = entry;
    state->spsr_el2 = SPSR_EL1H_MASKED;
    state->sel_gst = space;
    return MTD_GPR | MTD_EL2_HCR | MTD_EL2_ELR_SPSR | MTD_SPACES;
}

/* SMC: the guest says what it has found, and rests. */
static uint32_t end([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    result = event_state(utcb)->x[0];
    (void)hc_sm_up(done);
    (void)hc_sm_down(never, 0, 0);
    return 0;
}

static void portal(const struct hip *hip, portal_fn *fn, sel_t pt)
{
    struct thread t;
    bench_expect(SUCCESS, thread_create_local(&t, &(struct thread_plan){.cpu = hip->cpu_bsp}, fn),
                 "a handler");
    bench_expect(SUCCESS, thread_create_portal(&t, pt, 0, MTD_GPR), "a portal");
}

/* A virtual CPU that begins at `from`; HVC comes with `mtd`. The kernel prefers us: it waits until we do. */
static void make(const struct hip *hip, uint64_t from, uint64_t count, uint32_t mtd)
{
    const sel_t events = sel_alloc(EVENTS_ORDER), ec = sel_alloc(0);
    entry = from;
    rounds = count;
    portal(hip, start, events + hip->sel_gst_arch + EVENT_NOVA_STARTUP);
    portal(hip, end, events + EVENT_SMC64);
    const struct bench_local answer = bench_local(hip, SEL_ROOT_PD);
    event_state(answer.utcb)->sel_gst = space;
    bench_portal(answer, events + EVENT_HVC64, stub_reply, 0, mtd);
    bench_expect(
        SUCCESS,
        hc_create_ec(ec, SEL_ROOT_PD,
                     (struct hc_ec){.flags = CREATE_EC_GUEST, .cpu = hip->cpu_bsp, .evt = events}),
        "a virtual CPU");
    bench_expect(SUCCESS,
                 hc_create_sc(sel_alloc(0), SEL_ROOT_PD, ec,
                              (struct hc_sc){.budget = 1000, .prio = PRIO_LOW}),
                 "create_sc");
}

static uint64_t run(void)
{
    bench_expect(SUCCESS, hc_sm_down(done, 0, 0), "waiting for a guest");
    return result;
}

static void wake(uint64_t sm)
{
    (void)hc_sm_up(sm);
}

/*
 * Two guests of the same loop, which looks for the longest time that it is not there. The second one is
 * interrupted by the timer: it was set for a wait of ours which ended earlier, so nobody is to be woken.
 */
static void interrupt(const struct hip *hip, const char *name)
{
    const uint64_t count = time_ticks(hip, INTERRUPT_US);
    const sel_t sm = sel_alloc(0);
    bench_expect(SUCCESS, hc_create_sm(sm, SEL_ROOT_PD, 0), "create_sm");
    make(hip, STUB_GUEST_GAPS, count, 0);
    const uint64_t undisturbed = run();
    make(hip, STUB_GUEST_GAPS, count, 0);
    struct thread t;
    bench_expect(SUCCESS,
                 thread_create_global(&t, &(struct thread_plan){.cpu = hip->cpu_bsp}, wake, sm),
                 "a global thread");
    bench_expect(SUCCESS,
                 hc_create_sc(sel_alloc(0), SEL_ROOT_PD, t.ec,
                              (struct hc_sc){.budget = 1000, .prio = PRIO_LOW + 1}),
                 "create_sc");
    bench_expect(SUCCESS, hc_sm_down(sm, 0, time_after(hip, INTERRUPT_US)), "being woken");
    bench_report("", name, run() - undisturbed, "instructions");
}

void bench_guests(const struct hip *hip, uint64_t frame)
{
    static const uint32_t mtds[] = {0, MTD_GPR, FULL_STATE};
    const struct memory_view view =
        memory_view(frame, PAGE_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_MEMORY);
    bench_expect(SUCCESS, view.status, "memory for a guest");
    for (unsigned i = 0; i < STUB_GUEST_SIZE; i++)
        ((char *)view.base)[i] = stub_guest[i];
    space = sel_alloc(0);
    done = sel_alloc(0);
    never = sel_alloc(0);
    bench_expect(SUCCESS, hc_create_pd(space, CREATE_PD_GST, SEL_ROOT_PD), "a guest space");
    bench_expect(SUCCESS,
                 hc_ctrl_pd(SEL_LIB_NOVA_HST, space,
                            (struct hc_range){.from = frame / PAGE_SIZE,
                                              .perm = PERM_MEM_R | PERM_MEM_XS | PERM_MEM_XU,
                                              .mad = MAD_MEMORY}),
                 "memory of a guest");
    bench_expect(SUCCESS, hc_create_sm(done, SEL_ROOT_PD, 0), "create_sm");
    bench_expect(SUCCESS, hc_create_sm(never, SEL_ROOT_PD, 0), "create_sm");
    for (unsigned i = 0; i < sizeof mtds / sizeof *mtds; i++) {
        make(hip, STUB_GUEST_EXITS, ROUNDS, mtds[i]);
        bench_report("", names[i], run() / ROUNDS, "instructions");
    }
    interrupt(hip, names[3]);
}
#endif
