/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64: portal entries of threads that only answer. RDI = identifier, RSI = MTD, RSP = UTCB. */
#include "tests/bench/stub.h"

    .section .text.stub, "ax"

    .globl  stub_reply
    .type   stub_reply, @function
stub_reply:
    mov     $1, %edi                    /* ipc_reply, RSI: as many words as came */
    syscall
    .size   stub_reply, . - stub_reply

    .globl  stub_skip
    .type   stub_skip, @function
stub_skip:
    add     %rdi, STUB_UTCB_IP(%rsp)
    mov     $STUB_MTD_IP, %esi
    mov     $1, %edi
    syscall
    .size   stub_skip, . - stub_skip

    .section .note.GNU-stack, "", @progbits
