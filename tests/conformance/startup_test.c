/* SPDX-License-Identifier: GPL-2.0-only */
/* The first event of a global thread (interface specification, 5.2, 5.3.2, 5.3.3). */
#include <stdatomic.h>

#include "kernel/base/string.h"
#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

static struct utcb seen;
static _Atomic uint64_t seen_count;
static uint64_t stack;

static uint64_t pattern(size_t i)
{
    return 0x0066'0000'0000'0000 | i << 4;
}

/* Sends it to code that stores all registers. */
static uint32_t start_raw([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                          struct utcb *utcb)
{
    memcpy(&seen, utcb, sizeof seen);
    atomic_fetch_add(&seen_count, 1);
    for (size_t i = 0; i < REGS; i++)
        if (i != REG_FLAGS)
            *state_register(utcb, i) = pattern(i);
    *event_sp(event_state(utcb)) = stack;
    *event_ip(event_state(utcb)) = (uint64_t)raw_thread_entry;
    return MTD_GPRS | MTD_SP | MTD_IP;
}

enum : uint64_t { SP = 0x1234'5678'9ab0 };

/* A global EC whose STARTUP goes to a handler on CPU `handler_cpu`. */
static struct thread raw_thread(uint16_t cpu, uint16_t handler_cpu)
{
    const struct thread handler = new_local(handler_cpu, start_raw);
    const sel_t events = sel_alloc(7);
    MUST(thread_create_portal(&handler, events + hip->sel_hst_arch + EVENT_NOVA_STARTUP, 0,
                              MTD_GPRS | MTD_SP | MTD_IP | MTD_FLAGS));
    const struct thread t = {.ec = sel_alloc(0), .utcb = (struct utcb *)utcb_alloc()};
    MUST(hc_create_ec(t.ec, SEL_ROOT_PD,
                      (struct hc_ec){.flags = CREATE_EC_GLOBAL | CREATE_EC_FPU,
                                     .cpu = cpu,
                                     .page = (uint64_t)t.utcb,
                                     .sp = SP,
                                     .evt = events}));
    atomic_store(&seen_count, 0);
    atomic_store(&raw_thread_count, 0);
    stack = (uint64_t)pages_alloc(1) + 0x1000;
    return t;
}

TEST(startup, comes_with_the_first_sc_and_not_before)
{
    const struct thread t = raw_thread(cpu_here(), cpu_here());
    nap(2000);
    EXPECT_EQ(0, atomic_load(&seen_count));
    new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&raw_thread_count, 1));
    EXPECT_EQ(1, atomic_load(&seen_count));
}

TEST(startup, shows_zeroed_registers_and_the_stack_pointer)
{
    const struct thread t = raw_thread(cpu_there(), cpu_there());
    new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&raw_thread_count, 1));
    for (size_t i = 0; i < REGS; i++)
        if (i != REG_FLAGS)
            EXPECT_EQ(i == REG_SP ? SP : 0, *state_register(&seen, i));
    EXPECT_EQ(0, *event_ip(event_state(&seen)));
    EXPECT_EQ(0, *state_flags(&seen) & ~flags_given);
}

TEST(startup, reply_makes_the_first_registers)
{
    const struct thread t = raw_thread(cpu_there(), cpu_there());
    new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&raw_thread_count, 1));
    for (size_t i = 0; i < REGS; i++)
        if (i != REG_FLAGS)
            EXPECT_EQ(i == REG_SP ? stack : pattern(i), raw_thread_seen.r[i]);
}

TEST(startup, comes_once_however_many_scs_there_are)
{
    const struct thread t = raw_thread(cpu_here(), cpu_here());
    for (unsigned i = 0; i < 3; i++)
        new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&raw_thread_count, 1));
    new_sc(&t, LOW, BUDGET);
    nap(5000);
    EXPECT_EQ(1, atomic_load(&seen_count));
    EXPECT_EQ(1, atomic_load(&raw_thread_count));
}

TEST(startup, kills_without_a_portal)
{
    const struct thread t = raw_thread(cpu_here(), cpu_here());
    struct thread lost;
    const struct thread_plan plan = {.cpu = cpu_here(), .events = sel_alloc(7)};
    MUST(thread_create_global(&lost, &plan, nullptr, 0));
    new_sc(&lost, LOW, BUDGET);
    new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&raw_thread_count, 1)); /* the other goes on */
}

TEST(startup, kills_if_the_handler_is_on_another_cpu)
{
    if (cpu_there() == cpu_here()) {
        tap_skip("one CPU");
        return;
    }
    const struct thread t = raw_thread(cpu_here(), cpu_there());
    new_sc(&t, LOW, BUDGET);
    nap(5000);
    EXPECT_EQ(0, atomic_load(&seen_count));
    EXPECT_EQ(0, atomic_load(&raw_thread_count));
}

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

TEST(startup, is_not_for_local_threads)
{
    struct thread t;
    const struct thread_plan plan = {.cpu = cpu_here(), .events = sel_alloc(7)};
    MUST(thread_create_local(&t, &plan, answer));
    EXPECT_STATUS(SUCCESS, hc_ipc_call(new_pt(&t, 0), 0, 0).status); /* it would have killed */
}

static const struct tap_test tests[] = {
    TAP_TEST(startup, comes_with_the_first_sc_and_not_before),
    TAP_TEST(startup, shows_zeroed_registers_and_the_stack_pointer),
    TAP_TEST(startup, reply_makes_the_first_registers),
    TAP_TEST(startup, comes_once_however_many_scs_there_are),
    TAP_TEST(startup, kills_without_a_portal),
    TAP_TEST(startup, kills_if_the_handler_is_on_another_cpu),
    TAP_TEST(startup, is_not_for_local_threads),
};
const struct tap_suite startup_suite = CONF_SUITE(tests);
