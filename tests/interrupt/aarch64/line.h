/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices of QEMU's "virt" board whose interrupt line software can raise and lower at will. */
#pragma once

#include "kernel/abi/status.h"

/* Their pins: shared peripheral interrupts. The first goes first if both are pending. */
enum line : unsigned {
    LINE_UART = 1, /* PL011, the console */
    LINE_RTC = 2,  /* PL031              */
};

/* Get access to both, lines low. The status of the hypercall that failed. Once. */
status_t line_open(void);

void line_set(enum line line, bool high);

/* High, then low again. */
void line_pulse(enum line line);
