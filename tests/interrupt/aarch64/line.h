/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices of QEMU's "virt" board whose interrupt line software can raise and lower at will. */
#pragma once

#include "kernel/abi/status.h"

/* Their pins: shared peripheral interrupts. */
enum line : unsigned {
    LINE_RTC = 2,  /* PL031 */
    LINE_GPIO = 7, /* PL061 */
};

/* Get access to both, lines low. The status of the hypercall that failed. Once. */
status_t line_open(void);

void line_set(enum line line, bool high);

/* High, then low again. */
void line_pulse(enum line line);
