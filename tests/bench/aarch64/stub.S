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

/* EL1, MMU off; X0 = rounds. Each ends with X0 = what it found, by SMC. */
    .section .rodata.stub, "a"
    .globl  stub_guest
stub_guest:
    /* Ticks of all rounds out of the guest and back. */
    isb
    mrs     x5, cntvct_el0
1:  hvc     #0
    subs    x0, x0, #1
    b.ne    1b
    isb
    mrs     x6, cntvct_el0
    sub     x0, x6, x5
    smc     #0

    .balign STUB_GUEST_GAPS
    /* Ticks of the longest of X0 rounds. */
    mov     x1, #0
    isb
    mrs     x5, cntvct_el0
2:  mrs     x6, cntvct_el0
    sub     x2, x6, x5
    mov     x5, x6
    cmp     x2, x1
    csel    x1, x2, x1, hi
    subs    x0, x0, #1
    b.ne    2b
    mov     x0, x1
    smc     #0
    .balign STUB_GUEST_SIZE

    .section .note.GNU-stack, "", %progbits
