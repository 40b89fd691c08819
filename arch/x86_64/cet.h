/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control-flow enforcement of the kernel itself (SDM vol. 1, "Control-Flow Enforcement Technology"), as
 * far as the image was built for it (CFP level) and the CPU has it.
 *
 * A shadow stack ends in a token that says where it is and whether a CPU uses it: acquired with an entry
 * from user mode, released with the exit (entry.S), whatever lies on it by then.
 */
#pragma once

#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"

/*
 * Prepare this CPU: shadow stacks, MSRs, CR4.CET. Answers the value for cet_enter; 0 if there is nothing
 * to enable. Panics if there is no memory.
 */
uint64_t cet_prepare(struct cpu *cpu);

/* The level that this image has on this CPU, for people. */
const char *cet_level(void);

/* Start enforcement. The caller never returns: the shadow stack knows nothing of its callers. */
static ALWAYS_INLINE void cet_enter(uint64_t s_cet)
{
    if (s_cet == 0)
        return;
    __asm__ volatile("wrmsr\n\t"
                     "test $1, %%al\n\t" /* SH_STK_EN */
                     "jz 1f\n\t"
                     "setssbsy\n"
                     "1:"
                     :
                     : "c"(0x6a2), "a"(s_cet), "d"(0) /* IA32_S_CET */
                     : "memory");
}
