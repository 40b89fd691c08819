/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions of host ECs and the state that travels with them (interface specification, 4.4.2, 5.2). */
#include <stdatomic.h>

#include "kernel/base/string.h"
#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

/* What the catcher has seen, in order, and what it does about it. */
enum : size_t { SEEN_MAX = 4 };
static struct {
    struct utcb utcb;
    uint64_t pid;
    uint32_t mtd;
} seen[SEEN_MAX];
static size_t seen_count;
static uint32_t (*react)(struct utcb *utcb);

static uint32_t on_event(uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    const size_t i = seen_count++ % SEEN_MAX;
    memcpy(&seen[i].utcb, utcb, sizeof *utcb);
    seen[i].pid = pid;
    seen[i].mtd = mtd;
    return react(utcb);
}

/* Bits that mean something for a host EC. */
static uint32_t all_bits(void)
{
    uint32_t all = 0;
    for (size_t i = 0; i < mtd_bit_count; i++)
        all |= mtd_bits[i].bit;
    return all;
}

/* A thread that runs code with registers of ours and without the default handlers. */
static struct regs in, out;
static sel_t done;

static void victim(uint64_t code)
{
    provoke(&in, &out, (const char *)code);
    up(done);
}

static sel_t catch_events(const struct thread *catcher, uint32_t mtd)
{
    const sel_t events = new_events(cpu_here());
    for (unsigned event = 0; event < hip->sel_hst_arch; event++)
        MUST(thread_create_portal(catcher, events + event, 0xe0e0'0000'0000'0000 | event, mtd));
    return events;
}

static void fill_registers(void)
{
    for (size_t i = 0; i < REGS; i++)
        in.r[i] = 0x5a5a'0000'0000'0000 | i << 8 | 1;
    in.r[REG_FLAGS] = flags_changeable & 0xf000'0095;
}

/* Run `code` with events to `events`; false if it did not come to its end. */
static bool run(const char *code, sel_t events, bool has_no_fpu)
{
    const struct thread_plan plan = {.cpu = cpu_here(), .has_no_fpu = has_no_fpu, .events = events};
    seen_count = 0;
    fill_registers();
    exception_registers(&in);
    done = new_sm(0);
    const struct thread t = new_global_plan(&plan, victim, (uint64_t)code);
    new_sc(&t, LOW, BUDGET);
    return down(done);
}

static uint32_t go_back(struct utcb *utcb)
{
    *event_ip(event_state(utcb)) = (uint64_t)provoke_back;
    *state_flags(utcb) &= ~flags_step;
    return MTD_IP | MTD_FLAGS;
}

static void expect_registers(const char *name)
{
    for (size_t i = 0; i < REGS; i++) {
        if (i == REG_CODE || i == REG_FLAGS)
            continue;
        const uint64_t want = in.r[i], got = *state_register(&seen[0].utcb, i);
        if (got != want)
            tap_fail(__FILE__, __LINE__, "%s: register %zu is %#lx, not %#lx", name, i, got, want);
    }
}

static void expect_exception(const struct exception *e)
{
    const unsigned event = (unsigned)seen[0].pid;
    const struct utcb_arch *const state = event_state(&seen[0].utcb);
    if (seen_count != 1 || seen[0].pid >> 32 != 0xe0e0'0000) {
        tap_fail(__FILE__, __LINE__, "%s: %zu events, the first has %#lx", e->name, seen_count,
                 seen[0].pid);
        return;
    }
    if (event == 0 && e->may_be_undefined)
        return;
    const uint64_t ip = *event_ip(event_state(&seen[0].utcb));
    if (event != e->event || seen[0].mtd != all_bits() || ip != (uint64_t)e->at)
        tap_fail(__FILE__, __LINE__, "%s: event %#x with %#x at %#lx, not %#x with %#x at %p",
                 e->name, event, seen[0].mtd, ip, e->event, all_bits(), (const void *)e->at);
    const uint64_t syndrome = state_syndrome(&seen[0].utcb);
    if ((syndrome ^ e->syndrome) & e->mask)
        tap_fail(__FILE__, __LINE__, "%s: syndrome %#lx, not %#lx", e->name, syndrome, e->syndrome);
    if (e->address != 0 && event_fault_address(state) != e->address)
        tap_fail(__FILE__, __LINE__, "%s: address %#lx, not %#lx", e->name,
                 event_fault_address(state), e->address);
    expect_registers(e->name);
}

TEST(event, each_exception_reaches_the_portal_of_its_number)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, all_bits());
    react = go_back;
    for (size_t i = 0; i < exception_count; i++)
        if (run(exceptions[i].code, events, false))
            expect_exception(&exceptions[i]);
        else
            tap_fail(__FILE__, __LINE__, "%s", exceptions[i].name);
}

