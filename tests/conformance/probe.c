/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking at memory that may not be there, by a thread whose faults come back as an answer. */
#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

static sel_t probe;

static uint32_t on_fault([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                         struct utcb *utcb)
{
    *event_ip(event_state(utcb)) = (uint64_t)probe_fault;
    return MTD_IP;
}

static uint32_t on_call([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                        struct utcb *utcb)
{
    uint64_t (*const access)(uint64_t) = (uint64_t (*)(uint64_t))utcb->word[0];
    utcb->word[0] = access(utcb->word[1]);
    return hc_mtd(1);
}

void probe_open(void)
{
    const sel_t events = new_events(cpu_here());
    const struct thread_plan plan = {.cpu = cpu_here(), .events = events};
    const struct thread catcher = new_local(cpu_here(), on_fault);
    struct thread prober;

    for (size_t i = 0; i < page_fault_count; i++)
        MUST(thread_create_portal(&catcher, events + page_fault_event[i], 0, MTD_IP));
    MUST(thread_create_local(&prober, &plan, on_call));
    probe = new_pt(&prober, 0);
}

static bool ask(uint64_t (*access)(uint64_t), uint64_t hva)
{
    struct utcb *const utcb = root_utcb();
    utcb->word[0] = (uint64_t)access;
    utcb->word[1] = hva;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(probe, 0, hc_mtd(2)).status);
    return utcb->word[0] != 0;
}

bool can_read(uint64_t hva)
{
    return ask(probe_read, hva);
}

bool can_write(uint64_t hva)
{
    return ask(probe_write, hva);
}

bool can_execute(uint64_t hva)
{
    return ask(probe_execute, hva);
}
