/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins of QEMU's "virt" board: UART and real-time clock; GICv2 and GICv3. */
#include "tests/interrupt/aarch64/line.h"
#include "tests/interrupt/interrupt_test.h"
#include "user/lib/alloc.h"
#include "user/lib/memory.h"
#include "user/lib/thread.h"

enum : unsigned { ROUNDS = 100, STORM = 5000 };

static void edge(enum line line, uint16_t cpu)
{
    int_assign(line, 0, cpu, 0);
}

static void level(enum line line, uint16_t cpu)
{
    int_assign(line, ASSIGN_INT_LEVEL, cpu, 0);
}

/* What was raised for this CPU before has come: a later one has. */
static void pass_fence(void)
{
    edge(LINE_RTC, cpu_here());
    line_pulse(LINE_RTC);
    EXPECT(int_comes(LINE_RTC));
}

static void raise_line(uint64_t line)
{
    line_set((enum line)line, true);
}

/*
 * Count down first, then have the line raised by a thread of lower priority: now the pin is active, and
 * the next down acknowledges it. A down that finds a count has already done so.
 */
static void wait_for(enum line line)
{
    struct thread thread;
    EXPECT_STATUS(SUCCESS, thread_create_global(&thread, &(struct thread_plan){.cpu = cpu_here()},
                                                raise_line, line));
    EXPECT_STATUS(SUCCESS, hc_create_sc(sel_alloc(0), SEL_ROOT_PD, thread.ec,
                                        (struct hc_sc){.prio = 1, .budget = 1}));
    EXPECT(int_comes(line));
}

/* The line is low: nothing is to come any more. */
static void expect_silence(enum line line)
{
    pass_fence();
    EXPECT_EQ(0, int_count(line));
    pass_fence();
    EXPECT_EQ(0, int_count(line));
}

TEST(fresh, lines_can_be_reached)
{
    EXPECT_STATUS(SUCCESS, line_open());
}

TEST(fresh, what_was_not_assigned_stays_away)
{
    line_set(LINE_UART, true);
    pass_fence();
    EXPECT_EQ(0, int_count(LINE_UART));
    line_set(LINE_UART, false);
}

static const struct tap_test fresh_tests[] = {
    TAP_TEST(fresh, lines_can_be_reached),
    TAP_TEST(fresh, what_was_not_assigned_stays_away),
};
const struct tap_suite fresh_suite = TAP_SUITE(fresh_tests);

TEST(device, an_edge_comes_once)
{
    edge(LINE_UART, cpu_here());
    for (unsigned i = 0; i < ROUNDS; i++) {
        line_pulse(LINE_UART);
        EXPECT(int_comes(LINE_UART));
    }
    expect_silence(LINE_UART);
}

TEST(device, a_line_that_stays_high_is_one_edge)
{
    edge(LINE_UART, cpu_here());
    line_set(LINE_UART, true);
    EXPECT(int_comes(LINE_UART));
    expect_silence(LINE_UART);
    line_set(LINE_UART, false);
    expect_silence(LINE_UART);
}

/* Until the driver counts down again, the pin stays active; one edge is remembered. */
TEST(device, edges_before_the_next_down_are_one)
{
    edge(LINE_UART, cpu_here());
    wait_for(LINE_UART);
    line_set(LINE_UART, false);
    for (unsigned i = 0; i < STORM; i++)
        line_pulse(LINE_UART);
    EXPECT(int_comes(LINE_UART));
    expect_silence(LINE_UART);
}

TEST(device, a_level_comes_again_as_long_as_it_is_high)
{
    level(LINE_UART, cpu_here());
    wait_for(LINE_UART);
    for (unsigned i = 0; i < STORM; i++)
        EXPECT(int_comes(LINE_UART));
    line_set(LINE_UART, false);
    expect_silence(LINE_UART);
}

TEST(device, a_level_comes_once_before_the_next_down)
{
    level(LINE_UART, cpu_here());
    wait_for(LINE_UART);
    pass_fence();
    line_set(LINE_UART, false);
    expect_silence(LINE_UART);
}

TEST(device, a_down_that_does_not_wait_acknowledges)
{
    level(LINE_UART, cpu_here());
    line_set(LINE_UART, true);
    pass_fence();
    EXPECT(int_comes(LINE_UART));
    pass_fence();
    line_set(LINE_UART, false);
    EXPECT_EQ(1, int_count(LINE_UART));
    expect_silence(LINE_UART);
}