TEST(event, thread_without_fpu_is_told_so)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, all_bits());
    react = go_back;
    EXPECT(run(fpu_code, events, true));
    EXPECT_EQ(1, seen_count);
    EXPECT_EQ(fpu_event, (unsigned)seen[0].pid);
    EXPECT_EQ((uint64_t)fpu_code, *event_ip(event_state(&seen[0].utcb)));
}

TEST(event, thread_with_fpu_is_not)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    react = go_back;
    EXPECT(run(fpu_code, catch_events(&catcher, all_bits()), false));
    EXPECT_EQ(0, seen_count);
}

/* Each bit alone: what it names is filled in, the rest of the page is left as it was. */

enum : uint8_t { MARK = 0xa5 };

static void expect_only(uint32_t bit)
{
    size_t first = 0, end = 0;
    bool is_changed = false;
    for (size_t i = 0; i < mtd_bit_count; i++)
        if (mtd_bits[i].bit == bit) {
            first = mtd_bits[i].first;
            end = mtd_bits[i].end;
        }
    const uint8_t *const byte = (const uint8_t *)&seen[0].utcb;
    for (size_t i = 0; i < sizeof seen[0].utcb; i++) {
        if (i >= first && i < end)
            is_changed |= byte[i] != MARK;
        else if (byte[i] != MARK) {
            tap_fail(__FILE__, __LINE__, "bit %#x changes byte %#zx", bit, i);
            return;
        }
    }
    if (!is_changed && end != 0)
        tap_fail(__FILE__, __LINE__, "bit %#x moves nothing", bit);
}

static uint32_t go_on([[maybe_unused]] struct utcb *utcb)
{
    return 0;
}

TEST(event, portal_says_what_is_handed_to_the_handler)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, 0);
    react = go_on;
    for (uint64_t bit = 1; bit < 1ull << 32; bit *= 2) {
        MUST(hc_ctrl_pt(events + trap_event, bit, (uint32_t)bit));
        memset(catcher.utcb, MARK, sizeof *catcher.utcb);
        EXPECT(run(trap_code, events, false));
        EXPECT_EQ(2, seen_count);
        EXPECT_EQ(bit, seen[0].pid);
        EXPECT_EQ(bit, seen[0].mtd);
        expect_only((uint32_t)bit);
    }
}

/*
 * One handler is called and handles an event, in turns. As words of a message the bits of its replies
 * mean something else than as state: two words is POISON.
 */
static uint32_t reply_as_message([[maybe_unused]] struct utcb *utcb)
{
    static_assert(MTD_POISON == 1);
    utcb->word[1] = seen_count;
    return hc_mtd(2);
}

TEST(event, reply_is_of_the_kind_of_the_message)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, MTD_IP | MTD_FLAGS), pt = new_pt(&catcher, 0);
    for (unsigned i = 0; i < 3; i++) {
        react = reply_as_message;
        seen_count = 4;
        root_utcb()->word[1] = 0;
        root_utcb()->word[2] = MARK;
        catcher.utcb->word[2] = 0;
        EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(1)).status);
        EXPECT_EQ(5, root_utcb()->word[1]);
        EXPECT_EQ(MARK, root_utcb()->word[2]);
        react = go_back;
        EXPECT(run(trap_code, events, false));
        EXPECT_EQ(1, seen_count);
    }
}

/* At the first event all state is replaced, in the UTCB; the second shows what has been taken over. */

static uint32_t reply_bit;
static struct utcb replaced;

static uint32_t replace(struct utcb *utcb)
{
    if (seen_count != 1)
        return 0;
    for (size_t i = 0; i < UTCB_WORDS; i++)
        utcb->word[i] = 0x00c3'0000'0000'0000 | i << 4;
    *state_flags(utcb) = 0xf000'0000 & flags_changeable;
    *event_ip(event_state(utcb)) = (uint64_t)trap_detour;
    memcpy(&replaced, utcb, sizeof *utcb);
    return reply_bit;
}

/* What byte `at` of the state comes from: the reply, the EC, or nothing of both. */
static bool is_taken(size_t at)
{
    for (size_t i = 0; i < mtd_bit_count; i++)
        if (mtd_bits[i].bit == reply_bit && mtd_bits[i].is_taken_back)
            return at >= mtd_bits[i].first && at < mtd_bits[i].end;
    return false;
}

