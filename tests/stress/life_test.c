/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps an object (doc/lifetime.md), again and again on every CPU: activity goes on without
 * capabilities, ends when it ends, and all memory comes back.
 */
#include "tests/stress/stress.h"

enum : uint64_t { ROUNDS = 1000 };

/* In root's object space; a group of 16. */
enum : sel_t { DONE = SEL_SHARED, GATE, GROUP_END };
enum : uint8_t { GROUP_ORDER = 4 };

/* In the object space of a child. */
enum : sel_t { CHILD_DONE = 1, CHILD_GATE, CHILD_ROOT_OBJ };

static _Atomic uint64_t ticks, stop, answer;

static bool down(sel_t sm)
{
    return hc_sm_down(sm, 0, time_after(hip, 10'000'000)) == SUCCESS;
}

/* Run `round` for each CPU in turn, a thousand times in all, behind a few for what stays. */
static void repeat(void (*round)(uint16_t cpu))
{
    MUST(hc_create_sm(DONE, SEL_ROOT_PD, 0));
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        round(cpu);
    const uint64_t before = meter_pages(hip);
    for (uint64_t i = 0; i < ROUNDS; i++)
        round((uint16_t)(i % hip->cpu_num));
    meter_expect(hip, before);
    revoke_range(SEL_SHARED, GROUP_ORDER);
}

/* A child with a global thread, which may up DONE and down GATE. */
static struct family start_thread(uint16_t cpu, thread_fn *fn)
{
    struct family f;
    atomic_store(&stop, 0);
    atomic_store(&answer, BAD_DEV);
    MUST(hc_create_sm(GATE, SEL_ROOT_PD, 0));
    MUST(family_create(&f));
    MUST(child_give(&f.child, DONE, CHILD_DONE, PERM_SM_UP));
    MUST(child_give(&f.child, GATE, CHILD_GATE, PERM_SM_DOWN));
    revoke(GATE); /* the child's is the only one */
    MUST(family_global(&f, cpu, PRIO_CREW, fn, 0));
    return f;
}

static void count([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&ticks, 1);
    (void)hc_sm_up(CHILD_DONE);
    thread_exit();
}

static void expect_running(void)
{
    EXPECT(wait_until(&ticks, atomic_load(&ticks) + 100));
}

static void orphan(uint16_t cpu)
{
    const struct family f = start_thread(cpu, count);
    expect_running();
    family_forget(&f);
    expect_running();
    atomic_store(&stop, 1);
    EXPECT(down(DONE));
}

TEST(life, running_thread_goes_on_without_capabilities_for_it_and_its_pd)
{
    repeat(orphan);
}

/* The child empties root's slots of itself while root waits for its answer. */
static struct family called;

static uint32_t answer_as_zombie([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                                 struct utcb *utcb)
{
    const sel_t slots[] = {called.ec[0],     called.child.pio, called.child.hst,
                           called.child.obj, called.child.pd,  GATE};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (hc_ctrl_pd(CHILD_ROOT_OBJ, CHILD_ROOT_OBJ,
                       (struct hc_range){.from = slots[i], .to = slots[i]}) != SUCCESS)
            return 0;
    for (unsigned i = 0; i < 100; i++) /* objects that come and go meanwhile */
        (void)hc_sm_up(CHILD_DONE);
    utcb->word[0] = utcb->word[0] + 1;
    return 0;
}

static struct utcb *root_utcb(void)
{
    return (struct utcb *)((uint64_t)hip - UTCB_SIZE);
}

static void zombie(uint16_t cpu)
{
    if (cpu != hip->cpu_bsp)
        return;
    MUST(family_create(&called));
    MUST(child_give(&called.child, SEL_ROOT_OBJ, CHILD_ROOT_OBJ, PERM_OBJ_ALL));
    MUST(child_give(&called.child, DONE, CHILD_DONE, PERM_SM_UP));
    MUST(family_local(&called, cpu, answer_as_zombie, GATE));
    root_utcb()->word[0] = 41;
    MUST(hc_ipc_call(GATE, 0, 0).status);
    EXPECT_EQ(42, root_utcb()->word[0]);
    EXPECT_STATUS(BAD_CAP, hc_ipc_call(GATE, 0, 0).status);
    (void)hc_sm_down(DONE, CTRL_SM_ZERO, 0);
}

TEST(life, local_thread_without_capabilities_goes_with_its_reply)
{
    repeat(zombie);
}

static void wait_for_gate(uint64_t deadline)
{
    (void)hc_sm_up(CHILD_DONE);
    const status_t status = hc_sm_down(CHILD_GATE, 0, deadline);
    atomic_store(&answer, status);
    (void)hc_sm_up(CHILD_DONE);
    thread_exit();
}

static void wait_for_ever([[maybe_unused]] uint64_t arg)
{
    wait_for_gate(0);
}

static void empty_gate(const struct family *f)
{
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, f->child.obj, (struct hc_range){.to = CHILD_GATE}));
}

