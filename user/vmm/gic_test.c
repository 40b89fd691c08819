/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test: interrupts reach the list registers of the virtual CPU they are for, and only then. */
#include "tests/lib/expect.h"
#include "user/vmm/gic.h"

enum : uint64_t { PENDING = 1ull << 62, ACTIVE = 1ull << 63, HARDWARE = 1ull << 61 };
enum : unsigned { SPI_5 = 37, PHYSICAL_TIMER = 19 };

static struct gic gic;
static uint64_t lr[GIC_LRS_MAX];

static void start(unsigned version)
{
    gic = (struct gic){.version = version, .timer_intid = PHYSICAL_TIMER, .vcpu_count = 2};
    gic.vcpu[0].lr_count = gic.vcpu[1].lr_count = 4;
    gic_reset(&gic);
}

static uint64_t gicd(unsigned vcpu, uint64_t offset, uint8_t size, bool is_write, uint64_t value)
{
    struct mmio access = {.offset = offset,
                          .size = size,
                          .vcpu = (uint8_t)vcpu,
                          .is_write = is_write,
                          .value = value};
    gicd_access(&gic, &access);
    return access.value;
}

static void write_gicd(uint64_t offset, uint64_t value)
{
    (void)gicd(0, offset, 4, true, value);
}

static uint64_t gicr(uint64_t offset, uint8_t size, bool is_write, uint64_t value)
{
    struct mmio access = {.offset = offset, .size = size, .is_write = is_write, .value = value};
    gicr_access(&gic, &access);
    return access.value;
}

