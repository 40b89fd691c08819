/* SPDX-License-Identifier: GPL-2.0-only */
/* aarch64: PSTATE through replies (interface specification, 7.7.5). */
#include "tests/conformance/conf.h"
#include "user/lib/event.h"

/* SPSR: each bit of a reply alone; NZCV are the thread's, all others stay as the kernel has them. */
static uint64_t flags_reply, seen_flags[2];
static size_t seen_count;

static uint32_t reply_flags([[maybe_unused]] uint64_t event, [[maybe_unused]] uint32_t mtd,
                            struct utcb *utcb)
{
    struct utcb_arch *const state = event_state(utcb);
    seen_flags[seen_count++ % 2] = state->spsr_el2;
    state->spsr_el2 = flags_reply;
    return seen_count == 1 ? MTD_EL2_ELR_SPSR : 0;
}

static uint32_t raise_two([[maybe_unused]] uint64_t pid, uint32_t mtd,
                          [[maybe_unused]] struct utcb *utcb)
{
    __asm__ volatile("msr nzcv, xzr; svc #2; svc #2" : : : "cc");
    return mtd;
}

TEST(flags, reply_gives_condition_flags_and_no_others)
{
    const sel_t events = new_events(cpu_here());
    const struct thread catcher = new_local(cpu_here(), reply_flags);
    struct thread t;
    for (unsigned event = 0; event < hip->sel_hst_arch; event++)
        MUST(thread_create_portal(&catcher, events + event, event, MTD_EL2_ELR_SPSR));
    MUST(thread_create_local(&t, &(struct thread_plan){.cpu = cpu_here(), .events = events},
                             raise_two));
    const sel_t pt = new_pt(&t, 0);
    for (uint64_t i = 0; i < 66; i++) {
        flags_reply = i < 64 ? 1ull << i : i == 64 ? 0 : ~0ull;
        seen_count = 0;
        EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, 0).status);
        EXPECT_EQ(2, seen_count);
        EXPECT_EQ(seen_flags[0] | (flags_reply & 0xf000'0000), seen_flags[1]);
        EXPECT_EQ(0, seen_flags[0] & 0x1f); /* EL0, AArch64 */
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(flags, reply_gives_condition_flags_and_no_others),
};
const struct tap_suite flags_suite = CONF_SUITE(tests);
