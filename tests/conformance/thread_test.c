/* SPDX-License-Identifier: GPL-2.0-only */
/* What create_ec and create_pt make of their parameters (interface specification, 5.3.2, 5.3.4, 5.4.4). */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

enum : uint64_t { PAGE = 0x1000 };
static const uint8_t rw = PERM_MEM_R | PERM_MEM_W;

static uint64_t seen_pid, seen_word;
static uint32_t seen_mtd;

static uint32_t look([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    seen_pid = pid;
    seen_mtd = mtd;
    seen_word = utcb->word[0];
    return hc_mtd(1);
}

static sel_t new_ec(uint64_t utcb)
{
    const sel_t ec = sel_alloc(0);
    MUST(hc_create_ec(ec, SEL_ROOT_PD, (struct hc_ec){.cpu = cpu_here(), .page = utcb}));
    return ec;
}

static volatile uint64_t *word_at(uint64_t hva)
{
    return (volatile uint64_t *)hva;
}

/* UTCBs. */

TEST(thread, utcb_may_be_at_address_0)
{
    EXPECT(!can_read(0));
    const sel_t ec = new_ec(0);
    EXPECT(can_read(0) && can_write(8) && !can_execute(0));
    revoke(ec);
}

TEST(thread, utcb_replaces_what_is_mapped_there)
{
    const uint64_t at = HVA_FREE, view = HVA_FREE + PAGE, frame = free_frames();
    MUST(map(frame, at, 0, rw));
    MUST(map(frame, view, 0, rw));
    *word_at(at) = 0x1234;
    new_ec(at);
    EXPECT_EQ(0, *word_at(at));
    *word_at(at) = 0x5678;
    EXPECT_EQ(0x1234, *word_at(view)); /* another page */
    MUST(map(frame, at, 0, PERM_NONE));
    MUST(map(frame, view, 0, PERM_NONE));
}

/* The first thread's messages go on in a page that it does not see any more. */
TEST(thread, utcb_replaces_another_that_the_kernel_goes_on_using)
{
    const struct thread t = new_local(cpu_here(), look);
    const sel_t pt = new_pt(&t, 0);
    struct utcb *const mine = root_utcb();
    mine->word[0] = 0x1111;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(1)).status);
    EXPECT_EQ(0x1111, seen_word);
    new_ec((uint64_t)t.utcb);
    EXPECT_EQ(0, t.utcb->word[0]);
    mine->word[0] = 0x2222;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(1)).status);
    EXPECT_EQ(0, seen_word);
    EXPECT_EQ(0x2222, mine->word[0]); /* what it got comes back */
}

static uint64_t read_here(uint64_t hva)
{
    return *word_at(hva);
}

TEST(thread, utcb_is_in_the_space_of_its_own_pd)
{
    const struct peer peer = new_peer();
    const uint64_t at = utcb_alloc();
    const sel_t ec = sel_alloc(0);
    MUST(hc_create_ec(ec, peer.child.pd, (struct hc_ec){.cpu = cpu_here(), .page = at}));
    EXPECT_EQ(0, peer_run(&peer, read_here, at));
    EXPECT(!can_read(at));
}

/* Event selectors are looked at when there is an event, and not before. */
TEST(thread, any_event_selector_will_do)
{
    static const uint64_t some[] = {SELNUM - 1, SELNUM, 1ull << 56, UINT64_MAX};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        struct thread t;
        const struct thread_plan plan = {.cpu = cpu_here(), .events = some[i]};
        MUST(thread_create_local(&t, &plan, look));
        EXPECT_STATUS(SUCCESS, hc_ipc_call(new_pt(&t, 0), 0, hc_mtd(1)).status);
    }
}

/* Portals. */

extern const char portal_entry[]; /* of user/lib */

TEST(thread, portal_starts_with_identifier_0)
{
    const struct thread t = new_local(cpu_here(), look);
    const sel_t pt = sel_alloc(0);
    MUST(hc_create_pt(pt, SEL_ROOT_PD, t.ec, (uint64_t)portal_entry));
    seen_pid = 1;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(1)).status);
    EXPECT_EQ(0, seen_pid);
}

static _Atomic uint64_t started;

static uint32_t on_startup(uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    seen_pid = pid;
    seen_mtd = mtd;
    seen_word = *event_sp(event_state(utcb));
    *event_sp(event_state(utcb)) = 0;
    atomic_fetch_add(&started, 1);
    return MTD_POISON;
}

