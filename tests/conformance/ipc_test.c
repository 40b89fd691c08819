/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages (interface specification, 4.3, 4.4.1 and 5.2). Root calls; a thread on its CPU answers. */
#include "kernel/base/string.h"
#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

static uint64_t pattern(uint64_t seed, size_t i)
{
    return (seed + i) * 0x9e37'79b9'7f4a'7c15;
}

static void fill(struct utcb *utcb, uint64_t seed)
{
    for (size_t i = 0; i < UTCB_WORDS; i++)
        utcb->word[i] = pattern(seed, i);
}

/* `words` words of one pattern, the rest of another. */
static bool is_filled(const struct utcb *utcb, size_t words, uint64_t seed, uint64_t behind)
{
    for (size_t i = 0; i < UTCB_WORDS; i++)
        if (utcb->word[i] != pattern(i < words ? seed : behind, i))
            return false;
    return true;
}

enum : uint64_t { QUESTION = 1, ANSWER = 2, BEFORE_CALLEE = 3 };

static size_t question_words, answer_words;
static bool was_good;
static uint64_t seen_pid;
static uint32_t seen_mtd, reply_mtd;

static uint32_t check_and_answer(uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    seen_pid = pid;
    seen_mtd = mtd;
    was_good = is_filled(utcb, question_words, QUESTION, BEFORE_CALLEE);
    fill(utcb, ANSWER);
    return hc_mtd((uint32_t)answer_words);
}

static void exchange(const struct thread *callee, sel_t pt, size_t there, size_t back)
{
    question_words = there;
    answer_words = back;
    fill(callee->utcb, BEFORE_CALLEE);
    fill(root_utcb(), QUESTION);
    const struct hc_ipc reply = hc_ipc_call(pt, 0, hc_mtd((uint32_t)there));
    EXPECT_STATUS(SUCCESS, reply.status);
    EXPECT_EQ(hc_mtd((uint32_t)there), seen_mtd);
    EXPECT_EQ(hc_mtd((uint32_t)back), reply.mtd);
    if (!was_good)
        tap_fail(__FILE__, __LINE__, "question of %zu words", there);
    if (!is_filled(root_utcb(), back, ANSWER, QUESTION))
        tap_fail(__FILE__, __LINE__, "answer of %zu words", back);
}

TEST(ipc, message_of_any_length_arrives_whole_and_nothing_else)
{
    const struct thread callee = new_local(cpu_here(), check_and_answer);
    const sel_t pt = new_pt(&callee, 0);
    exchange(&callee, pt, 1, 1);
    exchange(&callee, pt, 4, 4);
    exchange(&callee, pt, 64, 64);
    exchange(&callee, pt, 512, 512);
    for (size_t words = 1; words <= UTCB_WORDS; words++)
        exchange(&callee, pt, words, UTCB_WORDS + 1 - words);
}

static uint32_t add_one([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    for (size_t i = 0; i < mtd_words(mtd); i++)
        utcb->word[i]++;
    return mtd;
}

TEST(ipc, message_crosses_from_one_pd_to_another)
{
    const struct peer peer = new_peer();
    struct thread callee;
    MUST(thread_create_local(&callee, &(struct thread_plan){.cpu = cpu_here(), .pd = peer.child.pd},
                             add_one));
    const sel_t pt = new_pt(&callee, 0);
    static const uint32_t sizes[] = {1, 4, 64, 512};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        fill(root_utcb(), QUESTION);
        EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(sizes[s])).status);
        for (size_t i = 0; i < UTCB_WORDS; i++)
            EXPECT_EQ(pattern(QUESTION, i) + (i < sizes[s]), root_utcb()->word[i]);
    }
}