static void bury(uint16_t cpu)
{
    const struct family f = start_thread(cpu, wait_for_ever);
    EXPECT(down(DONE));
    nap(20); /* long enough, mostly: then it waits */
    empty_gate(&f);
    family_forget(&f);
    nap(20);
    /* It was killed; or it came late and found no semaphore. */
    const uint64_t got = atomic_load(&answer);
    EXPECT(got == BAD_DEV || got == BAD_CAP);
    (void)hc_sm_down(DONE, CTRL_SM_ZERO, time_after(hip, got == BAD_DEV ? 0 : 1'000'000));
}

TEST(life, thread_dies_with_the_last_capability_of_what_it_waits_for)
{
    repeat(bury);
}

static uint64_t a_little; /* a child does not see the HIP */

static void wait_a_little([[maybe_unused]] uint64_t arg)
{
    wait_for_gate(stc_now() + a_little);
}

static void timeout(uint16_t cpu)
{
    a_little = time_ticks(hip, 1000);
    const struct family f = start_thread(cpu, wait_a_little);
    EXPECT(down(DONE));
    nap(20);
    empty_gate(&f);
    family_forget(&f);
    EXPECT(down(DONE));
    const uint64_t got = atomic_load(&answer);
    EXPECT(got == TIMEOUT || got == BAD_CAP);
}

TEST(life, thread_with_a_deadline_keeps_the_semaphore_until_then)
{
    repeat(timeout);
}

static uint32_t die([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                    [[maybe_unused]] struct utcb *utcb)
{
    *(volatile uint8_t *)8 = 0; /* NOLINT: nothing is there, and no portal for that */
    return 0;
}

static void dead_callee(uint16_t cpu)
{
    if (cpu != hip->cpu_bsp)
        return;
    struct family f;
    MUST(family_create(&f));
    MUST(family_local(&f, cpu, die, GATE));
    EXPECT_STATUS(ABORTED, hc_ipc_call(GATE, 0, 0).status);
    EXPECT_STATUS(ABORTED, hc_ipc_call(GATE, IPC_CALL_TIMEOUT, 0).status);
    family_forget(&f);
    EXPECT_STATUS(ABORTED, hc_ipc_call(GATE, 0, 0).status);
    revoke(GATE);
}

TEST(life, caller_of_who_dies_gets_aborted)
{
    repeat(dead_callee);
}

static const struct tap_test tests[] = {
    TAP_TEST(life, running_thread_goes_on_without_capabilities_for_it_and_its_pd),
    TAP_TEST(life, local_thread_without_capabilities_goes_with_its_reply),
    TAP_TEST(life, thread_dies_with_the_last_capability_of_what_it_waits_for),
    TAP_TEST(life, thread_with_a_deadline_keeps_the_semaphore_until_then),
    TAP_TEST(life, caller_of_who_dies_gets_aborted),
};
const struct tap_suite life_suite = TAP_SUITE_AFTER(tests, stress_after);
