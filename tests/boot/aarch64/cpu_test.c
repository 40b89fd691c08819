/* SPDX-License-Identifier: GPL-2.0-only */
/* aarch64: start state and calling convention (interface specification, chapter 7). */
#include "kernel/abi/hypercall.h"
#include "tests/boot/boot_test.h"
#include "tests/boot/cpu.h"

enum : unsigned { REGS = 31, SP = 31, NZCV, TPIDR, TPIDRRO, FPCR, FPSR, VECTORS = 38, WORDS = 102 };

extern const uint64_t start_record[WORDS];

/* Register 31 of `in` and `out` is NZCV. */
void preserve(const uint64_t in[REGS + 1], uint64_t out[REGS + 1]);

uint64_t start_stack_pointer(void)
{
    return start_record[SP];
}

uint64_t start_flags(void)
{
    return start_record[NZCV];
}

uint64_t start_registers_leaked(void)
{
    uint64_t leaked = 0;
    for (unsigned i = 3; i < REGS; i++)
        if (start_record[i] != 0)
            leaked |= 1ull << i;
    return leaked;
}

uint64_t start_vectors_leaked(void)
{
    uint64_t leaked = 0;
    for (unsigned i = VECTORS; i < WORDS; i++)
        if (start_record[i] != 0)
            leaked |= 1ull << (i - VECTORS) / 2;
    return leaked;
}

TEST(cpu, thread_registers_start_as_zero)
{
    EXPECT_EQ(0, start_record[TPIDR]);
    EXPECT_EQ(0, start_record[TPIDRRO]);
}

TEST(cpu, fpu_starts_in_its_initial_state)
{
    EXPECT_EQ(0, start_record[FPCR]);
    EXPECT_EQ(0, start_record[FPSR]);
}

/* One hypercall with every register loaded: only X0 may differ afterwards. */
static void expect_preserved(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4,
                             status_t status)
{
    uint64_t in[REGS + 1], out[REGS + 1];
    for (unsigned i = 0; i < REGS; i++)
        in[i] = 0x5a5a'0000'0000'0000 | i << 8 | i;
    in[0] = x0;
    in[1] = x1;
    in[2] = x2;
    in[3] = x3;
    in[4] = x4;
    in[REGS] = 0xa000'0000;

    preserve(in, out);
    EXPECT_EQ(status, out[0]);
    for (unsigned i = 1; i <= REGS; i++)
        if (out[i] != in[i])
            tap_fail(__FILE__, __LINE__, "register %u is %#lx, not %#lx", i, out[i], in[i]);
}

TEST(cpu, refused_hypercall_changes_only_x0)
{
    expect_preserved(0xf, 0x1111, 0x2222, 0x3333, 0x4444, BAD_HYP);
    expect_preserved(hc_p0(HYPERCALL_CTRL_PD, 0, SEL_FREE), SEL_FREE, 0, 0, 0, BAD_CAP);
    expect_preserved(hc_p0(HYPERCALL_CTRL_HW, 1, 0), 1, 2, 3, 4, BAD_PAR);
}

TEST(cpu, delegation_changes_only_x0)
{
    expect_preserved(hc_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, SEL_FREE << 12 | 3,
                     SEL_FREE << 12, ~0ull, SUCCESS);
}

TEST(cpu, there_is_no_class_of_service)
{
    for (uint8_t op = CTRL_HW_QOS; op <= CTRL_HW_MBA; op++)
        EXPECT_STATUS(BAD_FTR, trap_1(hc_p0(HYPERCALL_CTRL_HW, op, 0)));
}

TEST(cpu, there_are_no_port_and_msr_spaces)
{
    const struct hc_range range = {.from = 0, .to = 0};
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(SEL_LIB_NOVA_PIO, SEL_LIB_NOVA_PIO, range));
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(SEL_ROOT_OBJ, SEL_LIB_ROOT_PIO, range));
}

static const struct tap_test tests[] = {
    TAP_TEST(cpu, thread_registers_start_as_zero),
    TAP_TEST(cpu, fpu_starts_in_its_initial_state),
    TAP_TEST(cpu, refused_hypercall_changes_only_x0),
    TAP_TEST(cpu, delegation_changes_only_x0),
    TAP_TEST(cpu, there_is_no_class_of_service),
    TAP_TEST(cpu, there_are_no_port_and_msr_spaces),
};
const struct tap_suite cpu_suite = TAP_SUITE(tests);
