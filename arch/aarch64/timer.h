/* SPDX-License-Identifier: GPL-2.0-only */
/* The physical timer of EL2 (Arm ARM, CNTHP_CTL_EL2, CNTHP_CVAL_EL2), one per CPU. */
#pragma once

/* Stop this CPU's timer, and let its interrupt through. Context: after gic_init_cpu. */
void timer_init_cpu(void);

/* The timer's interrupt has been acknowledged on this CPU. On return it is asserted no more. */
void timer_handle(void);