TEST(device, a_level_that_nobody_waits_for_is_counted_once)
{
    level(LINE_UART, cpu_here());
    line_set(LINE_UART, true);
    pass_fence();
    line_set(LINE_UART, false);
    EXPECT_EQ(1, int_count(LINE_UART));
    expect_silence(LINE_UART);
}

TEST(device, a_masked_level_comes_when_it_is_unmasked)
{
    int_assign(LINE_UART, ASSIGN_INT_LEVEL | ASSIGN_INT_MASKED, cpu_here(), 0);
    line_set(LINE_UART, true);
    pass_fence();
    EXPECT_EQ(0, int_count(LINE_UART));
    level(LINE_UART, cpu_here());
    pass_fence();
    line_set(LINE_UART, false);
    EXPECT_EQ(1, int_count(LINE_UART));
    expect_silence(LINE_UART);
}

TEST(device, down_does_not_unmask)
{
    level(LINE_UART, cpu_here());
    wait_for(LINE_UART);
    int_assign(LINE_UART, ASSIGN_INT_LEVEL | ASSIGN_INT_MASKED, cpu_here(), 0);
    EXPECT_EQ(0, int_count(LINE_UART));
    pass_fence();
    EXPECT_EQ(0, int_count(LINE_UART));
    level(LINE_UART, cpu_here());
    pass_fence();
    line_set(LINE_UART, false);
    EXPECT_EQ(1, int_count(LINE_UART));
    expect_silence(LINE_UART);
}

/* What was pending under the old trigger is no edge, and the level has gone. */
TEST(device, a_new_trigger_starts_afresh)
{
    int_assign(LINE_UART, ASSIGN_INT_MASKED, cpu_here(), 0);
    line_pulse(LINE_UART);
    level(LINE_UART, cpu_here());
    expect_silence(LINE_UART);
}

/* Down does not deactivate what belongs to a guest: it comes once. A host that takes it over goes on. */
TEST(device, down_leaves_what_is_a_guests)
{
    int_assign(LINE_UART, ASSIGN_INT_LEVEL | ASSIGN_INT_GUEST, cpu_here(), 0);
    line_set(LINE_UART, true);
    EXPECT(int_comes(LINE_UART));
    EXPECT_EQ(0, int_count(LINE_UART));
    pass_fence();
    EXPECT_EQ(0, int_count(LINE_UART));
    level(LINE_UART, cpu_here());
    EXPECT(int_comes(LINE_UART));
    line_set(LINE_UART, false);
    EXPECT_EQ(0, int_count(LINE_UART));
    expect_silence(LINE_UART);
}

TEST(device, an_edge_goes_where_it_is_routed)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        edge(LINE_UART, cpu_there());
        line_pulse(LINE_UART);
        EXPECT(int_comes_on(cpu_there(), LINE_UART));
        edge(LINE_UART, cpu_here());
        line_pulse(LINE_UART);
        EXPECT(int_comes(LINE_UART));
    }
    expect_silence(LINE_UART);
}

TEST(device, every_cpu_takes_interrupts)
{
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++) {
        edge(LINE_UART, cpu);
        line_pulse(LINE_UART);
        EXPECT(cpu == cpu_here() ? int_comes(LINE_UART) : int_comes_on(cpu, LINE_UART));
    }
}

/* The new CPU deactivates what the old one has acknowledged. */
TEST(device, an_active_level_follows_its_route)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        level(LINE_UART, cpu_here());
        wait_for(LINE_UART);
        level(LINE_UART, cpu_there());
        EXPECT(int_comes_on(cpu_there(), LINE_UART));
        level(LINE_UART, cpu_here());
        EXPECT(int_comes(LINE_UART));
        line_set(LINE_UART, false);
        (void)int_count(
            LINE_UART); /* QEMU's GICv2 may let it come once more: arch/aarch64/README.md */
        expect_silence(LINE_UART);
    }
}

TEST(device, an_edge_behind_an_active_one_follows_its_route)
{
    edge(LINE_UART, cpu_here());
    wait_for(LINE_UART);
    line_set(LINE_UART, false);
    line_pulse(LINE_UART);
    edge(LINE_UART, cpu_there());
    EXPECT(int_comes_on(cpu_there(), LINE_UART));
    edge(LINE_UART, cpu_here());
    (void)int_count(LINE_UART);
    expect_silence(LINE_UART);
}

