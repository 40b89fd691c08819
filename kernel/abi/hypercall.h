/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercall numbers and the packing of their parameter slots (interface specification, chapter 5).
 *
 * Slots P0..P4 are X0..X4 on aarch64 (`svc #0`) and RDI, RSI, RDX, RAX, R8 on x86_64 (`syscall`).
 * P0 carries the number in bits 3..0, flags in bits 7..4 and the first parameter in bits 63..8.
 */
#pragma once

#include <stdint.h>

enum hypercall : uint8_t {
    HYPERCALL_IPC_CALL = 0x0,
    HYPERCALL_IPC_REPLY = 0x1,
    HYPERCALL_CREATE_PD = 0x2,
    HYPERCALL_CREATE_EC = 0x3,
    HYPERCALL_CREATE_SC = 0x4,
    HYPERCALL_CREATE_PT = 0x5,
    HYPERCALL_CREATE_SM = 0x6,
    HYPERCALL_CTRL_PD = 0x7,
    HYPERCALL_CTRL_EC = 0x8,
    HYPERCALL_CTRL_SC = 0x9,
    HYPERCALL_CTRL_PT = 0xa,
    HYPERCALL_CTRL_SM = 0xb,
    HYPERCALL_CTRL_HW = 0xc,
    HYPERCALL_ASSIGN_INT = 0xd,
    HYPERCALL_ASSIGN_DEV = 0xe,
    /* 0xf is reserved and answers BAD_HYP. */
};

enum : uint64_t {
    P0_NUMBER_MASK = 0xf,
    P0_FLAGS_SHIFT = 4,
    P0_FLAGS_MASK = 0xf,
    P0_PARAM_SHIFT = 8,
};

/* Flag bits, as they stand in the flag nibble of P0. */
enum : uint8_t {
    IPC_CALL_TIMEOUT = 1 << 0, /* T: TIMEOUT instead of helping a busy callee */

    CREATE_EC_GUEST = 1 << 0,  /* G: virtual CPU                              */
    CREATE_EC_GLOBAL = 1 << 1, /* T: host: global thread; guest: time offset  */
    CREATE_EC_FPU = 1 << 2,    /* F: may use the FPU                          */

    CTRL_EC_STRONG = 1 << 0, /* S: return once the EC has entered the kernel  */

    CTRL_SM_DOWN = 1 << 0, /* D: down instead of up                           */
    CTRL_SM_ZERO = 1 << 1, /* Z: set the counter to 0 instead of subtracting  */

    ASSIGN_INT_MASKED = 1 << 0, /* M                                          */
    ASSIGN_INT_LEVEL = 1 << 1,  /* T                                          */
    ASSIGN_INT_LOW = 1 << 2,    /* P                                          */
    ASSIGN_INT_GUEST = 1 << 3,  /* G                                          */
};

/* OP nibble of create_pd. */
enum create_pd_op : uint8_t {
    CREATE_PD_PD = 0,
    CREATE_PD_OBJ = 1,
    CREATE_PD_HST = 2,
    CREATE_PD_GST = 3,
    CREATE_PD_DMA = 4,
    CREATE_PD_PIO = 5,
    CREATE_PD_MSR = 6,
};

/* OP nibble of ctrl_hw, and the states of OP 0 (desc bits 2..0; A in 5..3, B in 8..6). */
enum ctrl_hw_op : uint8_t {
    CTRL_HW_SLEEP = 0,
    CTRL_HW_QOS = 4,
    CTRL_HW_L3 = 5,
    CTRL_HW_L2 = 6,
    CTRL_HW_MBA = 7,
};

enum sleep_state : uint8_t {
    SLEEP_S1 = 1,
    SLEEP_S2 = 2,
    SLEEP_S3 = 3,
    SLEEP_S4 = 4,
    SLEEP_S5 = 5,    /* soft off       */
    SLEEP_RESET = 7, /* platform reset */
};

/* Memory attribute descriptor of ordinary, cacheable RAM and of registers, per CPU. */
#if defined(__aarch64__)
enum : uint32_t { MAD_MEMORY = 0x1f, MAD_DEVICE = 0x00 };
#else
enum : uint32_t { MAD_MEMORY = 0x00, MAD_DEVICE = 0x03 };
#endif