/* As Linux does: group 1, all on, SPI 5 on. */
static void start_v3(void)
{
    start(3);
    write_gicd(0x0, 2);
    write_gicd(0x84, UINT32_MAX);
    write_gicd(0x104, 1 << 5);
    for (unsigned v = 0; v < 2; v++) {
        (void)gicr(v * GICR_STRIDE + 0x1'0080, 4, true, UINT32_MAX);
        (void)gicr(v * GICR_STRIDE + 0x1'0100, 4, true, UINT32_MAX);
    }
}

static void flush(unsigned vcpu)
{
    for (unsigned i = 0; i < GIC_LRS_MAX; i++)
        lr[i] = 0;
    gic_flush(&gic, vcpu, lr);
}

static void nothing_is_presented_that_is_off(void)
{
    start(3);
    gic_set_spi(&gic, 5, true);
    EXPECT(!gic_has_work(&gic, 0));
    write_gicd(0x104, 1 << 5);
    EXPECT(!gic_has_work(&gic, 0)); /* its group is off */
    write_gicd(0x0, 1);
    EXPECT(gic_has_work(&gic, 0));
    EXPECT(!gic_has_work(&gic, 1));
}

static void a_level_is_presented_until_it_falls(void)
{
    start_v3();
    gic_set_spi(&gic, 5, true);
    flush(0);
    EXPECT_EQ(SPI_5, lr[0] & 0x3ff);
    EXPECT(lr[0] & PENDING);
    EXPECT(lr[0] >> 60 & 1);
    EXPECT(!gic_has_work(&gic, 0)); /* it is where it belongs */

    lr[0] = (lr[0] & ~PENDING) | ACTIVE; /* the guest handles it, the line stays up */
    gic_sync(&gic, 0, lr);
    EXPECT_EQ(1 << 5, gicd(0, 0x304, 4, false, 0));
    flush(0);
    EXPECT_EQ(PENDING | ACTIVE, lr[0] & (PENDING | ACTIVE));

    gic_sync(&gic, 0, lr);
    gic_set_spi(&gic, 5, false);
    flush(0);
    EXPECT_EQ(ACTIVE, lr[0] & (PENDING | ACTIVE));

    lr[0] = 0; /* end of interrupt */
    gic_sync(&gic, 0, lr);
    flush(0);
    EXPECT_EQ(0, lr[0]);
    EXPECT_EQ(0, gicd(0, 0x304, 4, false, 0));
}

static void a_level_that_falls_before_it_is_taken_is_gone(void)
{
    start_v3();
    gic_set_spi(&gic, 5, true);
    flush(0);
    gic_sync(&gic, 0, lr);
    gic_set_spi(&gic, 5, false);
    flush(0);
    EXPECT_EQ(0, lr[0]);
}

/* While the guest runs, nobody sees whether it has ended what is in its list registers. */
static void what_comes_again_needs_an_exit(void)
{
    start_v3();
    gic_set_spi(&gic, 5, true);
    flush(0);
    gic_set_spi(&gic, 5, false);
    EXPECT(!gic_has_work(&gic, 0));
    gic_set_spi(&gic, 5, true);
    EXPECT(gic_has_work(&gic, 0));
    EXPECT(!gic_has_work(&gic, 1));
    lr[0] = (lr[0] & ~PENDING) | ACTIVE;
    gic_sync(&gic, 0, lr);
    flush(0);
    EXPECT(!gic_has_work(&gic, 0));
    EXPECT_EQ(PENDING | ACTIVE, lr[0] & (PENDING | ACTIVE));

    for (unsigned version = 2; version <= 3; version++) {
        start(version);
        write_gicd(0x0, 1);
        (void)gicr(GICR_STRIDE + 0x1'0100, 4, true, UINT32_MAX);
        gic_send_sgi(&gic, 0, 1, 6);
        flush(1);
        lr[0] = (lr[0] & ~PENDING) | ACTIVE;
        gic_send_sgi(&gic, 0, 1, 6);
        EXPECT(gic_has_work(&gic, 1));
        gic_sync(&gic, 1, lr);
        flush(1);
        EXPECT_EQ(PENDING | ACTIVE, lr[0] & (PENDING | ACTIVE));
        EXPECT(!gic_has_work(&gic, 1));
    }
}

static void what_nothing_tells_of_needs_a_look(void)
{
    start_v3();
    EXPECT(!gic_needs_look(&gic, 0));
    gic_set_spi(&gic, 5, true);
    flush(0);
    EXPECT(gic_needs_look(&gic, 0)); /* the line may still be high when the guest has ended it */
    EXPECT(!gic_needs_look(&gic, 1));
    gic_set_spi(&gic, 5, false);
    EXPECT(!gic_needs_look(&gic, 0));

    start_v3();
    gic_latch(&gic, 0, true, 0x1f); /* one more than there are list registers */
    flush(0);
    EXPECT(gic_needs_look(&gic, 0));
    lr[0] = 0;
    gic_sync(&gic, 0, lr);
    flush(0);
    EXPECT(!gic_needs_look(&gic, 0));
}

static void an_edge_is_presented_once(void)
{
    start_v3();
    write_gicd(0xc08, 2 << 10); /* SPI 5 */
    EXPECT_EQ(2 << 10, gicd(0, 0xc08, 4, false, 0));
    gic_set_spi(&gic, 5, true);
    gic_set_spi(&gic, 5, false);
    flush(0);
    EXPECT(lr[0] & PENDING);
    gic_sync(&gic, 0, lr); /* not taken: it stays */
    flush(0);
    EXPECT(lr[0] & PENDING);
    lr[0] = 0;
    gic_sync(&gic, 0, lr);
    flush(0);
    EXPECT_EQ(0, lr[0]);
}

static void the_most_urgent_come_first(void)
{
    start_v3();
    (void)gicr(0x1'0400 + 3, 1, true, 0x20);
    (void)gicr(0x1'0400 + 9, 1, true, 0x10);
    gic.vcpu[0].own.priority[1] = 0xa0;
    gic.vcpu[0].lr_count = 2;
    for (unsigned intid = 0; intid < 2; intid++)
        gic_send_sgi(&gic, 1, 0, 1);
    gic_send_sgi(&gic, 1, 0, 3);
    gic_send_sgi(&gic, 1, 0, 9);
    flush(0);
    EXPECT_EQ(9, lr[0] & 0x3ff);
    EXPECT_EQ(3, lr[1] & 0x3ff);
    EXPECT(gic_has_work(&gic, 0)); /* the third waits */
    lr[0] = lr[1] = 0;
    gic_sync(&gic, 0, lr);
    flush(0);
    EXPECT_EQ(1, lr[0] & 0x3ff);
    EXPECT_EQ(0, lr[1]);
}

static void the_timer_is_tied_to_the_hardware(void)
{
    start_v3();
    gic_raise_timer(&gic, 1);
    EXPECT(gic_owes_timer(&gic, 1));
    flush(1);
    EXPECT_EQ(PENDING | HARDWARE, lr[0] & (PENDING | ACTIVE | HARDWARE));
    EXPECT_EQ(INTID_TIMER, lr[0] & 0x3ff);
    EXPECT_EQ(PHYSICAL_TIMER, lr[0] >> 32 & 0x3ff);

    /* Whatever the guest does to its controller meanwhile, the hardware gets its end of interrupt. */
    lr[0] = (lr[0] & ~PENDING) | ACTIVE;
    gic_sync(&gic, 1, lr);
    (void)gicr(GICR_STRIDE + 0x1'0380, 4, true, UINT32_MAX);
    flush(1);
    EXPECT_EQ(ACTIVE | HARDWARE, lr[0] & (PENDING | ACTIVE | HARDWARE));
    gic_reset(&gic);
    EXPECT(gic_owes_timer(&gic, 1));
    start_v3();
    gic_raise_timer(&gic, 1);
    flush(1);
    EXPECT_EQ(PHYSICAL_TIMER, lr[0] >> 32 & 0x3ff);
    lr[0] = 0;
    gic_sync(&gic, 1, lr);
    EXPECT(!gic_owes_timer(&gic, 1));
}

static void v3_sgis_go_to_those_named(void)
{
    start_v3();
    gic_send_sgi1r(&gic, 0, 7ull << 24 | 2);
    EXPECT(!gic_has_work(&gic, 0));
    EXPECT(gic_has_work(&gic, 1));
    flush(1);
    EXPECT_EQ(7, lr[0] & 0x3ff);
    gic_send_sgi1r(&gic, 0, 1ull << 40 | 8ull << 24); /* all but self */
    EXPECT(!gic_has_work(&gic, 0));
    EXPECT(gic_has_work(&gic, 1));
    gic_send_sgi1r(&gic, 1, 1ull << 16 | 9ull << 24 | 1); /* another cluster: nobody */
    EXPECT(!gic_has_work(&gic, 0));
}

static void v2_sgis_tell_who_sent_them(void)
{
    start(2);
    write_gicd(0x0, 1);
    (void)gicd(1, 0xf00, 4, true, 1 << 16 | 4); /* from 1 to 0 */
    (void)gicd(0, 0xf00, 4, true, 2 << 24 | 4); /* from 0 to itself */
    EXPECT_EQ(3, gicd(0, 0xf24, 1, false, 0));
    flush(0);
    EXPECT_EQ(4, lr[0] & 0x3ff);
    EXPECT_EQ(0, lr[0] >> 32 & 7);
    EXPECT_EQ(0, lr[0] >> 60 & 1);
    EXPECT_EQ(0, lr[1]); /* one after the other */
    lr[0] = 0;
    gic_sync(&gic, 0, lr);
    flush(0);
    EXPECT_EQ(1, lr[0] >> 32 & 7);
}

static void v2_targets_choose_the_virtual_cpu(void)
{
    start(2);
    write_gicd(0x0, 1);
    write_gicd(0x104, 1 << 5);
    EXPECT_EQ(0x0202'0202, gicd(1, 0x800, 4, false, 0));
    gic_set_spi(&gic, 5, true);
    EXPECT(!gic_has_work(&gic, 0));
    (void)gicd(0, 0x800 + SPI_5, 1, true, 0xfe);
    EXPECT_EQ(2, gicd(0, 0x800 + SPI_5, 1, false, 0));
    EXPECT(gic_has_work(&gic, 1));
}

static void v3_routes_choose_the_virtual_cpu(void)
{
    start_v3();
    (void)gicd(0, 0x6000 + 8 * SPI_5, 8, true, 1);
    gic_set_spi(&gic, 5, true);
    EXPECT(!gic_has_work(&gic, 0));
    EXPECT(gic_has_work(&gic, 1));
    (void)gicd(0, 0x6000 + 8 * SPI_5, 8, true, 0x100);
    EXPECT(!gic_has_work(&gic, 1));
}

static void identification_is_as_drivers_expect(void)
{
    start(3);
    EXPECT_EQ(3, gicd(0, 0xffe8, 4, false, 0) >> 4);
    EXPECT_EQ(1, gicd(0, 0x4, 4, false, 0) & 31);
    EXPECT_EQ(0, gicr(0x8, 8, false, 0) >> 4 & 1);
    EXPECT_EQ(1ull << 32 | 1 << 8 | 1 << 4, gicr(GICR_STRIDE + 0x8, 8, false, 0));
    EXPECT_EQ(6, gicr(0x14, 4, false, 0));
    (void)gicr(0x14, 4, true, 0);
    EXPECT_EQ(0, gicr(0x14, 4, false, 0));
    start(2);
    EXPECT_EQ(2, gicd(0, 0xfe8, 4, false, 0) >> 4);
    EXPECT_EQ(1, gicd(0, 0x4, 4, false, 0) >> 5 & 7);
}

int main(void)
{
    nothing_is_presented_that_is_off();
    a_level_is_presented_until_it_falls();
    a_level_that_falls_before_it_is_taken_is_gone();
    what_comes_again_needs_an_exit();
    what_nothing_tells_of_needs_a_look();
    an_edge_is_presented_once();
    the_most_urgent_come_first();
    the_timer_is_tied_to_the_hardware();
    v3_sgis_go_to_those_named();
    v2_sgis_tell_who_sent_them();
    v2_targets_choose_the_virtual_cpu();
    v3_routes_choose_the_virtual_cpu();
    identification_is_as_drivers_expect();
    return expect_result();
}
