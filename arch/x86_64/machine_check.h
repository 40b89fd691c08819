/* SPDX-License-Identifier: GPL-2.0-only */
/* Machine-check architecture (SDM vol. 3, "Machine-Check Architecture"). */
#pragma once

#include <stdint.h>

/* Enable all banks of this CPU; what they hold from before is forgotten. */
void machine_check_init(void);

/* What a machine check means for the CPU that takes it; all take it together. */
enum machine_check : uint8_t {
    MACHINE_CHECK_ELSEWHERE, /* no bank of this CPU has anything to say       */
    MACHINE_CHECK_HERE,      /* the program that was interrupted cannot go on */
    MACHINE_CHECK_FATAL,
};

/* Print and clear what the banks say. Context: #MC handler. */
enum machine_check machine_check_read(void);
