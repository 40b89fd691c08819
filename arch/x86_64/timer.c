/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/timer.h"

#include "arch/contract/timer.h"
#include "arch/inline.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/platform.h"
#include "arch/x86_64/regs.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"

enum : unsigned { RATIO_SHIFT = 32, SAMPLE_TRIES = 8, SPANS_PER_S = 1000 };

static bool by_deadline;
static uint64_t ratio;   /* counts of the timer in a tick of the STC, times 2^RATIO_SHIFT */
static uint64_t longest; /* STC ticks that the timer can count                            */

struct sample {
    uint32_t left; /* to count */
    uint64_t stc;  /* in the middle of reading it */
};
static struct sample first;

/* Of some readings that are bracketed by the STC the one that took least. */
static struct sample sample(void)
{
    struct sample best = {};
    uint64_t best_width = UINT64_MAX;
    for (unsigned i = 0; i < SAMPLE_TRIES; i++) {
        const uint64_t before = arch_stc_read();
        const uint32_t left = lapic_timer_left();
        const uint64_t width = arch_stc_read() - before;
        if (width < best_width) {
            best_width = width;
            best = (struct sample){.left = left, .stc = before + width / 2};
        }
    }
    return best;
}

void timer_begin(bool allow_deadline)
{
    by_deadline = allow_deadline && cpu_has(CPU_TSC_DEADLINE);
    if (by_deadline)
        return;
    lapic_timer_count(UINT32_MAX);
    first = sample();
}

void timer_end(uint64_t stc_frequency)
{
    if (!by_deadline) {
        while (arch_stc_read() - first.stc < stc_frequency / SPANS_PER_S)
            arch_cpu_relax();
        const struct sample last = sample();
        const uint64_t count = first.left - last.left;
        if (count == 0 || last.left == 0)
            panic("the local APIC's timer does not count");
        ratio = (count << RATIO_SHIFT) / (last.stc - first.stc);
        longest = ((uint64_t)(UINT32_MAX - 1) << RATIO_SHIFT) / ratio;
    }
    lapic_timer_enable(by_deadline);
}

uint64_t arch_stc_frequency(void)
{
    return platform.stc_frequency;
}

void arch_timer_set(uint64_t deadline)
{
    if (by_deadline) {
        wrmsr(IA32_TSC_DEADLINE, deadline | 1); /* 0 would mean none */
        return;
    }
    /* Rounded up: too early is worth nothing. What is too far away is tried again when this much is over. */
    const uint64_t now = arch_stc_read();
    const uint64_t ticks = deadline > now ? min_u64(deadline - now, longest) : 0;
    lapic_timer_count((uint32_t)(ticks * ratio >> RATIO_SHIFT) + 1);
}
