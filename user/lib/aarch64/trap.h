/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aarch64: how user mode enters the kernel, reads time and waits.
 *
 * Slots P0..P4 are X0..X4 of `svc #0`; every register that is not an output comes back unchanged,
 * the condition flags too (interface specification, 7.8).
 * Use user/lib/hypercall.h instead of these: it knows what the slots mean.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/hypercall.h"
#include "kernel/abi/status.h"

#define CPU_NAME "aarch64"

static inline status_t trap_status_(uint64_t p0)
{
    return (status_t)(p0 & 0xff);
}

/* Enter with 1 to 5 slots. `memory`: a hypercall may change the UTCB and any mapping. */
static inline status_t trap_1(uint64_t p0)
{
    register uint64_t x0 __asm__("x0") = p0;
    __asm__ volatile("svc #0" : "+r"(x0) : : "memory");
    return trap_status_(x0);
}

static inline status_t trap_2(uint64_t p0, uint64_t p1)
{
    register uint64_t x0 __asm__("x0") = p0;
    register uint64_t x1 __asm__("x1") = p1;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1) : "memory");
    return trap_status_(x0);
}

static inline status_t trap_3(uint64_t p0, uint64_t p1, uint64_t p2)
{
    register uint64_t x0 __asm__("x0") = p0;
    register uint64_t x1 __asm__("x1") = p1;
    register uint64_t x2 __asm__("x2") = p2;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2) : "memory");
    return trap_status_(x0);
}

static inline status_t trap_4(uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3)
{
    register uint64_t x0 __asm__("x0") = p0;
    register uint64_t x1 __asm__("x1") = p1;
    register uint64_t x2 __asm__("x2") = p2;
    register uint64_t x3 __asm__("x3") = p3;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3) : "memory");
    return trap_status_(x0);
}

static inline status_t trap_5(uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4)
{
    register uint64_t x0 __asm__("x0") = p0;
    register uint64_t x1 __asm__("x1") = p1;
    register uint64_t x2 __asm__("x2") = p2;
    register uint64_t x3 __asm__("x3") = p3;
    register uint64_t x4 __asm__("x4") = p4;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return trap_status_(x0);
}

/* Enter with slots that are outputs too: P1, or P1 and P2. */
static inline status_t trap_out_1(uint64_t p0, uint64_t *p1)
{
    register uint64_t x0 __asm__("x0") = p0;
    register uint64_t x1 __asm__("x1") = *p1;
    __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1) : : "memory");
    *p1 = x1;
    return trap_status_(x0);
}

static inline status_t trap_out_2(uint64_t p0, uint64_t *p1, uint64_t *p2)
{
    register uint64_t x0 __asm__("x0") = p0;
    register uint64_t x1 __asm__("x1") = *p1;
    register uint64_t x2 __asm__("x2") = *p2;
    __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1), "+r"(x2) : : "memory");
    *p1 = x1;
    *p2 = x2;
    return trap_status_(x0);
}

/* ipc_reply: the EC goes on at the entry of the next portal that is called. */
[[noreturn]] static inline void trap_reply(uint64_t p0, uint64_t p1)
{
    register uint64_t x0 __asm__("x0") = p0;
    register uint64_t x1 __asm__("x1") = p1;
    __asm__ volatile("svc #0" : : "r"(x0), "r"(x1) : "memory");
    unreachable();
}

/*
 * System time counter in ticks of `stc_frequency` (interface specification, chapter 3).
 * ISB: the counter may otherwise be read before what stands in front of it (Arm ARM DDI 0487,
 * CNTVCT_EL0).
 */
static inline uint64_t stc_now(void)
{
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
}

/* Tell the CPU that this is a polling loop. WFE and WFI would trap and end the EC. */
static inline void cpu_relax(void)
{
    __asm__ volatile("yield");
}