TEST(ipc, ignored_bits_of_the_descriptor_are_handed_on)
{
    const struct thread callee = new_local(cpu_here(), check_and_answer);
    const sel_t pt = new_pt(&callee, 0);
    question_words = 4;
    answer_words = 4;
    uint64_t p1 = 0xdead'be00'0000'0000 | 0xfeed'fe00 | hc_mtd(4);
    EXPECT_STATUS(SUCCESS, trap_out_1(hc_p0(HYPERCALL_IPC_CALL, 0, pt), &p1));
    EXPECT_EQ(0xfeed'fe00 | hc_mtd(4), seen_mtd);
    EXPECT_EQ(hc_mtd(4), p1);
}

static uint32_t echo([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                     [[maybe_unused]] struct utcb *utcb)
{
    return reply_mtd;
}

TEST(ipc, ignored_bits_of_the_reply_are_handed_back)
{
    const struct thread callee = new_local(cpu_here(), echo);
    const sel_t pt = new_pt(&callee, 0);
    reply_mtd = 0xfeed'fe00 | hc_mtd(1);
    uint64_t p1 = 0;
    EXPECT_STATUS(SUCCESS, trap_out_1(hc_p0(HYPERCALL_IPC_CALL, 0, pt), &p1));
    EXPECT_EQ(0xfeed'fe00 | hc_mtd(1), p1);
}

TEST(ipc, success_is_zero_with_each_flag)
{
    const struct thread callee = new_local(cpu_here(), echo);
    const sel_t pt = new_pt(&callee, 0);
    for (uint8_t flags = 0; flags < 16; flags++)
        EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, flags, 0).status);
}

TEST(ipc, callee_is_told_which_portal_was_called)
{
    const struct thread callee = new_local(cpu_here(), check_and_answer);
    const sel_t a = new_pt(&callee, 0), b = new_pt(&callee, 0x1122'3344'5566'7788);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(a, 0, 0).status);
    EXPECT_EQ(0, seen_pid);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(b, 0, 0).status);
    EXPECT_EQ(0x1122'3344'5566'7788, seen_pid);
    MUST(hc_ctrl_pt(a, ~0ull, 0xffff'ffff));
    EXPECT_STATUS(SUCCESS, hc_ipc_call(a, 0, 0).status);
    EXPECT_EQ(~0ull, seen_pid);
    EXPECT_EQ(0, seen_mtd); /* the portal's descriptor is for events */
}

/* Calls sixteen deep: each callee asks the next and adds its own number. */

enum : size_t { DEPTH = 16 };
static sel_t chain[DEPTH];

static uint32_t ask_next(uint64_t pid, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    utcb->word[0] = utcb->word[0] * 3 + pid;
    if (pid + 1 < DEPTH)
        if (hc_ipc_call(chain[pid + 1], 0, hc_mtd(1)).status != SUCCESS)
            utcb->word[0] = 0;
    utcb->word[0] = utcb->word[0] * 5 + pid;
    return hc_mtd(1);
}

TEST(ipc, calls_nest_sixteen_deep)
{
    for (size_t i = 0; i < DEPTH; i++) {
        const struct thread t = new_local(cpu_here(), ask_next);
        chain[i] = new_pt(&t, i);
    }
    uint64_t want = 1;
    for (uint64_t i = 0; i < DEPTH; i++)
        want = want * 3 + i;
    for (uint64_t i = DEPTH; i-- > 0;)
        want = want * 5 + i;
    for (unsigned round = 0; round < 3; round++) {
        root_utcb()->word[0] = 1;
        EXPECT_STATUS(SUCCESS, hc_ipc_call(chain[0], 0, hc_mtd(1)).status);
        EXPECT_EQ(want, root_utcb()->word[0]);
    }
}

TEST(ipc, callee_on_another_cpu_is_refused)
{
    if (cpu_there() == cpu_here()) {
        tap_skip("one CPU");
        return;
    }
    const struct thread callee = new_local(cpu_there(), echo);
    EXPECT_STATUS(BAD_CPU, hc_ipc_call(new_pt(&callee, 0), 0, 0).status);
    EXPECT_STATUS(BAD_CPU, hc_ipc_call(new_pt(&callee, 0), IPC_CALL_TIMEOUT, 0).status);
}

/* Authority comes first, then the CPU; how the callee is does not matter. */
TEST(ipc, callee_on_another_cpu_is_told_to_who_may_call)
{
    if (cpu_there() == cpu_here()) {
        tap_skip("one CPU");
        return;
    }
    const struct thread callee = new_local(cpu_there(), echo);
    const sel_t pt = new_pt(&callee, 0);
    EXPECT_STATUS(BAD_CAP, hc_ipc_call(copy_cap(pt, PERM_PT_ALL & ~PERM_PT_CALL), 0, 0).status);
    EXPECT_STATUS(BAD_CPU, hc_ipc_call(copy_cap(pt, PERM_PT_CALL), 0, 0).status);
}

TEST(ipc, refused_call_changes_neither_descriptor_nor_message)
{
    fill(root_utcb(), QUESTION);
    uint64_t p1 = 0x1234'5678'9abc'def0;
    EXPECT_STATUS(BAD_CAP, trap_out_1(hc_p0(HYPERCALL_IPC_CALL, 0, sel_alloc(0)), &p1));
    EXPECT_EQ(0x1234'5678'9abc'def0, p1);
    EXPECT(is_filled(root_utcb(), UTCB_WORDS, QUESTION, 0));
}

TEST(ipc, portal_without_capability_is_gone)
{
    const struct thread callee = new_local(cpu_here(), echo);
    const sel_t pt = new_pt(&callee, 0), copy = copy_cap(pt, PERM_PT_CALL);
    revoke(pt);
    EXPECT_STATUS(BAD_CAP, hc_ipc_call(pt, 0, 0).status);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(copy, 0, 0).status);
    revoke(copy);
    EXPECT_STATUS(BAD_CAP, hc_ipc_call(copy, 0, 0).status);
}

/* The registers of a callee: those of its last ipc_reply, but P0, P1 and IP. */
TEST(ipc, callee_starts_with_zeroed_registers_and_its_stack)
{
    const sel_t ec = sel_alloc(0), pt = sel_alloc(0);
    const uint64_t sp = (uint64_t)pages_alloc(1) + 0x1000;
    MUST(hc_create_ec(ec, SEL_ROOT_PD,
                      (struct hc_ec){.flags = CREATE_EC_FPU,
                                     .cpu = cpu_here(),
                                     .page = utcb_alloc(),
                                     .sp = sp,
                                     .evt = thread_events(cpu_here())}));
    MUST(hc_create_pt(pt, SEL_ROOT_PD, ec, (uint64_t)raw_portal_entry));
    MUST(hc_ctrl_pt(pt, 0xabcd, 0));
    for (size_t i = 0; i < REGS; i++)
        raw_portal_regs.r[i] = 0x7700 + i;

    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(3)).status);
    for (size_t i = 0; i < REGS; i++) {
        const uint64_t got = raw_portal_seen.r[i];
        const bool is_entry = cpu_has_ports() && (i == 1 || i == 11); /* RCX, R11: SYSRET's */
        if (i == REG_FLAGS || is_entry)
            continue;
        EXPECT_EQ(i == REG_P0 ? 0xabcd : i == REG_P1 ? hc_mtd(3) : i == REG_SP ? sp : 0, got);
    }

    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(5)).status);
    for (size_t i = 0; i < REGS; i++) {
        const uint64_t got = raw_portal_seen.r[i];
        const bool is_entry = cpu_has_ports() && (i == 1 || i == 11);
        if (i == REG_FLAGS || is_entry)
            continue;
        EXPECT_EQ(i == REG_P0   ? 0xabcd
                  : i == REG_P1 ? hc_mtd(5)
                  : i == REG_SP ? sp
                                : 0x7700 + i,
                  got);
    }
}

