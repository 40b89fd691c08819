/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls to the firmware at EL3 (SMC Calling Convention, Arm DEN 0028). */
#pragma once

#include <stdint.h>

/* Answers X0. Firmware may change X1-X17. */
static inline int64_t smc_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;
    __asm__ volatile("smc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                     :
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                       "x16", "x17", "memory", "cc");
    return (int64_t)x0;
}
