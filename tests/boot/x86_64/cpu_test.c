/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64: start state, calling convention, ports and MSRs (interface specification, chapter 8). */
#include "kernel/abi/hypercall.h"
#include "tests/boot/boot_test.h"
#include "tests/boot/cpu.h"
#include "user/lib/x86_64/port.h"

enum reg : uint8_t { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R11 = 11, REGS = 16, RFLAGS = 16 };

extern const uint64_t start_record[17];
extern const uint8_t start_fpu[512];
extern const char _start[];

uint64_t preserve(const uint64_t in[REGS], uint64_t out[REGS], uint64_t *flags);

uint64_t start_stack_pointer(void)
{
    return start_record[RSP];
}

uint64_t start_flags(void)
{
    return start_record[RFLAGS];
}

/* RCX and R11 may hold what SYSRET needs: entry point and RFLAGS. */
uint64_t start_registers_leaked(void)
{
    uint64_t leaked = 0;
    for (unsigned i = 0; i < REGS; i++) {
        const uint64_t value = start_record[i];
        const bool is_given = i == RSP || i == RDI || i == RSI ||
                              (i == RCX && value == (uint64_t)_start) ||
                              (i == R11 && value == START_FLAGS);
        if (!is_given && value != 0)
            leaked |= 1ull << i;
    }
    return leaked;
}

/* XMM registers in the legacy image (SDM vol. 1, "Layout of the FXSAVE Area"). */
uint64_t start_vectors_leaked(void)
{
    uint64_t leaked = 0;
    for (unsigned i = 0; i < 16; i++)
        for (unsigned byte = 0; byte < 16; byte++)
            if (start_fpu[160 + 16 * i + byte] != 0)
                leaked |= 1ull << i;
    return leaked;
}

TEST(cpu, fpu_starts_in_its_initial_state)
{
    EXPECT_EQ(0x037f, start_fpu[0] | start_fpu[1] << 8);                         /* FCW   */
    EXPECT_EQ(0, start_fpu[2] | start_fpu[3] << 8);                              /* FSW   */
    EXPECT_EQ(0x1f80, start_fpu[24] | start_fpu[25] << 8 | start_fpu[26] << 16); /* MXCSR */
}

/* One hypercall with every register loaded: only the outputs may differ afterwards. */
static void expect_preserved(uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4,
                             status_t status)
{
    uint64_t in[REGS], out[REGS], flags;
    for (unsigned i = 0; i < REGS; i++)
        in[i] = 0x5a5a'0000'0000'0000 | i << 8 | i;
    in[RDI] = p0;
    in[RSI] = p1;
    in[RDX] = p2;
    in[RAX] = p3;
    in[R8] = p4;

    const uint64_t behind = preserve(in, out, &flags);
    for (unsigned i = 0; i < REGS; i++) {
        const uint64_t want = i == RDI   ? status
                              : i == RSP ? 0
                              : i == RCX ? behind
                              : i == R11 ? START_FLAGS
                                         : in[i];
        if (out[i] != want)
            tap_fail(__FILE__, __LINE__, "register %u is %#lx, not %#lx", i, out[i], want);
    }
    EXPECT_EQ(START_FLAGS, flags);
}

TEST(cpu, refused_hypercall_changes_only_rdi_rcx_r11)
{
    expect_preserved(0xf, 0x1111, 0x2222, 0x3333, 0x4444, BAD_HYP);
    expect_preserved(hc_p0(HYPERCALL_CTRL_PD, 0, SEL_FREE), SEL_FREE, 0, 0, 0, BAD_CAP);
    expect_preserved(hc_p0(HYPERCALL_CTRL_HW, 1, 0), 1, 2, 3, 4, BAD_PAR);
}

TEST(cpu, delegation_changes_only_rdi_rcx_r11)
{
    expect_preserved(hc_p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), SEL_ROOT_OBJ, SEL_FREE << 12 | 3,
                     SEL_FREE << 12, ~0ull, SUCCESS);
}

static status_t ports(uint64_t from, uint64_t to, uint8_t order)
{
    return hc_ctrl_pd(
        SEL_LIB_NOVA_PIO, SEL_LIB_ROOT_PIO,
        (struct hc_range){.from = from, .to = to, .order = order, .perm = PERM_PIO_A});
}

TEST(cpu, ports_keep_their_numbers)
{
    EXPECT_STATUS(BAD_PAR, ports(0x80, 0x81, 0));
}

TEST(cpu, ports_end_at_ffff)
{
    EXPECT_STATUS(SUCCESS, ports(0xffff, 0xffff, 0));
    EXPECT_STATUS(BAD_PAR, ports(0x1'0000, 0x1'0000, 0));
    EXPECT_STATUS(BAD_PAR, ports(0, 0, 17));
    EXPECT_STATUS(SUCCESS, hc_ctrl_pd(SEL_LIB_NOVA_PIO, SEL_LIB_ROOT_PIO,
                                      (struct hc_range){.from = 0xffff, .to = 0xffff}));
}

/* 0x80 is the POST diagnostic port: writing it does nothing that could matter. */
TEST(cpu, delegated_port_can_be_used)
{
    EXPECT_STATUS(SUCCESS, ports(0x80, 0x80, 0));
    port_write8(0x80, 0);
    EXPECT_STATUS(SUCCESS, hc_ctrl_pd(SEL_LIB_NOVA_PIO, SEL_LIB_ROOT_PIO,
                                      (struct hc_range){.from = 0x80, .to = 0x80}));
}

TEST(cpu, ports_and_memory_do_not_mix)
{
    const struct hc_range range = {.from = 0x80, .to = 0x80};
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(SEL_LIB_NOVA_PIO, SEL_LIB_ROOT_HST, range));
    EXPECT_STATUS(BAD_CAP, hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_PIO, range));
}

static const struct tap_test tests[] = {
    TAP_TEST(cpu, fpu_starts_in_its_initial_state),
    TAP_TEST(cpu, refused_hypercall_changes_only_rdi_rcx_r11),
    TAP_TEST(cpu, delegation_changes_only_rdi_rcx_r11),
    TAP_TEST(cpu, ports_keep_their_numbers),
    TAP_TEST(cpu, ports_end_at_ffff),
    TAP_TEST(cpu, delegated_port_can_be_used),
    TAP_TEST(cpu, ports_and_memory_do_not_mix),
};
const struct tap_suite cpu_suite = TAP_SUITE(tests);
