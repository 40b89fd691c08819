/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/timer.h"

#include <stdckdint.h>

#include "arch/aarch64/gic.h"
#include "arch/aarch64/platform.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/ec.h"
#include "arch/contract/timer.h"
#include "arch/inline.h"

/* CNTHP_CTL_EL2: ENABLE; IMASK is 0. The timer is always on: what never comes is its deadline. */
enum : uint64_t { CTL_ENABLE = 1, NEVER = UINT64_MAX };

uint64_t arch_stc_frequency(void)
{
    return SYSREG_READ(cntfrq_el0);
}

void arch_timer_set(uint64_t deadline)
{
    uint64_t count;
    if (ckd_add(&count, deadline, arch_stc_offset))
        count = NEVER;
    SYSREG_WRITE(cnthp_cval_el2, count);
}

void timer_init_cpu(void)
{
    SYSREG_WRITE(cnthp_cval_el2, NEVER);
    SYSREG_WRITE(cnthp_ctl_el2, CTL_ENABLE);
    isb();
    gic_enable_private(platform_timer_intid(), platform.timer_el2.flags & PLATFORM_IRQ_LEVEL);
}

void timer_handle(void)
{
    SYSREG_WRITE(cnthp_cval_el2, NEVER);
    isb(); /* its level falls before the interrupt may come again */
    sched_timer();
}
