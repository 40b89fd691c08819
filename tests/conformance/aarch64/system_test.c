/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aarch64: what user mode can do to the state that is the CPU's and not a thread's: every system register
 * and system instruction that an encoding can name (Arm ARM DDI 0487, "System instruction class encoding
 * overview"; interface specification, 7.7).
 */
#include "kernel/base/string.h"
#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

/* MRS and MSR have op0 = 2 and 3; SYS and SYSL 1; MSR of an immediate 0, with CRn = 4. */
enum : uint64_t { ENCODINGS = 1 << 15, SYSTEM_ENCODINGS = 1 << 14, PROGRAM_SIZE = ENCODINGS * 8 };
enum : uint32_t { NOP = 0xd503'201f, STORE_X0 = 0xf800'8420, RET = 0xd65f'03c0, NO_REGISTER = 31 };

#define CODE(op0, op1, crn, crm, op2)                                                              \
    ((uint64_t)(op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static uint32_t insn(bool is_read, uint64_t code, uint32_t rt)
{
    return (uint32_t)(0xd500'0000 | (uint32_t)is_read << 21 | code << 5 | rt);
}

/* What a program in EL0 may do, on a CPU that has it. */
struct allowed {
    uint64_t code;
    bool is_written;
    bool varies; /* by itself */
};

static const struct allowed registers[] = {
    {CODE(3, 3, 0, 0, 1), false, false},  /* CTR_EL0      */
    {CODE(3, 3, 0, 0, 7), false, false},  /* DCZID_EL0    */
    {CODE(3, 3, 2, 4, 0), false, true},   /* RNDR         */
    {CODE(3, 3, 2, 4, 1), false, true},   /* RNDRRS       */
    {CODE(3, 3, 4, 2, 0), true, true},    /* NZCV         */
    {CODE(3, 3, 4, 2, 5), true, false},   /* DIT          */
    {CODE(3, 3, 4, 2, 6), true, false},   /* SSBS         */
    {CODE(3, 3, 4, 2, 7), true, false},   /* TCO          */
    {CODE(3, 3, 4, 4, 0), true, false},   /* FPCR         */
    {CODE(3, 3, 4, 4, 1), true, false},   /* FPSR         */
    {CODE(3, 3, 13, 0, 2), true, false},  /* TPIDR_EL0    */
    {CODE(3, 3, 13, 0, 3), false, false}, /* TPIDRRO_EL0  */
    {CODE(3, 3, 14, 0, 0), false, false}, /* CNTFRQ_EL0   */
    {CODE(3, 3, 14, 0, 2), false, true},  /* CNTVCT_EL0   */
    {CODE(3, 3, 14, 0, 6), false, true},  /* CNTVCTSS_EL0 */
};

static const struct allowed instructions[] = {
    {CODE(1, 3, 7, 3, 4), true, false},  /* CFP RCTX           */
    {CODE(1, 3, 7, 3, 5), true, false},  /* DVP RCTX           */
    {CODE(1, 3, 7, 3, 6), true, false},  /* COSP RCTX          */
    {CODE(1, 3, 7, 3, 7), true, false},  /* CPP RCTX           */
    {CODE(1, 3, 7, 4, 1), true, false},  /* DC ZVA             */
    {CODE(1, 3, 7, 4, 3), true, false},  /* DC GVA             */
    {CODE(1, 3, 7, 4, 4), true, false},  /* DC GZVA            */
    {CODE(1, 3, 7, 5, 1), true, false},  /* IC IVAU            */
    {CODE(1, 3, 7, 10, 1), true, false}, /* DC CVAC            */
    {CODE(1, 3, 7, 10, 3), true, false}, /* DC CGVAC           */
    {CODE(1, 3, 7, 10, 5), true, false}, /* DC CGDVAC          */
    {CODE(1, 3, 7, 11, 1), true, false}, /* DC CVAU            */
    {CODE(1, 3, 7, 12, 1), true, false}, /* DC CVAP            */
    {CODE(1, 3, 7, 12, 3), true, false}, /* DC CGVAP           */
    {CODE(1, 3, 7, 12, 5), true, false}, /* DC CGDVAP          */
    {CODE(1, 3, 7, 13, 1), true, false}, /* DC CVADP           */
    {CODE(1, 3, 7, 13, 3), true, false}, /* DC CGVADP          */
    {CODE(1, 3, 7, 13, 5), true, false}, /* DC CGDVADP         */
    {CODE(1, 3, 7, 14, 1), true, false}, /* DC CIVAC           */
    {CODE(1, 3, 7, 14, 3), true, false}, /* DC CIGVAC          */
    {CODE(1, 3, 7, 14, 5), true, false}, /* DC CIGDVAC         */
};

/* CFINV, XAFLAG, AXFLAG; SSBS, DIT, TCO: op1 and op2, with any immediate where there is one. */
static bool is_allowed_immediate(uint64_t code)
{
    const uint64_t op1 = code >> 11 & 7, op2 = code & 7, crm = code >> 3 & 15;
    return (op1 == 0 && op2 <= 2 && crm == 0) || (op1 == 3 && (op2 == 1 || op2 == 2 || op2 == 4));
}

static const struct allowed *find(const struct allowed *of, size_t count, uint64_t code)
{
    for (size_t i = 0; i < count; i++)
        if (of[i].code == code)
            return &of[i];
    return nullptr;
}

#define FIND(of, code) find(of, sizeof(of) / sizeof *(of), code)

/* A program of pairs of instructions, which a thread runs; what traps is skipped and noted. */

enum : uint64_t {
    PROGRAM = HVA_FREE,
    PROGRAM_ORDER = 7,
    VIEW = PROGRAM + (0x1000 << PROGRAM_ORDER)
};
static_assert(ENCODINGS * 8 + 4 <= 0x1000 << PROGRAM_ORDER);

typedef void program_fn(uint64_t x0, uint64_t *dump, uint64_t *scratch, uint64_t value);

static bool is_trapped[ENCODINGS];
static uint64_t dump[ENCODINGS];
static uint64_t value, scratch[512];

static void program_open(void)
{
    MUST(map(free_frames(), VIEW, PROGRAM_ORDER, PERM_MEM_R | PERM_MEM_W));
    MUST(map(free_frames(), PROGRAM, PROGRAM_ORDER, PERM_MEM_R | PERM_MEM_XU));
}

static void program_close(void)
{
    MUST(map(free_frames(), VIEW, PROGRAM_ORDER, PERM_NONE));
    MUST(map(free_frames(), PROGRAM, PROGRAM_ORDER, PERM_NONE));
}

/* Each encoding of `count` from `first` on, and what follows it. */
static void program_write(bool is_read, uint64_t first, uint64_t count, uint32_t rt, uint32_t next)
{
    uint32_t *const code = (uint32_t *)VIEW;
    for (uint64_t i = 0; i < count; i++) {
        code[2 * i] = insn(is_read, first + i, rt);
        code[2 * i + 1] = next;
    }
    code[2 * count] = RET;
    for (uint64_t at = 0; at <= count * 8; at += 16)
        __asm__ volatile("dc cvau, %0" : : "r"(VIEW + at) : "memory");
    __asm__ volatile("dsb ish" : : : "memory");
    for (uint64_t at = 0; at <= count * 8; at += 16)
        __asm__ volatile("ic ivau, %0" : : "r"(PROGRAM + at) : "memory");
    __asm__ volatile("dsb ish; isb" : : : "memory");
}

static uint32_t on_trap([[maybe_unused]] uint64_t event, [[maybe_unused]] uint32_t mtd,
                        struct utcb *utcb)
{
    struct utcb_arch *const state = event_state(utcb);
    const uint64_t at = (state->elr_el2 - PROGRAM) / 8;
    if (at >= ENCODINGS)
        return MTD_POISON;
    is_trapped[at] = true;
    state->x[0] = 0;
    state->elr_el2 += 4;
    return MTD_GPR | MTD_EL2_ELR_SPSR;
}

static uint32_t run([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                    [[maybe_unused]] struct utcb *utcb)
{
    ((program_fn *)PROGRAM)(0, dump, scratch, value);
    return hc_mtd(1);
}

static sel_t new_runner(void)
{
    const sel_t events = new_events(cpu_here());
    const struct thread catcher = new_local(cpu_here(), on_trap);
    struct thread runner;
    for (unsigned event = 0; event < hip->sel_hst_arch; event++)
        MUST(thread_create_portal(&catcher, events + event, event, MTD_GPR | MTD_EL2_ELR_SPSR));
    MUST(thread_create_local(&runner, &(struct thread_plan){.cpu = cpu_here(), .events = events},
                             run));
    return new_pt(&runner, 0);
}

static void run_program(sel_t runner)
{
    memset(is_trapped, 0, sizeof is_trapped);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(runner, 0, hc_mtd(1)).status);
}

static void say(const char *what, uint64_t code)
{
    tap_fail(__FILE__, __LINE__, "%s: op0 %lu, op1 %lu, CRn %lu, CRm %lu, op2 %lu", what,
             code >> 14, code >> 11 & 7, code >> 7 & 15, code >> 3 & 15, code & 7);
}

/* Reads of all registers into dump[], by a thread. */
static void read_all(sel_t runner)
{
    program_write(true, CODE(2, 0, 0, 0, 0), ENCODINGS, 0, STORE_X0);
    run_program(runner);
}

static void write_all(sel_t runner, uint64_t pattern)
{
    value = pattern;
    program_write(false, CODE(2, 0, 0, 0, 0), ENCODINGS, 3, NOP);
    run_program(runner);
}

TEST(system, registers_of_user_mode_can_be_read_and_no_others)
{
    program_open();
    read_all(new_runner());
    for (uint64_t i = 0; i < ENCODINGS; i++)
        if (!is_trapped[i] && FIND(registers, CODE(2, 0, 0, 0, 0) + i) == nullptr)
            say("read", CODE(2, 0, 0, 0, 0) + i);
    program_close();
}

TEST(system, registers_of_user_mode_can_be_written_and_no_others)
{
    program_open();
    write_all(new_runner(), 0x5a5a'5a5a'5a5a'5a5a);
    for (uint64_t i = 0; i < ENCODINGS; i++) {
        const struct allowed *const a = FIND(registers, CODE(2, 0, 0, 0, 0) + i);
        if (!is_trapped[i] && (a == nullptr || !a->is_written))
            say("write", CODE(2, 0, 0, 0, 0) + i);
    }
    program_close();
}

/* What one thread writes, by any encoding, another one does not find; and it keeps its own. */
TEST(system, registers_are_each_thread_s_own)
{
    static uint64_t before[ENCODINGS], own[ENCODINGS];
    const sel_t reader = new_runner(), writer = new_runner();
    program_open();
    write_all(reader, 0xa5a5'0000'8000'0000);
    read_all(reader);
    memcpy(before, dump, sizeof dump);
    for (unsigned round = 0; round < 2; round++) {
        write_all(writer, round == 0 ? ~0ull : 0x0123'4567'0040'0000);
        read_all(writer);
        memcpy(own, dump, sizeof dump);
        read_all(reader);
        for (uint64_t i = 0; i < ENCODINGS; i++) {
            const struct allowed *const a = FIND(registers, CODE(2, 0, 0, 0, 0) + i);
            if (dump[i] != before[i] && (a == nullptr || !a->varies))
                say("changed by another thread", CODE(2, 0, 0, 0, 0) + i);
        }
    }
    EXPECT_EQ(0xa5a5'0000'8000'0000, before[CODE(3, 3, 13, 0, 2) - CODE(2, 0, 0, 0, 0)]);
    EXPECT_EQ(0x0123'4567'0040'0000, own[CODE(3, 3, 13, 0, 2) - CODE(2, 0, 0, 0, 0)]);
    EXPECT_EQ(0x0040'0000, own[CODE(3, 3, 4, 4, 0) - CODE(2, 0, 0, 0, 0)]); /* FPCR.RMode */
    program_close();
}

TEST(system, instructions_of_user_mode_can_be_executed_and_no_others)
{
    program_open();
    const sel_t runner = new_runner();
    for (unsigned round = 0; round < 2; round++) { /* SYS, SYSL */
        program_write(round == 1, CODE(1, 0, 0, 0, 0), SYSTEM_ENCODINGS, 2, NOP);
        run_program(runner);
        for (uint64_t i = 0; i < SYSTEM_ENCODINGS; i++)
            if (!is_trapped[i] &&
                (round == 1 || FIND(instructions, CODE(1, 0, 0, 0, 0) + i) == nullptr))
                say(round == 1 ? "SYSL" : "SYS", CODE(1, 0, 0, 0, 0) + i);
    }
    program_close();
}

TEST(system, processor_state_of_user_mode_can_be_set_and_no_other)
{
    program_open();
    const sel_t runner = new_runner();
    for (uint64_t op1 = 0; op1 < 8; op1++) {
        const uint64_t first = CODE(0, op1, 4, 0, 0), count = 128;
        program_write(false, first, count, NO_REGISTER, NOP);
        run_program(runner);
        for (uint64_t i = 0; i < count; i++)
            if (!is_trapped[i] && !is_allowed_immediate(first + i))
                say("MSR of an immediate", first + i);
    }
    program_close();
}

TEST(system, time_has_the_frequency_of_the_hip)
{
    uint64_t frequency;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    EXPECT_EQ(frequency, hip->stc_frequency);
}

static const struct tap_test tests[] = {
    TAP_TEST(system, registers_of_user_mode_can_be_read_and_no_others),
    TAP_TEST(system, registers_of_user_mode_can_be_written_and_no_others),
    TAP_TEST(system, registers_are_each_thread_s_own),
    TAP_TEST(system, instructions_of_user_mode_can_be_executed_and_no_others),
    TAP_TEST(system, processor_state_of_user_mode_can_be_set_and_no_other),
    TAP_TEST(system, time_has_the_frequency_of_the_hip),
};
const struct tap_suite system_suite = CONF_SUITE(tests);