static void expect_state(const struct utcb_arch *first)
{
    struct utcb *const second = &seen[1].utcb;
    const uint64_t *const ip_at = event_ip(event_state(second));
    const uint64_t *const flags_at = state_flags(second);

    EXPECT_EQ((uint64_t)(reply_bit & MTD_IP ? trap_detour_end : trap_second), *ip_at);
    const struct utcb *const flags_from =
        is_taken((size_t)((const char *)flags_at - (const char *)second)) ? &replaced
                                                                          : &seen[0].utcb;
    const size_t flags_word = (size_t)(flags_at - second->word);
    EXPECT_EQ(flags_from->word[flags_word] & flags_changeable, *flags_at & flags_changeable);

    for (size_t i = 0; i < mtd_bit_count; i++) {
        if (!mtd_bits[i].is_taken_back)
            continue;
        for (size_t word = mtd_bits[i].first / 8; word < mtd_bits[i].end / 8u; word++) {
            if (&second->word[word] == ip_at || &second->word[word] == flags_at)
                continue;
            const uint64_t want =
                is_taken(word * 8) ? replaced.word[word] : ((const uint64_t *)first)[word];
            if (second->word[word] != want)
                tap_fail(__FILE__, __LINE__, "reply with %#x: %#zx is %#lx, not %#lx", reply_bit,
                         word * 8, second->word[word], want);
        }
    }
}

TEST(event, reply_says_what_is_taken_from_the_handler)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, all_bits());
    react = replace;
    for (uint64_t bit = 2; bit < 1ull << 32; bit *= 2) {
        reply_bit = (uint32_t)bit;
        EXPECT(run(trap_code, events, false));
        EXPECT_EQ(2, seen_count);
        expect_state(event_state(&seen[0].utcb));
    }
}

/* What a program has after the event, not only what the kernel says it has. */
TEST(event, registers_are_those_of_the_reply)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, all_bits());
    react = replace;
    reply_bit = MTD_GPRS | MTD_SP | MTD_FLAGS;
    EXPECT(run(trap_code, events, false));
    for (size_t i = 0; i < REGS; i++)
        if (i != REG_FLAGS)
            EXPECT_EQ(*state_register(&replaced, i), out.r[i]);
    EXPECT_EQ(*state_flags(&replaced) & flags_changeable, out.r[REG_FLAGS] & flags_changeable);
}

TEST(event, registers_are_kept_by_an_empty_reply)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, 0);
    react = go_on;
    EXPECT(run(trap_code, events, false));
    for (size_t i = 0; i < REGS; i++)
        if (i != REG_FLAGS)
            EXPECT_EQ(in.r[i], out.r[i]);
    EXPECT_EQ(in.r[REG_FLAGS] & flags_changeable, out.r[REG_FLAGS] & flags_changeable);
}

static uint32_t raise_flags(struct utcb *utcb)
{
    *state_flags(utcb) = ~flags_step;
    return seen_count == 1 ? MTD_FLAGS : 0;
}

TEST(event, flags_that_are_not_the_program_s_stay_as_they_are)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, MTD_FLAGS);
    react = raise_flags;
    MUST(hc_ctrl_pt(events + trap_event, 0, MTD_FLAGS));
    EXPECT(run(trap_code, events, false));
    EXPECT_EQ(flags_changeable, *state_flags(&seen[1].utcb) & ~flags_given);
}

/*
 * The handler sends the program to what is no address, with or without registers of its own: the kernel may
 * leave in different ways then. The program gets the exception that a jump there is.
 */
static uint64_t nowhere;
static uint32_t nowhere_bits;

static uint32_t send_nowhere(struct utcb *utcb)
{
    if (seen_count > 1)
        return go_back(utcb);
    *event_ip(event_state(utcb)) = nowhere;
    return nowhere_bits;
}

TEST(event, reply_may_send_the_program_to_any_address)
{
    static const uint64_t addresses[] = {0x8000'0000'0000, 0x8000'0000'0000'0000,
                                         0xffff'8000'0000'0000, UINT64_MAX};
    static const uint32_t bits[] = {MTD_IP, MTD_IP | MTD_GPRS | MTD_SP | MTD_FLAGS};
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = catch_events(&catcher, all_bits());
    react = send_nowhere;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        for (size_t j = 0; j < sizeof bits / sizeof *bits; j++) {
            nowhere = addresses[i];
            nowhere_bits = bits[j];
            EXPECT(run(trap_code, events, false));
            EXPECT_EQ(2, seen_count);
            EXPECT_EQ(nowhere, *event_ip(event_state(&seen[1].utcb)));
        }
}

static const struct tap_test tests[] = {
    TAP_TEST(event, each_exception_reaches_the_portal_of_its_number),
    TAP_TEST(event, thread_without_fpu_is_told_so),
    TAP_TEST(event, thread_with_fpu_is_not),
    TAP_TEST(event, portal_says_what_is_handed_to_the_handler),
    TAP_TEST(event, reply_is_of_the_kind_of_the_message),
    TAP_TEST(event, reply_says_what_is_taken_from_the_handler),
    TAP_TEST(event, registers_are_those_of_the_reply),
    TAP_TEST(event, registers_are_kept_by_an_empty_reply),
    TAP_TEST(event, flags_that_are_not_the_program_s_stay_as_they_are),
    TAP_TEST(event, reply_may_send_the_program_to_any_address),
};
const struct tap_suite event_suite = CONF_SUITE(tests);
