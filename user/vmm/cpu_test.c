/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test: what a virtual CPU sees of ID registers, of traps, and of exceptions. */
#include <string.h>

#include "tests/lib/expect.h"
#include "user/vmm/idregs.h"
#include "user/vmm/inject.h"
#include "user/vmm/mmio.h"

/* SCTLR_EL1 and PSTATE: whether exceptions leave PAN as it is; privileged access never. */
enum : uint64_t { SPAN = 1 << 23, PAN = 1 << 22 };

static void what_is_not_switched_is_hidden(void)
{
    uint64_t hints[31];
    memset(hints, 0xff, sizeof hints);
    const uint64_t pfr0 = idreg_read(hints, 4, 0, true);
    EXPECT_EQ(0, pfr0 >> 8 & 0xff);                   /* EL2, EL3 */
    EXPECT_EQ(0, pfr0 >> 28 & 0xff);                  /* RAS, SVE */
    EXPECT_EQ(0, pfr0 >> 44 & 15);                    /* AMU */
    EXPECT_EQ(1, pfr0 >> 56 & 15);                    /* CSV2 without SCXTNUM */
    EXPECT_EQ(0, idreg_read(hints, 4, 1, true) >> 8); /* MTE, SME, NMI ... */
    EXPECT_EQ(6, idreg_read(hints, 5, 0, true));      /* no PMU */
    const uint64_t isar1 = idreg_read(hints, 6, 1, true);
    EXPECT_EQ(0, isar1 & 0xff00'0ff0); /* pointer authentication */
    EXPECT_EQ(0, idreg_read(hints, 6, 2, true) & 0xf'ff0f);
    EXPECT_EQ(2, idreg_read(hints, 7, 0, true) & 15); /* 40 bits of address */
    EXPECT_EQ(0, idreg_read(hints, 7, 1, true) >> 8 & 15);
    for (unsigned crm = 4; crm < 8; crm++)
        EXPECT_EQ(0, idreg_read(hints, crm, 7, true));
    EXPECT_EQ(0, idreg_read(hints, 4, 4, true)); /* ZFR0 */
}

static void the_rest_is_that_of_the_cpu(void)
{
    uint64_t hints[31] = {[0] = 0x1100'0011'1111, [7] = 0x1122, [22] = 0x1111'2222'3333'4444};
    EXPECT_EQ(0, idreg_read(hints, 5, 1, true));
    EXPECT_EQ(0x11'0011, idreg_read(hints, 4, 0, false) & 0xff'ffff);
    EXPECT_EQ(0x1122, idreg_read(hints, 7, 0, true)); /* 44 bits of 2 are no more than 40 */
    EXPECT_EQ(0x3333'4444, idreg_read(hints, 1, 4, true));
    EXPECT_EQ(0x1111'2222, idreg_read(hints, 1, 5, true));
    hints[0] |= 1 << 24;
    EXPECT_EQ(1, idreg_read(hints, 4, 0, true) >> 24 & 15);
    EXPECT_EQ(0, idreg_read(hints, 4, 0, false) >> 24 & 15);
}

static void a_syndrome_says_what_to_do(void)
{
    struct mmio_decoded d = mmio_decode(1 << 24 | 2 << 22 | 5 << 16 | 1 << 6);
    EXPECT(d.is_valid && d.access.is_write);
    EXPECT_EQ(5, d.reg);
    EXPECT_EQ(4, d.access.size);
    EXPECT(!mmio_decode(2 << 22).is_valid);
    EXPECT(!mmio_decode(1 << 24 | 1 << 8).is_valid);

    d = mmio_decode(1 << 24 | 0 << 22 | 1 << 21); /* signed byte to W */
    EXPECT_EQ(0xffff'ff80, mmio_extend(&d, 0x1180));
    d = mmio_decode(1 << 24 | 1 << 22 | 1 << 21 | 1 << 15); /* signed half to X */
    EXPECT_EQ(0xffff'ffff'ffff'8000, mmio_extend(&d, 0x8000));
    d = mmio_decode(1 << 24 | 3 << 22 | 1 << 15);
    EXPECT_EQ(UINT64_MAX, mmio_extend(&d, UINT64_MAX));
}

static void exceptions_go_to_the_vector_of_the_mode(void)
{
    static const struct {
        uint64_t spsr, vector, class;
    } cases[] = {{0x0, 0x400, 0x24}, {0x10, 0x600, 0x24}, {0x4, 0x0, 0x25}, {0x5, 0x200, 0x25}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct utcb_arch state = {.vbar_el1 = 0xffff'0000'0000'0800,
                                  .sctlr_el1 = SPAN,
                                  .elr_el2 = 0x1234,
                                  .far_el2 = 0x5678,
                                  .spsr_el2 = cases[i].spsr | 1u << 31};
        inject_abort(&state, false);
        EXPECT_EQ(0xffff'0000'0000'0800 + cases[i].vector, state.elr_el2);
        EXPECT_EQ(0x1234, state.elr_el1);
        EXPECT_EQ(cases[i].spsr | 1u << 31, state.spsr_el1);
        EXPECT_EQ(0x3c5, state.spsr_el2);
        EXPECT_EQ(0x5678, state.far_el1);
        EXPECT_EQ(cases[i].class, state.esr_el1 >> 26);
    }
}

static void the_kernel_of_the_guest_does_not_get_at_its_programs(void)
{
    static const struct {
        uint64_t sctlr, before, after;
    } cases[] = {{SPAN, 0, 0}, {SPAN, PAN, PAN}, {0, 0, PAN}, {0, PAN, PAN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct utcb_arch state = {.sctlr_el1 = cases[i].sctlr, .spsr_el2 = cases[i].before | 5};
        inject_undefined(&state);
        EXPECT_EQ(cases[i].after | 0x3c5, state.spsr_el2);
        EXPECT_EQ(cases[i].before | 5, state.spsr_el1);
    }
}

static void a_breakpoint_of_the_guest_is_the_guests(void)
{
    const uint64_t esr = UINT64_C(0x3c) << 26 | 1 << 25 | 0x123; /* BRK #0x123 */
    struct utcb_arch state = {.elr_el2 = 0x1234, .spsr_el2 = 0, .esr_el2 = esr};
    inject_again(&state);
    EXPECT_EQ(esr, state.esr_el1);
    EXPECT_EQ(0x1234, state.elr_el1);
    EXPECT_EQ(0x400, state.elr_el2);
}

int main(void)
{
    what_is_not_switched_is_hidden();
    the_rest_is_that_of_the_cpu();
    a_syndrome_says_what_to_do();
    exceptions_go_to_the_vector_of_the_mode();
    the_kernel_of_the_guest_does_not_get_at_its_programs();
    a_breakpoint_of_the_guest_is_the_guests();
    return expect_result();
}
