/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aarch64: event numbers, to be added to the event selector base of an EC (interface specification,
 * 7.6). Host exceptions and guest intercepts share them: the exception class, ESR_EL2.EC.
 * User mode takes the base of the kernel's own events from the HIP, never from here.
 */
#pragma once

#include <stdint.h>

enum event : uint8_t {
    EVENT_UNKNOWN = 0x00,
    EVENT_WFX = 0x01,       /* WFI or WFE */
    EVENT_MCR_CP15 = 0x03,  /* MCR or MRC */
    EVENT_MCRR_CP15 = 0x04, /* MCRR or MRRC */
    EVENT_MCR_CP14 = 0x05,  /* MCR or MRC */
    EVENT_LDC_CP14 = 0x06,  /* LDC or STC */
    EVENT_FPU = 0x07,       /* SME, SVE, SIMD or floating point */
    EVENT_VMRS = 0x08,
    EVENT_PAUTH = 0x09, /* trapped pointer authentication */
    EVENT_LD64B = 0x0a, /* LD64B or ST64B */
    EVENT_MRRC_CP14 = 0x0c,
    EVENT_BTI = 0x0d, /* branch target */
    EVENT_ILLEGAL_STATE = 0x0e,
    EVENT_SVC32 = 0x11,
    EVENT_HVC32 = 0x12,
    EVENT_SMC32 = 0x13,
    EVENT_SVC64 = 0x15, /* may be consumed by the kernel */
    EVENT_HVC64 = 0x16,
    EVENT_SMC64 = 0x17,
    EVENT_SYSREG = 0x18, /* MSR or MRS */
    EVENT_SVE = 0x19,
    EVENT_ERET = 0x1a,
    EVENT_TSTART = 0x1b,
    EVENT_PAC_FAIL = 0x1c,
    EVENT_SME = 0x1d,
    EVENT_GPC = 0x1e, /* granule protection */
    EVENT_IABORT_LOWER = 0x20,
    EVENT_IABORT_SAME = 0x21, /* may be consumed by the kernel */
    EVENT_PC_ALIGN = 0x22,
    EVENT_DABORT_LOWER = 0x24,
    EVENT_DABORT_SAME = 0x25, /* may be consumed by the kernel */
    EVENT_SP_ALIGN = 0x26,
    EVENT_MOPS = 0x27, /* memory operation */
    EVENT_FPU32_TRAP = 0x28,
    EVENT_FPU64_TRAP = 0x2c,
    EVENT_SERROR = 0x2f,
    EVENT_BREAK_LOWER = 0x30,
    EVENT_BREAK_SAME = 0x31, /* may be consumed by the kernel */
    EVENT_STEP_LOWER = 0x32,
    EVENT_STEP_SAME = 0x33, /* may be consumed by the kernel */
    EVENT_WATCH_LOWER = 0x34,
    EVENT_WATCH_SAME = 0x35, /* may be consumed by the kernel */
    EVENT_BKPT32 = 0x38,
    EVENT_VECTOR32 = 0x3a, /* vector catch */
    EVENT_BRK64 = 0x3c,

    EVENT_ARCH = 0x40, /* HIP: SEL_HST/ARCH and SEL_GST/ARCH */
    EVENT_STARTUP = EVENT_ARCH + 0,
    EVENT_RECALL = EVENT_ARCH + 1,
    EVENT_VTIMER = EVENT_ARCH + 2, /* guest only */
    EVENT_HST_NOVA = 2,            /* HIP: SEL_HST/NOVA */
    EVENT_GST_NOVA = 3,            /* HIP: SEL_GST/NOVA */
};
static_assert(EVENT_BRK64 < EVENT_ARCH, "the kernel's own events follow those of the CPU");