/* The CPU is told of an interrupt that has gone when it looks: a spurious one. */
TEST(device, a_level_that_has_gone_does_no_harm)
{
    level(LINE_UART, cpu_there());
    for (unsigned i = 0; i < STORM; i++)
        line_pulse(LINE_UART);
    line_set(LINE_UART, true);
    EXPECT(int_comes_on(cpu_there(), LINE_UART));
    line_set(LINE_UART, false);
}

/* PrimeCell PL011 (Arm TRM DDI 0183), which is also the console: nothing is printed while it loops back. */
enum : uint64_t { UART = 0x0900'0000 };
enum : uint32_t { DR = 0x00, LCR_H = 0x2c, CR = 0x30, IMSC = 0x38, ICR = 0x44 };
enum : uint32_t { LCR_H_8BIT = 3 << 5, CR_LOOPBACK = 1 << 9 | 1 << 8 | 1 << 7 | 1 << 0 };
enum : uint32_t { INT_RECEIVE = 1 << 4, INT_TRANSMIT = 1 << 5, INT_ALL = 0x7ff };

static volatile uint32_t *uart_reg(uint32_t offset)
{
    static volatile uint32_t *regs;
    if (regs == nullptr)
        regs = memory_view(UART, PAGE_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE).base;
    return &regs[offset / sizeof *regs];
}

/*
 * Loop a line feed back (QEMU prints it) with `interrupt` enabled, and answer what was received; *count
 * tells how often the interrupt came.
 */
static uint32_t uart_loop(uint32_t interrupt, uint64_t *count)
{
    const uint32_t cr = *uart_reg(CR), lcr_h = *uart_reg(LCR_H);
    *uart_reg(CR) = 0;
    *uart_reg(LCR_H) = LCR_H_8BIT;
    *uart_reg(ICR) = INT_ALL;
    *uart_reg(CR) = CR_LOOPBACK;
    *uart_reg(IMSC) = interrupt;
    *uart_reg(DR) = '\n';
    pass_fence();
    const uint32_t received = *uart_reg(DR);
    *uart_reg(ICR) = INT_ALL;
    *count = int_count(LINE_UART);
    *uart_reg(IMSC) = 0;
    *uart_reg(CR) = 0;
    *uart_reg(LCR_H) = lcr_h;
    *uart_reg(CR) = cr;
    return received;
}

TEST(device, the_uart_tells_of_a_character)
{
    uint64_t count;
    int_assign(LINE_UART, ASSIGN_INT_LEVEL, cpu_here(), 0);
    EXPECT_EQ('\n', uart_loop(INT_RECEIVE, &count));
    EXPECT_EQ(1, count);
}

TEST(device, the_uart_tells_of_room)
{
    uint64_t count;
    int_assign(LINE_UART, ASSIGN_INT_LEVEL, cpu_here(), 0);
    EXPECT_EQ('\n', uart_loop(INT_TRANSMIT, &count));
    EXPECT_EQ(1, count);
}

static const struct tap_test tests[] = {
    TAP_TEST(device, an_edge_comes_once),
    TAP_TEST(device, a_line_that_stays_high_is_one_edge),
    TAP_TEST(device, edges_before_the_next_down_are_one),
    TAP_TEST(device, a_level_comes_again_as_long_as_it_is_high),
    TAP_TEST(device, a_level_comes_once_before_the_next_down),
    TAP_TEST(device, a_down_that_does_not_wait_acknowledges),
    TAP_TEST(device, a_level_that_nobody_waits_for_is_counted_once),
    TAP_TEST(device, a_masked_level_comes_when_it_is_unmasked),
    TAP_TEST(device, down_does_not_unmask),
    TAP_TEST(device, a_new_trigger_starts_afresh),
    TAP_TEST(device, down_leaves_what_is_a_guests),
    TAP_TEST(device, an_edge_goes_where_it_is_routed),
    TAP_TEST(device, every_cpu_takes_interrupts),
    TAP_TEST(device, an_active_level_follows_its_route),
    TAP_TEST(device, an_edge_behind_an_active_one_follows_its_route),
    TAP_TEST(device, a_level_that_has_gone_does_no_harm),
    TAP_TEST(device, the_uart_tells_of_a_character),
    TAP_TEST(device, the_uart_tells_of_room),
};
const struct tap_suite device_suite = INT_SUITE(tests);
