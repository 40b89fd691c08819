/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages and pins of a PC: a PCI device that raises them at will, and the timer, clock and UART. */
#include "tests/interrupt/interrupt_test.h"
#include "tests/interrupt/x86_64/edu.h"
#include "user/lib/x86_64/port.h"

/* Two messages: the one under test, and one that tells that all before has been seen. */
static unsigned msg(void)
{
    return hip->int_pin;
}
static unsigned fence(void)
{
    return hip->int_pin + 1u;
}

static uint16_t device(void)
{
    static uint16_t found;
    if (found == 0) {
        found = edu_open();
        EXPECT(found != 0xffff);
    }
    return found;
}

static struct hc_msi use_message(unsigned n, uint8_t flags, uint16_t cpu)
{
    const uint16_t from = device();
    const struct hc_msi message = int_assign(n, flags, cpu, from);
    edu_use_message(message.address, message.data);
    return message;
}

/* All that was raised before for this CPU has been seen: a last message for it comes. */
static void pass_fence(void)
{
    use_message(fence(), 0, cpu_here());
    edu_raise();
    EXPECT(int_comes(fence()));
}

/* ---- Messages ---- */

TEST(message, comes)
{
    use_message(msg(), 0, cpu_here());
    edu_raise();
    EXPECT(int_comes(msg()));
}

TEST(message, comes_each_time_it_is_raised)
{
    use_message(msg(), 0, cpu_here());
    for (unsigned i = 0; i < 100; i++) {
        edu_raise();
        EXPECT(int_comes(msg()));
    }
    EXPECT_EQ(0, int_count(msg()));
}

TEST(message, comes_to_no_other_semaphore)
{
    use_message(msg(), 0, cpu_here());
    edu_raise();
    EXPECT(int_comes(msg()));
    for (unsigned n = 0; n < hip->int_pin + hip->int_msi; n++)
        EXPECT_EQ(0, int_count(n));
}

TEST(message, comes_to_the_cpu_it_is_routed_to)
{
    use_message(msg(), 0, cpu_there());
    edu_raise();
    EXPECT(int_comes_on(cpu_there(), msg()));
}

static uint64_t raise_and_wait(uint64_t n)
{
    edu_raise();
    return int_comes((unsigned)n);
}

TEST(message, releases_who_waits_on_another_cpu)
{
    use_message(msg(), 0, cpu_there());
    for (unsigned i = 0; i < 10; i++)
        EXPECT(run_on(cpu_there(), raise_and_wait, msg()));
}

/* The device still writes what it was told before: that counts, for the new CPU. */
TEST(message, to_the_old_cpu_is_not_lost)
{
    use_message(msg(), 0, cpu_there());
    int_assign(msg(), 0, cpu_here(), device());
    edu_raise();
    EXPECT(int_comes(msg()));
}

TEST(message, masked_is_not_signalled)
{
    use_message(msg(), ASSIGN_INT_MASKED, cpu_here());
    edu_raise();
    pass_fence();
    EXPECT_EQ(0, int_count(msg()));
    use_message(msg(), 0, cpu_here());
    edu_raise();
    EXPECT(int_comes(msg()));
    EXPECT_EQ(0, int_count(msg()));
}

