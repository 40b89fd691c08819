/* SPDX-License-Identifier: GPL-2.0-only */
/* aarch64: portal entries of threads that only answer. X0 = identifier, X1 = MTD, SP = UTCB. */
#include "tests/bench/stub.h"

    .section .text.stub, "ax"

    .globl  stub_reply
    .type   stub_reply, %function
stub_reply:
    mov     x0, #1                      /* ipc_reply, X1: as many words as came */
    svc     #0
    .size   stub_reply, . - stub_reply

    .globl  stub_skip
    .type   stub_skip, %function
stub_skip:
    ldr     x2, [sp, #STUB_UTCB_IP]
    add     x2, x2, x0
    str     x2, [sp, #STUB_UTCB_IP]
    mov     x1, #STUB_MTD_IP
    mov     x0, #1
    svc     #0
    .size   stub_skip, . - stub_skip

    .section .note.GNU-stack, "", %progbits
