/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86_64: RFLAGS at each way into the kernel, and through replies (interface specification, 8.7.5 and 8.8).
 * That SYSCALL clears DF cannot be seen here: the emulator always clears it.
 */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/x86_64/attempt.h"

/* system.S */
uint64_t flags_across_call(uint64_t flags, uint64_t p0, uint64_t p1);
uint64_t flags_across_event(uint64_t flags), flags_across_iret(uint64_t flags);
uint64_t flags_across_ss_call(uint64_t flags, uint64_t p0, uint64_t p1);
uint64_t flags_across_ss_event(uint64_t flags);

/* RFLAGS (SDM vol. 1, "EFLAGS Register"). */
enum : uint64_t {
    TF = 1 << 8,
    IF = 1 << 9,
    DF = 1 << 10,
    IOPL = 3 << 12,
    NT = 1 << 14,
    RF = 1 << 16,
    VM = 1 << 17,
    AC = 1 << 18,
    VIF_VIP = 3 << 19,
    ID = 1 << 21,
    STATUS = 0x8d5, /* CF PF AF ZF SF OF */
    GIVEN = IF | 1 << 1,
    OWN = STATUS | TF | DF | NT | AC | ID, /* what POPF changes */
    REPLIED = STATUS | TF | DF | ID,       /* what a reply changes */
};

static sel_t server_pt, done;

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

/* Each bit alone, none and all of them. */
enum : uint64_t { FLAG_PLANS = 66 };

static uint64_t flags_plan(uint64_t i)
{
    return i < 64 ? 1ull << i : i == 64 ? 0 : ~0ull;
}

static uint64_t call_with_flags(uint64_t i)
{
    const uint64_t flags = flags_plan(i);
    return (flags_across_call(flags, 0xf, 0) ^ GIVEN) |
           (flags_across_call(flags, hc_p0(HYPERCALL_IPC_CALL, 0, server_pt), 0) ^ GIVEN);
}

TEST(flags, behind_a_hypercall_are_always_the_same)
{
    attempt_open();
    const struct thread server = new_local(cpu_here(), answer);
    server_pt = new_pt(&server, 0);
    attempt_seen.count = 0;
    for (uint64_t i = 0; i < FLAG_PLANS; i++)
        EXPECT_EQ(0, attempt(call_with_flags, i));
    EXPECT_EQ(0, attempt_seen.count); /* not even a single step */
}

/* The kernel leaves by IRET, to a thread that was interrupted, while the caller's flags would hurt. */
static _Atomic uint64_t rounds, stop;

static void count_rounds([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&rounds, 1);
    up(done);
}

/* Until the other one had its turn: its timer may find that it is late already. */
static void sleep_with_flags(uint64_t sm)
{
    const uint64_t sleep = hc_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, sm);
    for (uint64_t i = 0; i < FLAG_PLANS; i++) {
        const uint64_t then = atomic_load(&rounds);
        for (unsigned tries = 0; atomic_load(&rounds) == then && tries < 1000; tries++)
            EXPECT_EQ(GIVEN, flags_across_call(flags_plan(i), sleep, time_after(hip, 500)));
        EXPECT(atomic_load(&rounds) > then);
    }
    up(done);
}

TEST(flags, of_one_thread_are_not_the_next_one_s)
{
    done = new_sm(0);
    atomic_store(&rounds, 0);
    atomic_store(&stop, 0);
    new_global(cpu_there(), LOW, count_rounds, 0);
    EXPECT(wait_until(&rounds, 100));
    new_global(cpu_there(), HIGH, sleep_with_flags, new_sm(0));
    EXPECT(down(done));
    atomic_store(&stop, 1);
    EXPECT(down(done));
}

/* A single step, once; else what `flags_reply` says. */
static uint64_t flags_reply, step_count;
static bool has_reply;

static uint32_t reply_flags(struct utcb_arch *state)
{
    if (attempt_seen.event == EVENT_HST_DB) {
        step_count++;
        state->rflags &= ~TF;
        return MTD_RFLAGS;
    }
    state->rflags = flags_reply;
    return has_reply ? MTD_RFLAGS : 0;
}

