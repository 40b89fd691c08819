/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First instructions of a root task (interface specification, 7.1.2): SP = HIP, X0 to X2 as the
 * boot loader left them. Calls user_main(hip, boot0, boot1, boot2) on a stack of our own.
 */
    .section .text.start, "ax"
    .globl  _start
    .type   _start, %function
_start:
    mov     x3, x2
    mov     x2, x1
    mov     x1, x0
    mov     x0, sp
    adrp    x4, user_stack_end
    add     x4, x4, :lo12:user_stack_end
    mov     sp, x4
    mov     x29, xzr
    bl      user_main
    udf     #0
    .size   _start, . - _start

    .section .data.stack, "aw", %progbits
    .balign 16
    .skip   32768
user_stack_end:

    .section .note.GNU-stack, "", %progbits