/* All of P0 but the number, and what is above the descriptor. */
static uint64_t reply_p0;

static uint32_t reply_with_more([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                                struct utcb *utcb)
{
    utcb->word[0] = reply_p0;
    trap_reply(reply_p0, 0xffff'ffff'0000'0000 | hc_mtd(1));
}

TEST(ipc, reply_looks_at_its_number_and_descriptor_only)
{
    for (uint64_t bit = 1ull << P0_FLAGS_SHIFT; bit != 0; bit *= 2) {
        const struct thread callee = new_local(cpu_here(), reply_with_more);
        uint64_t p1 = 0;
        reply_p0 = bit | HYPERCALL_IPC_REPLY;
        EXPECT_STATUS(SUCCESS, trap_out_1(hc_p0(HYPERCALL_IPC_CALL, 0, new_pt(&callee, 0)), &p1));
        EXPECT_EQ(hc_mtd(1), p1);
        EXPECT_EQ(reply_p0, root_utcb()->word[0]);
    }
}

/* A global thread has no caller: its reply puts it to sleep, and harms nobody. */
static void reply_to_nobody(uint64_t sm)
{
    up(sm);
    hc_ipc_reply(0);
}

TEST(ipc, reply_of_a_global_thread_puts_it_to_sleep)
{
    const sel_t sm = new_sm(0);
    for (unsigned i = 0; i < 4; i++)
        new_global(i % 2 ? cpu_there() : cpu_here(), LOW, reply_to_nobody, sm);
    for (unsigned i = 0; i < 4; i++)
        EXPECT(down(sm));
    nap(1000);
}

static const struct tap_test tests[] = {
    TAP_TEST(ipc, message_of_any_length_arrives_whole_and_nothing_else),
    TAP_TEST(ipc, message_crosses_from_one_pd_to_another),
    TAP_TEST(ipc, ignored_bits_of_the_descriptor_are_handed_on),
    TAP_TEST(ipc, ignored_bits_of_the_reply_are_handed_back),
    TAP_TEST(ipc, success_is_zero_with_each_flag),
    TAP_TEST(ipc, callee_is_told_which_portal_was_called),
    TAP_TEST(ipc, calls_nest_sixteen_deep),
    TAP_TEST(ipc, callee_on_another_cpu_is_refused),
    TAP_TEST(ipc, callee_on_another_cpu_is_told_to_who_may_call),
    TAP_TEST(ipc, refused_call_changes_neither_descriptor_nor_message),
    TAP_TEST(ipc, portal_without_capability_is_gone),
    TAP_TEST(ipc, callee_starts_with_zeroed_registers_and_its_stack),
    TAP_TEST(ipc, reply_looks_at_its_number_and_descriptor_only),
    TAP_TEST(ipc, reply_of_a_global_thread_puts_it_to_sleep),
};
const struct tap_suite ipc_suite = CONF_SUITE(tests);
