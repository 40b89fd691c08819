/* SPDX-License-Identifier: GPL-2.0-only */
/* A device's interrupt that belongs to a guest: the guest deactivates it (interface specification, 5.5.2). */
#include "kernel/abi/selector.h"
#include "tests/guest/vgic.h"

/* PrimeCell PL031 (Arm TRM DDI 0224) of QEMU's virt: once the match was there, the mask is its line. */
enum : uint64_t { RTC = 0x901'0000 };
enum : uint32_t { RTC_DR = 0x00, RTC_MR = 0x04, RTC_CR = 0x0c, RTC_IMSC = 0x10 };
enum : unsigned { RTC_SPI = 2, VIRTUAL = 50 };

static volatile uint32_t *rtc;
static sel_t sm;

static void line_set(bool is_high)
{
    rtc[RTC_IMSC / 4] = is_high;
}

static void open_device(void)
{
    if (rtc == nullptr)
        rtc = memory_view(RTC, PAGE_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE).base;
    line_set(false);
    rtc[RTC_CR / 4] = 1;
    rtc[RTC_MR / 4] = rtc[RTC_DR / 4];
    sm = sel_alloc(0);
    MUST(spaces_fetch(SEL_NOVA_INT + RTC_SPI, sm));
    EXPECT_STATUS(SUCCESS,
                  hc_assign_int(sm, ASSIGN_INT_GUEST | ASSIGN_INT_LEVEL, cpu_here(), 0).status);
    (void)drain(sm);
}

/* It has come, as the semaphore says, and is given to the guest, which takes it. */
static void pass_on(struct vcpu *v)
{
    line_set(true);
    EXPECT(down(sm));
    lr_set(v, 0, lr_make_hw(VIRTUAL, 0x80, SPI_0 + RTC_SPI));
    EXPECT(vgic_is_signalled(v));
    EXPECT_EQ(VIRTUAL, vgic_ack(v));
}

TEST(device, interrupt_of_a_guest_comes_again_when_the_guest_is_done)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    open_device();
    for (int i = 0; i < 10; i++) {
        pass_on(v);
        line_set(false);
        vgic_end(v, VIRTUAL);
        EXPECT_EQ(0, v->state.lr[0] & LR_STATE);
        EXPECT_EQ(0, drain(sm));
    }
    line_set(false);
}

TEST(device, interrupt_of_a_guest_is_not_deactivated_by_down)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    open_device();
    pass_on(v);
    for (int i = 0; i < 5; i++) { /* the line is still high */
        settle(cpu_here());
        EXPECT_EQ(0, drain(sm));
    }
    vgic_end(v, VIRTUAL);
    EXPECT(down(sm)); /* and now it comes at once */
    lr_set(v, 0, lr_make_hw(VIRTUAL, 0x80, SPI_0 + RTC_SPI));
    EXPECT_EQ(VIRTUAL, vgic_ack(v));
    line_set(false);
    vgic_end(v, VIRTUAL);
}

static void raise_line([[maybe_unused]] uint64_t arg)
{
    line_set(true);
}

/*
 * A guest may only end what is its own. Everybody's interrupts in its list registers become those of software:
 * the device's, while it belongs to the host and is active; the kernel's timer; the kernel's own.
 */
TEST(device, interrupt_of_others_cannot_be_ended)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    open_device();
    EXPECT_STATUS(SUCCESS, hc_assign_int(sm, ASSIGN_INT_LEVEL, cpu_here(), 0).status);
    new_global(cpu_here(), LOW, raise_line, 0);
    EXPECT(down(sm)); /* waits for it first: from now on it is active, until the next down */
    /* The last two are the timer's in their lower 10 bits alone: numbers have 13. */
    static const unsigned intids[] = {
        SPI_0 + RTC_SPI,     0, 1, 15, 25, 26, 30, SPI_0 + 1, 1000, PPI_VTIMER | 1 << 10,
        PPI_VTIMER | 1 << 12};
    for (size_t i = 0; i < sizeof intids / sizeof *intids; i++) {
        lr_set(v, 0, lr_make_hw(VIRTUAL, 0x80, intids[i]));
        EXPECT_EQ(VIRTUAL, vgic_ack(v));
        EXPECT_EQ(0, v->state.lr[0] & LR_HW);
        vgic_end(v, VIRTUAL);
        EXPECT_EQ(0, v->state.lr[0] & LR_STATE);
        nap(100); /* the timer goes on */
    }
    /* Were it active no longer, the line would have brought it again, and there would be a count. */
    line_set(false);
    EXPECT_EQ(0, drain(sm));
}

TEST(device, interrupt_on_another_cpu_cannot_be_ended)
{
    if (cpu_here() == cpu_there())
        return;
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_there());
    open_device(); /* the guest's, here */
    lr_set(v, 0, lr_make_hw(VIRTUAL, 0x80, SPI_0 + RTC_SPI));
    EXPECT_EQ(VIRTUAL, vgic_ack(v));
    EXPECT_EQ(0, v->state.lr[0] & LR_HW);
}

/* The owner is asked once more: with G = 0, Down deactivates again. */
TEST(device, interrupt_can_be_taken_back)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    open_device();
    pass_on(v);
    line_set(false);
    vgic_end(v, VIRTUAL);
    EXPECT_STATUS(SUCCESS, hc_assign_int(sm, ASSIGN_INT_LEVEL, cpu_here(), 0).status);
    for (int i = 0; i < 3; i++) {
        line_set(true);
        EXPECT(down(sm));
        line_set(false);
        (void)drain(sm);
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(device, interrupt_of_a_guest_comes_again_when_the_guest_is_done),
    TAP_TEST(device, interrupt_of_a_guest_is_not_deactivated_by_down),
    TAP_TEST(device, interrupt_of_others_cannot_be_ended),
    TAP_TEST(device, interrupt_on_another_cpu_cannot_be_ended),
    TAP_TEST(device, interrupt_can_be_taken_back),
};
const struct tap_suite device_suite = GUEST_SUITE(tests);
