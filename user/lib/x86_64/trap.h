/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86_64: how user mode enters the kernel, reads time and waits.
 *
 * `syscall` replaces RCX and R11; slots P0..P4 are RDI, RSI, RDX, RAX, R8 (interface
 * specification, 8.8). Slots that are not outputs come back unchanged, so they are plain inputs.
 * Use user/lib/hypercall.h instead of these: it knows what the slots mean.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/hypercall.h"
#include "kernel/abi/status.h"

#define CPU_NAME "x86_64"

#define TRAP_CLOBBERS_ "rcx", "r11", "memory"

static inline status_t trap_status_(uint64_t p0)
{
    return (status_t)(p0 & 0xff);
}

/* Enter with 1 to 5 slots. `memory`: a hypercall may change the UTCB and any mapping. */
static inline status_t trap_1(uint64_t p0)
{
    __asm__ volatile("syscall" : "+D"(p0) : : TRAP_CLOBBERS_);
    return trap_status_(p0);
}

static inline status_t trap_2(uint64_t p0, uint64_t p1)
{
    __asm__ volatile("syscall" : "+D"(p0) : "S"(p1) : TRAP_CLOBBERS_);
    return trap_status_(p0);
}

static inline status_t trap_3(uint64_t p0, uint64_t p1, uint64_t p2)
{
    __asm__ volatile("syscall" : "+D"(p0) : "S"(p1), "d"(p2) : TRAP_CLOBBERS_);
    return trap_status_(p0);
}

static inline status_t trap_4(uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3)
{
    __asm__ volatile("syscall" : "+D"(p0) : "S"(p1), "d"(p2), "a"(p3) : TRAP_CLOBBERS_);
    return trap_status_(p0);
}

static inline status_t trap_5(uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4)
{
    register uint64_t r8 __asm__("r8") = p4;
    __asm__ volatile("syscall" : "+D"(p0) : "S"(p1), "d"(p2), "a"(p3), "r"(r8) : TRAP_CLOBBERS_);
    return trap_status_(p0);
}

/* Enter with slots that are outputs too: P1, or P1 and P2. */
static inline status_t trap_out_1(uint64_t p0, uint64_t *p1)
{
    __asm__ volatile("syscall" : "+D"(p0), "+S"(*p1) : : TRAP_CLOBBERS_);
    return trap_status_(p0);
}

static inline status_t trap_out_2(uint64_t p0, uint64_t *p1, uint64_t *p2)
{
    __asm__ volatile("syscall" : "+D"(p0), "+S"(*p1), "+d"(*p2) : : TRAP_CLOBBERS_);
    return trap_status_(p0);
}

/* ipc_reply: the EC goes on at the entry of the next portal that is called. */
[[noreturn]] static inline void trap_reply(uint64_t p0, uint64_t p1)
{
    __asm__ volatile("syscall" : : "D"(p0), "S"(p1) : TRAP_CLOBBERS_);
    unreachable();
}

/* System time counter in ticks of `stc_frequency` (interface specification, chapter 3). */
static inline uint64_t stc_now(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* Tell the CPU that this is a polling loop. HLT and MWAIT are not for user mode. */
static inline void cpu_relax(void)
{
    __asm__ volatile("pause");
}
