/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test of the UART drivers against memory that stands for the registers. */
#include <string.h>

#include "kernel/base/mmio.h"
#include "platforms/drivers/drivers.h"
#include "tests/lib/expect.h"

/* A register and what it should hold; size 0 ends a list. */
struct reg {
    size_t offset;
    unsigned size;
    uint32_t value;
};

struct sample {
    const struct uart_ops *ops;
    uint32_t clock_hz;
    uint8_t stride_log2;
    struct reg before[3];  /* what the device shows of itself when it is found */
    struct reg after[12];  /* registers after init                             */
    struct reg full, room; /* status: no room for a byte, room                 */
    size_t data;           /* where a byte goes                                */
    struct reg busy, idle;
};

static const struct sample samples[] = {
    {
        .ops = &uart_pl011,
        .clock_hz = 24'000'000, /* 24 MHz / (16 x 115200) = 13.0208 = 13 + 1/64 */
        .after = {{0x24, 2, 13}, {0x28, 2, 1}, {0x2c, 2, 0x70}, {0x30, 2, 0x101}},
        .full = {0x18, 2, 1 << 5},
        .room = {0x18, 2, 0},
        .data = 0x0,
        .busy = {0x18, 2, 1 << 3},
        .idle = {0x18, 2, 0},
    },
    {
        .ops = &uart_ns16550,
        .clock_hz = 48'000'000, /* / (16 x 115200) = 26 */
        .stride_log2 = 2,
        .before = {{4, 1, 0xff}},
        .after = {{0, 1, 26}, {4, 1, 0}, {8, 1, 1}, {12, 1, 3}, {16, 1, 3}},
        .full = {20, 1, 0},
        .room = {20, 1, 1 << 5},
        .data = 0,
        .busy = {20, 1, 1 << 5},
        .idle = {20, 1, 3 << 5},
    },
    {
        .ops = &uart_ns16550,
        .clock_hz = 0, /* the divisor stays: register 0 is not touched */
        .before = {{0, 1, 0x55}},
        .after = {{0, 1, 0x55}, {1, 1, 0}, {2, 1, 1}, {3, 1, 3}, {4, 1, 3}},
        .full = {5, 1, 0},
        .room = {5, 1, 1 << 5},
        .data = 0,
        .busy = {5, 1, 1 << 5},
        .idle = {5, 1, 3 << 5},
    },
    {
        .ops = &uart_imx,
        .clock_hz = 25'000'000, /* 25 MHz / 16 x 1152 / 15625 = 115200 */
        .after = {{0x80, 4, 0x1},
                  {0x84, 4, 0x4024},
                  {0x88, 4, 0x14},
                  {0x8c, 4, 0},
                  {0x90, 4, 0x8281},
                  {0xa4, 4, 1151},
                  {0xa8, 4, 15624},
                  {0xb8, 4, 0}},
        .full = {0xb4, 4, 1 << 4},
        .room = {0xb4, 4, 0},
        .data = 0x40,
        .busy = {0x98, 4, 0},
        .idle = {0x98, 4, 1 << 3},
    },
    {
        .ops = &uart_mini,
        .clock_hz = 500'000'000, /* / (8 x 115200) - 1 = 541 */
        .after = {{0x4, 4, 1}, {0x48, 4, 6}, {0x4c, 4, 3}, {0x60, 4, 2}, {0x68, 4, 541}},
        .full = {0x64, 4, 1 << 5},
        .room = {0x64, 4, 0},
        .data = 0x40,
        .busy = {0x64, 4, 0},
        .idle = {0x64, 4, 1 << 9},
    },
    {
        .ops = &uart_meson,
        .clock_hz = 24'000'000, /* / 3 / 115200 = 69 */
        .before = {{0x10, 4, 0xff}},
        .after = {{0x8, 4, 0x9000}, {0x10, 4, 0}, {0x14, 4, 0x180'0000 + 69}},
        .full = {0xc, 4, 1 << 21},
        .room = {0xc, 4, 0},
        .data = 0x0,
        .busy = {0xc, 4, 1 << 25},
        .idle = {0xc, 4, 0},
    },
    {
        .ops = &uart_cadence,
        .clock_hz = 100'000'000, /* / 115200 / 5 = 173 */
        .after = {{0x0, 4, 0x1b}, {0x4, 4, 0x20}, {0xc, 4, 0x3fff}, {0x18, 4, 173}, {0x34, 4, 4}},
        .full = {0x2c, 4, 1 << 4},
        .room = {0x2c, 4, 0},
        .data = 0x30,
        .busy = {0x2c, 4, 1 << 11 | 1 << 3},
        .idle = {0x2c, 4, 1 << 3},
    },
    {
        .ops = &uart_scif,
        .before = {{0x0, 2, 0xff}},
        .after = {{0x0, 2, 0}, {0x8, 2, 0x20}, {0x18, 2, 0}},
        .full = {0x10, 2, 0},
        .room = {0x10, 2, 1 << 5},
        .data = 0xc,
        .busy = {0x10, 2, 1 << 5},
        .idle = {0x10, 2, 3 << 5},
    },
};

alignas(8) static unsigned char device[4096];

static void set(struct reg r)
{
    if (r.size == 1)
        mmio_write8(device, r.offset, (uint8_t)r.value);
    else if (r.size == 2)
        mmio_write16(device, r.offset, (uint16_t)r.value);
    else
        mmio_write32(device, r.offset, r.value);
}

static uint32_t get(struct reg r)
{
    return r.size == 1   ? mmio_read8(device, r.offset)
           : r.size == 2 ? mmio_read16(device, r.offset)
                         : mmio_read32(device, r.offset);
}

static struct uart found(const struct sample *s)
{
    memset(device, 0, sizeof device);
    for (const struct reg *r = s->before; r->size > 0; r++)
        set(*r);
    return (struct uart){
        .ops = s->ops, .mmio = device, .stride_log2 = s->stride_log2, .clock_hz = s->clock_hz};
}

static void init_leaves_the_device_ready_to_send(const struct sample *s)
{
    struct uart u = found(s);
    EXPECT(u.ops->init(&u));
    for (const struct reg *r = s->after; r->size > 0; r++)
        EXPECT_EQ(r->value, get(*r));
}

static void a_byte_is_put_only_where_there_is_room(const struct sample *s)
{
    struct uart u = found(s);
    set(s->full);
    EXPECT(!u.ops->try_put(&u, 'x'));
    set(s->room);
    EXPECT(u.ops->try_put(&u, 'x'));
    EXPECT_EQ('x', device[s->data]);
}

static void a_device_is_idle_when_all_has_left(const struct sample *s)
{
    struct uart u = found(s);
    set(s->busy);
    EXPECT(!u.ops->is_idle(&u));
    set(s->idle);
    EXPECT(u.ops->is_idle(&u));
}

static void scif_clears_the_flags_of_the_byte_before(void)
{
    struct uart u = {.ops = &uart_scif, .mmio = device};
    mmio_write16(device, 0x10, 0xff);
    EXPECT(u.ops->try_put(&u, 'x'));
    EXPECT_EQ(0x9f, mmio_read16(device, 0x10));
}

static void imx_is_not_enabled_before_its_reset_is_over(void)
{
    struct uart u = {.ops = &uart_imx, .mmio = device};
    memset(device, 0, sizeof device);
    mmio_write32(device, 0xb4, 1); /* UTS: the soft reset never ends */
    EXPECT(!u.ops->init(&u));
    EXPECT_EQ(0, mmio_read32(device, 0x80));
}

static void each_kind_has_its_driver_or_none(void)
{
    EXPECT(uart_ops_of(UART_NONE) == nullptr);
    EXPECT(uart_ops_of(UART_GENI) == nullptr);
    EXPECT(uart_ops_of(UART_PL011) == &uart_pl011);
    EXPECT(uart_ops_of_acpi(0x03) == &uart_pl011);
    EXPECT(uart_ops_of_acpi(0x12) == &uart_ns16550);
    EXPECT(uart_ops_of_acpi(0x0e) == nullptr);
}

int main(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(samples); i++) {
        init_leaves_the_device_ready_to_send(&samples[i]);
        a_byte_is_put_only_where_there_is_room(&samples[i]);
        a_device_is_idle_when_all_has_left(&samples[i]);
    }
    scif_clears_the_flags_of_the_byte_before();
    imx_is_not_enabled_before_its_reset_is_over();
    each_kind_has_its_driver_or_none();
    return expect_result();
}
