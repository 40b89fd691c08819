/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/conformance/x86_64/attempt.h"

extern const char attempt_fault[]; /* system.S */

struct attempt_event attempt_seen;
attempt_fn *attempt_react;
static sel_t pt;

uint32_t attempt_end(struct utcb_arch *state)
{
    state->rip = (uint64_t)attempt_fault;
    return MTD_RIP;
}

static uint32_t on_event(uint64_t event, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    struct utcb_arch *const state = event_state(utcb);
    attempt_seen.event = (unsigned)event;
    attempt_seen.error = state->qual[0];
    attempt_seen.flags = state->rflags;
    attempt_seen.count++;
    return attempt_react(state);
}

void attempt_open(void)
{
    const struct thread catcher = new_local(cpu_here(), on_event);
    const sel_t events = new_events(cpu_here());
    struct thread t;
    for (unsigned event = 0; event < hip->sel_hst_arch; event++)
        MUST(
            thread_create_portal(&catcher, events + event, event, MTD_RIP | MTD_QUAL | MTD_RFLAGS));
    MUST(thread_create_local(&t, &(struct thread_plan){.cpu = cpu_here(), .events = events},
                             peer_portal));
    pt = new_pt(&t, 0);
    attempt_react = attempt_end;
    attempt_seen = (struct attempt_event){.event = NO_EVENT};
}

uint64_t attempt(peer_fn *fn, uint64_t arg)
{
    MUST(hc_ctrl_pt(pt, (uint64_t)fn, 0));
    root_utcb()->word[0] = arg;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(pt, 0, hc_mtd(1)).status);
    return root_utcb()->word[0];
}
