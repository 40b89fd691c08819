/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test: the serial line as Linux's driver uses it. */
#include "tests/lib/expect.h"
#include "user/vmm/pl011.h"

static char last;

static void put([[maybe_unused]] void *owner, char c)
{
    last = c;
}

static struct pl011 uart = {.put = put};

static uint64_t get(uint64_t offset)
{
    struct mmio access = {.offset = offset, .size = 4};
    pl011_access(&uart, &access);
    return access.value;
}

static void set(uint64_t offset, uint64_t value)
{
    struct mmio access = {.offset = offset, .size = 4, .is_write = true, .value = value};
    pl011_access(&uart, &access);
}

static void what_is_written_goes_out_at_once(void)
{
    pl011_reset(&uart);
    set(0x38, 1 << 5);
    EXPECT(!pl011_is_raised(&uart));
    set(0x00, 'a');
    EXPECT_EQ('a', last);
    EXPECT(pl011_is_raised(&uart));
    set(0x44, 1 << 5);
    EXPECT(!pl011_is_raised(&uart));
    EXPECT_EQ(0x90, get(0x18)); /* transmitter and receiver empty */
}

static void what_arrives_interrupts_until_it_is_read(void)
{
    pl011_reset(&uart);
    set(0x38, 1 << 4);
    pl011_receive(&uart, 'x');
    pl011_receive(&uart, 'y');
    EXPECT(pl011_is_raised(&uart));
    EXPECT_EQ('x', get(0x00));
    EXPECT(pl011_is_raised(&uart));
    EXPECT_EQ('y', get(0x00));
    EXPECT(!pl011_is_raised(&uart));
    EXPECT_EQ(0, get(0x00));
}

static void a_full_receiver_takes_no_more(void)
{
    pl011_reset(&uart);
    for (unsigned i = 0; i < 2 * PL011_FIFO_SIZE; i++)
        pl011_receive(&uart, (char)('a' + i));
    EXPECT(!pl011_has_room(&uart));
    EXPECT_EQ(0xc0, get(0x18));
    for (unsigned i = 0; i < PL011_FIFO_SIZE; i++)
        EXPECT_EQ('a' + i, get(0x00));
    EXPECT_EQ(0x90, get(0x18));
}

static void the_bus_finds_a_primecell(void)
{
    uint64_t id = 0;
    for (unsigned i = 0; i < 8; i++)
        id |= get(0xfe0 + 4 * i) << 8 * i;
    EXPECT_EQ(0xb105'f00d'0014'1011, id);
}

static void no_offset_reaches_beyond_the_registers(void)
{
    pl011_reset(&uart);
    for (uint64_t offset = 0; offset < 0x1000; offset++) {
        (void)get(offset);
        set(offset, UINT64_MAX);
    }
    EXPECT(uart.count <= PL011_FIFO_SIZE);
}

int main(void)
{
    what_is_written_goes_out_at_once();
    what_arrives_interrupts_until_it_is_read();
    a_full_receiver_takes_no_more();
    the_bus_finds_a_primecell();
    no_offset_reaches_beyond_the_registers();
    return expect_result();
}