/* With MTD 0 nothing of the thread's state is handed over: of its stack pointer, for one. */
static void start_once(const struct thread *handler, sel_t pt, uint64_t want_pid, uint32_t want_mtd)
{
    enum : uint64_t { SP = 0x1234'5678'9ab0, BEFORE = 0x77 };
    const sel_t events = sel_alloc(7), startup = hip->sel_hst_arch + EVENT_NOVA_STARTUP;
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                    (struct hc_range){.from = pt, .to = events + startup, .perm = PERM_PT_EVENT}));
    const struct thread t = {.ec = sel_alloc(0), .utcb = (struct utcb *)utcb_alloc()};
    MUST(hc_create_ec(t.ec, SEL_ROOT_PD,
                      (struct hc_ec){.flags = CREATE_EC_GLOBAL,
                                     .cpu = cpu_here(),
                                     .page = (uint64_t)t.utcb,
                                     .sp = SP,
                                     .evt = events}));
    *event_sp(event_state(handler->utcb)) = BEFORE;
    atomic_store(&started, 0);
    new_sc(&t, LOW, BUDGET);
    EXPECT(wait_until(&started, 1));
    EXPECT_EQ(want_pid, seen_pid);
    EXPECT_EQ(want_mtd, seen_mtd);
    EXPECT_EQ(want_mtd & MTD_SP ? SP : BEFORE, seen_word);
}

TEST(thread, portal_starts_with_an_mtd_that_hands_over_nothing)
{
    const struct thread handler = new_local(cpu_here(), on_startup);
    const sel_t pt = sel_alloc(0);
    MUST(hc_create_pt(pt, SEL_ROOT_PD, handler.ec, (uint64_t)portal_entry));
    start_once(&handler, pt, 0, 0);
    MUST(hc_ctrl_pt(pt, UINT64_MAX - 1, MTD_SP));
    start_once(&handler, pt, UINT64_MAX - 1, MTD_SP);
    MUST(hc_ctrl_pt(pt, 7, 0)); /* and back */
    start_once(&handler, pt, 7, 0);
}

/* A call has its caller's descriptor, whatever the portal has for events; 32 bits of it. */
TEST(thread, mtd_of_a_portal_is_not_that_of_a_call)
{
    const struct thread t = new_local(cpu_here(), look);
    const sel_t pt = new_pt(&t, 0);
    MUST(hc_ctrl_pt(pt, 0x8765'4321'0fed'cba9, UINT32_MAX));
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(3)).status);
    EXPECT_EQ(0x8765'4321'0fed'cba9, seen_pid);
    EXPECT_EQ(hc_mtd(3), seen_mtd);
}

/* Each portal has its own, also if they lead to the same thread, and copies of one share them. */
TEST(thread, portals_of_one_thread_are_told_apart)
{
    const struct thread t = new_local(cpu_here(), look);
    const sel_t a = new_pt(&t, 1), b = new_pt(&t, 2), copy = copy_cap(a, PERM_PT_CTRL);
    MUST(hc_ctrl_pt(copy, 3, 0));
    EXPECT_STATUS(SUCCESS, hc_ipc_call(a, 0, hc_mtd(1)).status);
    EXPECT_EQ(3, seen_pid);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(b, 0, hc_mtd(1)).status);
    EXPECT_EQ(2, seen_pid);
}

/*
 * The entry is no address at all, or none of user mode: the callee gets an exception there, like any
 * program that jumps, and dies of it, as it has no portal for that.
 */
TEST(thread, any_entry_address_will_do)
{
    static const uint64_t nowhere[] = {0,
                                       3,
                                       HVA_FREE,
                                       0x7fff'ffff'ffff,
                                       0x8000'0000'0000,
                                       0x8000'0000'0000'0000,
                                       0xffff'8000'0000'0000,
                                       UINT64_MAX};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        struct thread t;
        const struct thread_plan plan = {.cpu = cpu_here(), .events = sel_alloc(7)};
        MUST(thread_create_local(&t, &plan, look));
        const sel_t pt = sel_alloc(0);
        EXPECT_STATUS(SUCCESS, hc_create_pt(pt, SEL_ROOT_PD, t.ec, nowhere[i]));
        EXPECT_STATUS(ABORTED, hc_ipc_call(pt, 0, hc_mtd(1)).status);
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(thread, utcb_may_be_at_address_0),
    TAP_TEST(thread, utcb_replaces_what_is_mapped_there),
    TAP_TEST(thread, utcb_replaces_another_that_the_kernel_goes_on_using),
    TAP_TEST(thread, utcb_is_in_the_space_of_its_own_pd),
    TAP_TEST(thread, any_event_selector_will_do),
    TAP_TEST(thread, portal_starts_with_identifier_0),
    TAP_TEST(thread, portal_starts_with_an_mtd_that_hands_over_nothing),
    TAP_TEST(thread, mtd_of_a_portal_is_not_that_of_a_call),
    TAP_TEST(thread, portals_of_one_thread_are_told_apart),
    TAP_TEST(thread, any_entry_address_will_do),
};
const struct tap_suite thread_suite = CONF_SUITE(tests);
