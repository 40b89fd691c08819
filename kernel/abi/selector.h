/* SPDX-License-Identifier: GPL-2.0-only */
/* Object selectors with a fixed meaning (interface specification, 6.1.3 and 6.2). */
#pragma once

#include <stdint.h>

enum : uint64_t {
    SELNUM = 0x40000, /* slots of an object space */

    /* NOVA object space */
    SEL_NOVA_CONSOLE = SELNUM - 1,
    SEL_NOVA_OBJ = SELNUM - 2,
    SEL_NOVA_HST = SELNUM - 3,
    SEL_NOVA_PIO = SELNUM - 4,
    SEL_NOVA_MSR = SELNUM - 5,
    SEL_NOVA_ROOT_OBJ = SELNUM - 6,
    SEL_NOVA_ROOT_HST = SELNUM - 7,
    SEL_NOVA_ROOT_PIO = SELNUM - 8,
    SEL_NOVA_ROOT_PD = SELNUM - 9, /* not in the specification; published by the reference */
    SEL_NOVA_INT = 0x10000,        /* first interrupt semaphore                            */
    SEL_NOVA_IDLE = 0,             /* idle SC of CPU n at selector n                       */

    /* Root object space */
    SEL_ROOT_NOVA_OBJ = SELNUM - 1,
    SEL_ROOT_OBJ = SELNUM - 2,
    SEL_ROOT_PD = SELNUM - 3,
    SEL_ROOT_EC = SELNUM - 4,
    SEL_ROOT_SC = SELNUM - 5,
};