TEST(flags, that_a_handler_sees_are_the_thread_s)
{
    attempt_open();
    attempt_react = reply_flags;
    has_reply = false;
    for (uint64_t i = 0; i < FLAG_PLANS; i++) {
        const uint64_t own = flags_plan(i) & OWN;
        if (own & TF)
            continue; /* a step comes between: the next test */
        EXPECT_EQ(own | GIVEN, attempt(flags_across_event, flags_plan(i)));
        EXPECT_EQ(own | GIVEN, attempt_seen.flags);
    }
}

TEST(flags, reply_gives_status_direction_step_and_id_flags_and_no_others)
{
    attempt_open();
    attempt_react = reply_flags;
    has_reply = true;
    for (uint64_t i = 0; i < FLAG_PLANS; i++) {
        flags_reply = flags_plan(i);
        step_count = 0;
        const uint64_t want = (flags_reply & REPLIED & ~TF) | GIVEN;
        EXPECT_EQ(want, attempt(flags_across_event, 0) & ~TF);
        EXPECT_EQ((flags_reply & TF) != 0, step_count);
        EXPECT_EQ(want | AC,
                  attempt(flags_across_event, AC) & ~TF);       /* its own, whatever the reply */
        EXPECT_EQ(want, attempt(flags_across_event, NT) & ~TF); /* gone with each reply */
    }
}

/*
 * A step that MOV SS held back must not come in the kernel (CVE-2018-8897 has breakpoints for it, which
 * user mode cannot set). Whether it comes in user mode, or not at all, is the CPU's affair.
 */
static uint64_t call_behind_ss(uint64_t flags)
{
    return flags_across_ss_call(flags, 0xf, 0);
}

TEST(flags, step_held_back_by_ss_does_not_come_in_the_kernel)
{
    attempt_open();
    attempt_react = reply_flags;
    has_reply = false;
    for (uint64_t i = 0; i < 10; i++) {
        EXPECT_EQ(GIVEN, attempt(call_behind_ss, GIVEN | TF));
        EXPECT_EQ(GIVEN, attempt(flags_across_ss_event, GIVEN | TF) & ~TF);
    }
}

TEST(flags, iret_of_user_mode_gives_no_privilege)
{
    attempt_open();
    attempt_react = reply_flags;
    has_reply = false;
    for (uint64_t i = 0; i < FLAG_PLANS; i++) {
        const uint64_t flags = attempt(flags_across_iret, flags_plan(i) & ~TF);
        EXPECT_EQ(GIVEN, flags & (GIVEN | IOPL | VM | VIF_VIP | RF));
        EXPECT_EQ(flags_plan(i) & OWN & ~TF, flags & OWN);
    }
}

/* CR0.AM is clear, so AC alone does nothing. */
static uint64_t read_misaligned(uint64_t hva)
{
    uint64_t value;
    __asm__ volatile("pushf; orl %2, (%%rsp); popf; mov 1(%1), %0; pushf; andl %3, (%%rsp); popf"
                     : "=&r"(value)
                     : "r"(hva), "i"(1 << 18), "i"(~(1 << 18))
                     : "memory", "cc");
    return value;
}

TEST(flags, misaligned_accesses_are_no_exceptions)
{
    attempt_open();
    static const uint8_t bytes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    attempt_seen.event = NO_EVENT;
    EXPECT_EQ(0x0807'0605'0403'0201, attempt(read_misaligned, (uint64_t)bytes));
    EXPECT_EQ(NO_EVENT, attempt_seen.event);
}

static const struct tap_test tests[] = {
    TAP_TEST(flags, behind_a_hypercall_are_always_the_same),
    TAP_TEST(flags, of_one_thread_are_not_the_next_one_s),
    TAP_TEST(flags, that_a_handler_sees_are_the_thread_s),
    TAP_TEST(flags, reply_gives_status_direction_step_and_id_flags_and_no_others),
    TAP_TEST(flags, step_held_back_by_ss_does_not_come_in_the_kernel),
    TAP_TEST(flags, iret_of_user_mode_gives_no_privilege),
    TAP_TEST(flags, misaligned_accesses_are_no_exceptions),
};
const struct tap_suite flags_suite = CONF_SUITE(tests);
