/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First instructions of a root task (interface specification, 8.1.2): RSP = HIP, RDI and RSI = EAX
 * and EBX of the boot loader. Calls user_main(hip, boot0, boot1, 0) on a stack of our own.
 */
    .section .text.start, "ax"
    .globl  _start
    .type   _start, @function
_start:
    mov     %rsi, %rdx
    mov     %rdi, %rsi
    mov     %rsp, %rdi
    xor     %ecx, %ecx
    lea     user_stack_end(%rip), %rsp
    xor     %ebp, %ebp
    call    user_main
    ud2
    .size   _start, . - _start

    .section .data.stack, "aw", @progbits
    .balign 16
    .skip   32768
user_stack_end:

    .section .note.GNU-stack, "", @progbits