TEST(message, storm_ends_with_its_cause)
{
    enum : unsigned { MANY = 20'000 };
    use_message(msg(), 0, cpu_here());
    for (unsigned i = 0; i < MANY; i++)
        edu_raise();
    pass_fence();
    const uint64_t count = int_count(msg());
    EXPECT(count >= 1 && count <= MANY);
    EXPECT_EQ(0, int_count(msg()));
}

static uint64_t storm(uint64_t count)
{
    while (count-- > 0)
        edu_raise();
    return 1;
}

TEST(message, storm_from_another_cpu_ends_with_its_cause)
{
    use_message(msg(), 0, cpu_here());
    EXPECT(run_on(cpu_there(), storm, 20'000));
    pass_fence();
    EXPECT(int_count(msg()) >= 1);
    EXPECT_EQ(0, int_count(msg()));
}

/*
 * Vectors that are nobody's, or the kernel's own, and those of exceptions. A device that may choose its
 * message can send them; an IOMMU would not let it.
 */
TEST(message, with_any_vector_does_no_harm)
{
    const struct hc_msi here = use_message(msg(), 0, cpu_here());
    const struct hc_msi there = use_message(msg(), 0, cpu_there());
    for (unsigned vector = 0x10; vector <= 0xff; vector++) {
        edu_use_message(here.address, (uint16_t)vector);
        edu_raise();
        edu_use_message(there.address, (uint16_t)vector);
        edu_raise();
        pass_fence();
    }
    EXPECT(run_on(cpu_there(), storm, 1));
}

/* ---- Pins: the device's own ---- */

static void use_pin(unsigned n, uint8_t flags, uint16_t cpu)
{
    device();
    edu_use_pin();
    int_assign(n, flags, cpu, 0);
}

/* Boards wire it differently: those that can be are tried. 0: none. */
static unsigned pin(void)
{
    static const uint8_t can_be[] = {16, 17, 18, 19, 20, 21, 22, 23, 5, 9, 10, 11};
    static unsigned found;
    for (unsigned i = 0; found == 0 && i < sizeof can_be; i++) {
        if (can_be[i] >= hip->int_pin)
            continue;
        use_pin(can_be[i], ASSIGN_INT_LEVEL, cpu_here());
        edu_raise();
        pass_fence();
        if (int_count(can_be[i]) > 0)
            found = can_be[i];
        edu_use_pin();
        edu_end();
        int_assign(can_be[i], ASSIGN_INT_MASKED, cpu_here(), 0);
        int_count(can_be[i]);
    }
    EXPECT(found != 0);
    return found;
}

/* Nothing was said of a pin yet. */
TEST(fresh, what_was_not_assigned_stays_away)
{
    device();
    edu_use_pin();
    edu_raise();
    pass_fence();
    for (unsigned n = 0; n < hip->int_pin; n++)
        EXPECT_EQ(0, int_count(n));
    edu_use_pin();
    edu_end();
}

static const struct tap_test fresh_tests[] = {TAP_TEST(fresh, what_was_not_assigned_stays_away)};
const struct tap_suite fresh_suite = TAP_SUITE(fresh_tests);

TEST(pin, level_comes_again_with_each_down_until_its_cause_ends)
{
    const unsigned n = pin();
    use_pin(n, ASSIGN_INT_LEVEL, cpu_here());
    edu_raise();
    for (unsigned i = 0; i < 5; i++)
        EXPECT(int_comes(n));
    edu_end();
    EXPECT(int_count(n) <= 1); /* one may have come before the end */
    EXPECT_EQ(0, int_count(n));
}

/* Without a down it comes once, however long it is asserted: fences would not pass otherwise. */
TEST(pin, level_waits_for_down)
{
    const unsigned n = pin();
    use_pin(n, ASSIGN_INT_LEVEL, cpu_here());
    edu_raise();
    for (unsigned i = 0; i < 100; i++)
        EXPECT_STATUS(BAD_CAP, hc_sm_up(int_sm(n))); /* time in which it could come */
    edu_end();
    EXPECT_EQ(1, int_count(n));
}

TEST(pin, level_comes_anew)
{
    const unsigned n = pin();
    use_pin(n, ASSIGN_INT_LEVEL, cpu_here());
    for (unsigned i = 0; i < 20; i++) {
        edu_raise();
        EXPECT(int_comes(n));
        edu_end();
        EXPECT(int_count(n) <= 1); /* that down let it come again, before its cause ended */
        EXPECT_EQ(0, int_count(n));
    }
}

TEST(pin, masked_stays_masked_on_down)
{
    const unsigned n = pin();
    use_pin(n, ASSIGN_INT_LEVEL | ASSIGN_INT_MASKED, cpu_here());
    edu_raise();
    for (unsigned i = 0; i < 5; i++)
        EXPECT_EQ(0, int_count(n));
    int_assign(n, ASSIGN_INT_LEVEL, cpu_here(), 0);
    EXPECT(int_comes(n));
    edu_end();
}

TEST(pin, masked_after_it_came_stays_masked_on_down)
{
    const unsigned n = pin();
    use_pin(n, ASSIGN_INT_LEVEL, cpu_here());
    edu_raise();
    EXPECT(int_comes(n));
    int_assign(n, ASSIGN_INT_LEVEL | ASSIGN_INT_MASKED, cpu_here(), 0);
    int_count(n); /* what came with that down */
    EXPECT_EQ(0, int_count(n));
    int_assign(n, ASSIGN_INT_LEVEL, cpu_here(), 0);
    EXPECT(int_comes(n));
    edu_end();
}

TEST(pin, guest_owned_is_acknowledged_by_down)
{
    const unsigned n = pin();
    use_pin(n, ASSIGN_INT_LEVEL | ASSIGN_INT_GUEST, cpu_here());
    edu_raise();
    EXPECT(int_comes(n));
    EXPECT(int_comes(n));
    edu_end();
}

TEST(pin, comes_to_the_cpu_it_is_routed_to)
{
    const unsigned n = pin();
    use_pin(n, ASSIGN_INT_LEVEL, cpu_there());
    edu_raise();
    EXPECT(int_comes_on(cpu_there(), n));
    int_assign(n, ASSIGN_INT_LEVEL, cpu_here(), 0);
    EXPECT(int_comes(n));
    edu_end();
}

/* ---- Pins: legacy devices, wired as every PC has them ---- */

/* Intel 8254: channel 0, mode 0: output rises once, at the end of the count. */
enum : uint16_t { PIT_CHANNEL_0 = 0x40, PIT_CONTROL = 0x43 };
enum : uint8_t { PIT_MODE_0 = 0x30, PIT_READ_STATUS = 0xe2, PIT_OUTPUT = 0x80 };
enum : unsigned { PIT_PIN = 2 }; /* not 0: the interrupt source override of PCs */

static void pit_start(uint16_t count)
{
    EXPECT_STATUS(SUCCESS, port_open(PIT_CHANNEL_0, 2));
    port_write8(PIT_CONTROL, PIT_MODE_0);
    port_write8(PIT_CHANNEL_0, count & 0xff);
    port_write8(PIT_CHANNEL_0, (uint8_t)(count >> 8));
}

static bool pit_is_high(void)
{
    port_write8(PIT_CONTROL, PIT_READ_STATUS);
    return port_read8(PIT_CHANNEL_0) & PIT_OUTPUT;
}

TEST(timer, edge_comes_once)
{
    pit_start(0xffff); /* low */
    int_assign(PIT_PIN, 0, cpu_here(), 0);
    pit_start(1000);
    EXPECT(int_comes(PIT_PIN));
    EXPECT(pit_is_high());
    EXPECT_EQ(0, int_count(PIT_PIN));
    pit_start(1000);
    EXPECT(int_comes(PIT_PIN));
    EXPECT_EQ(0, int_count(PIT_PIN));
}

TEST(timer, edge_comes_to_another_cpu)
{
    pit_start(0xffff);
    int_assign(PIT_PIN, 0, cpu_there(), 0);
    pit_start(1000);
    EXPECT(int_comes_on(cpu_there(), PIT_PIN));
}

TEST(timer, masked_edge_is_lost)
{
    pit_start(0xffff);
    int_assign(PIT_PIN, ASSIGN_INT_MASKED, cpu_here(), 0);
    pit_start(1000);
    while (!pit_is_high())
        ;
    pass_fence();
    EXPECT_EQ(0, int_count(PIT_PIN));
}

/* MC146818A: the line stays asserted until register C is read. */
enum : uint16_t { RTC_INDEX = 0x70, RTC_DATA = 0x71 };
enum : uint8_t { RTC_A = 0x0a, RTC_B = 0x0b, RTC_C = 0x0c };
enum : uint8_t { RTC_A_1024_HZ = 0x26, RTC_B_24H = 0x02, RTC_B_PERIODIC = 0x40 };
enum : unsigned { RTC_PIN = 8 };

static void rtc_write(uint8_t reg, uint8_t value)
{
    port_write8(RTC_INDEX, reg);
    port_write8(RTC_DATA, value);
}

static uint8_t rtc_read(uint8_t reg)
{
    port_write8(RTC_INDEX, reg);
    return port_read8(RTC_DATA);
}

TEST(clock, edge_comes_again_when_it_was_read)
{
    EXPECT_STATUS(SUCCESS, port_open(RTC_INDEX, 1));
    rtc_write(RTC_A, RTC_A_1024_HZ);
    rtc_read(RTC_C);
    int_assign(RTC_PIN, 0, cpu_here(), 0);
    rtc_write(RTC_B, RTC_B_24H | RTC_B_PERIODIC);
    for (unsigned i = 0; i < 5; i++) {
        EXPECT(int_comes(RTC_PIN));
        rtc_read(RTC_C);
    }
    rtc_write(RTC_B, RTC_B_24H);
    rtc_read(RTC_C);
}

/* TI PC16550D: "room to send" is raised as long as it is enabled and IIR was not read. */
enum : uint16_t { COM1_IER = 0x3f9, COM1_IIR = 0x3fa, COM1_MCR = 0x3fc };
enum : uint8_t { IER_ROOM = 0x02, MCR_OUT2 = 0x08 };
enum : unsigned { COM1_PIN = 4 };

static void uart_raise(bool on)
{
    port_write8(COM1_MCR, port_read8(COM1_MCR) | MCR_OUT2);
    port_write8(COM1_IER, on ? IER_ROOM : 0);
}

TEST(uart, edge_comes_once)
{
    int_assign(COM1_PIN, 0, cpu_here(), 0);
    uart_raise(true);
    EXPECT(int_comes(COM1_PIN));
    EXPECT_EQ(0, int_count(COM1_PIN));
    uart_raise(false);
}

TEST(uart, level_comes_until_it_is_served)
{
    int_assign(COM1_PIN, ASSIGN_INT_LEVEL, cpu_here(), 0);
    uart_raise(true);
    EXPECT(int_comes(COM1_PIN));
    EXPECT(int_comes(COM1_PIN));
    uart_raise(false);
    EXPECT(int_count(COM1_PIN) <= 1);
    EXPECT_EQ(0, int_count(COM1_PIN));
}

static const struct tap_test tests[] = {
    TAP_TEST(message, comes),
    TAP_TEST(message, comes_each_time_it_is_raised),
    TAP_TEST(message, comes_to_no_other_semaphore),
    TAP_TEST(message, comes_to_the_cpu_it_is_routed_to),
    TAP_TEST(message, releases_who_waits_on_another_cpu),
    TAP_TEST(message, to_the_old_cpu_is_not_lost),
    TAP_TEST(message, masked_is_not_signalled),
    TAP_TEST(message, storm_ends_with_its_cause),
    TAP_TEST(message, storm_from_another_cpu_ends_with_its_cause),
    TAP_TEST(message, with_any_vector_does_no_harm),
    TAP_TEST(pin, level_comes_again_with_each_down_until_its_cause_ends),
    TAP_TEST(pin, level_waits_for_down),
    TAP_TEST(pin, level_comes_anew),
    TAP_TEST(pin, masked_stays_masked_on_down),
    TAP_TEST(pin, masked_after_it_came_stays_masked_on_down),
    TAP_TEST(pin, guest_owned_is_acknowledged_by_down),
    TAP_TEST(pin, comes_to_the_cpu_it_is_routed_to),
    TAP_TEST(timer, edge_comes_once),
    TAP_TEST(timer, edge_comes_to_another_cpu),
    TAP_TEST(timer, masked_edge_is_lost),
    TAP_TEST(clock, edge_comes_again_when_it_was_read),
    TAP_TEST(uart, edge_comes_once),
    TAP_TEST(uart, level_comes_until_it_is_served),
};
const struct tap_suite device_suite = INT_SUITE(tests);
