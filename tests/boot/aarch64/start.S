/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As user/lib/aarch64/start.S, but first records every register: X0 to X30, SP, NZCV, TPIDR_EL0,
 * TPIDRRO_EL0, FPCR, FPSR and a word of padding, then V0 to V31.
 */
    .section .text.start, "ax"
    .globl  _start
    .type   _start, %function
_start:
    /* No register is free yet, but SP is the HIP, and the UTCB page below it can be written. */
    stp     x29, x30, [sp, #-16]
    adrp    x30, start_record
    add     x30, x30, :lo12:start_record
    stp     x0, x1, [x30, #0]
    stp     x2, x3, [x30, #16]
    stp     x4, x5, [x30, #32]
    stp     x6, x7, [x30, #48]
    stp     x8, x9, [x30, #64]
    stp     x10, x11, [x30, #80]
    stp     x12, x13, [x30, #96]
    stp     x14, x15, [x30, #112]
    stp     x16, x17, [x30, #128]
    stp     x18, x19, [x30, #144]
    stp     x20, x21, [x30, #160]
    stp     x22, x23, [x30, #176]
    stp     x24, x25, [x30, #192]
    stp     x26, x27, [x30, #208]
    str     x28, [x30, #224]
    ldp     x3, x4, [sp, #-16]
    stp     x3, x4, [x30, #232]
    stp     xzr, xzr, [sp, #-16]        /* the UTCB as it was */
    mov     x3, sp
    str     x3, [x30, #248]
    mrs     x3, nzcv
    str     x3, [x30, #256]
    mrs     x3, tpidr_el0
    str     x3, [x30, #264]
    mrs     x3, tpidrro_el0
    str     x3, [x30, #272]
    mrs     x3, fpcr
    str     x3, [x30, #280]
    mrs     x3, fpsr
    str     x3, [x30, #288]
    add     x3, x30, #304
    stp     q0, q1, [x3, #0]
    stp     q2, q3, [x3, #32]
    stp     q4, q5, [x3, #64]
    stp     q6, q7, [x3, #96]
    stp     q8, q9, [x3, #128]
    stp     q10, q11, [x3, #160]
    stp     q12, q13, [x3, #192]
    stp     q14, q15, [x3, #224]
    stp     q16, q17, [x3, #256]
    stp     q18, q19, [x3, #288]
    stp     q20, q21, [x3, #320]
    stp     q22, q23, [x3, #352]
    stp     q24, q25, [x3, #384]
    stp     q26, q27, [x3, #416]
    stp     q28, q29, [x3, #448]
    stp     q30, q31, [x3, #480]

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

/*
 * void preserve(const uint64_t in[32], uint64_t out[32]): executes one hypercall with X0 to X30 and
 * NZCV loaded from `in`, and stores them to `out`.
 */
    .section .text.preserve, "ax"
    .globl  preserve
    .type   preserve, %function
preserve:
    stp     x29, x30, [sp, #-112]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    str     x1, [sp, #96]
    mov     x30, x0
    ldr     x0, [x30, #248]
    msr     nzcv, x0
    ldp     x0, x1, [x30, #0]
    ldp     x2, x3, [x30, #16]
    ldp     x4, x5, [x30, #32]
    ldp     x6, x7, [x30, #48]
    ldp     x8, x9, [x30, #64]
    ldp     x10, x11, [x30, #80]
    ldp     x12, x13, [x30, #96]
    ldp     x14, x15, [x30, #112]
    ldp     x16, x17, [x30, #128]
    ldp     x18, x19, [x30, #144]
    ldp     x20, x21, [x30, #160]
    ldp     x22, x23, [x30, #176]
    ldp     x24, x25, [x30, #192]
    ldp     x26, x27, [x30, #208]
    ldp     x28, x29, [x30, #224]
    ldr     x30, [x30, #240]
    svc     #0
    stp     x29, x30, [sp, #-16]!
    ldr     x30, [sp, #16 + 96]
    stp     x0, x1, [x30, #0]
    stp     x2, x3, [x30, #16]
    stp     x4, x5, [x30, #32]
    stp     x6, x7, [x30, #48]
    stp     x8, x9, [x30, #64]
    stp     x10, x11, [x30, #80]
    stp     x12, x13, [x30, #96]
    stp     x14, x15, [x30, #112]
    stp     x16, x17, [x30, #128]
    stp     x18, x19, [x30, #144]
    stp     x20, x21, [x30, #160]
    stp     x22, x23, [x30, #176]
    stp     x24, x25, [x30, #192]
    stp     x26, x27, [x30, #208]
    str     x28, [x30, #224]
    ldp     x0, x1, [sp], #16
    stp     x0, x1, [x30, #232]
    mrs     x0, nzcv
    str     x0, [x30, #248]
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #112
    ret
    .size   preserve, . - preserve

    .section .data.stack, "aw", %progbits
    .balign 16
    .skip   32768
user_stack_end:
    .globl  start_record
start_record:
    .skip   38 * 8 + 32 * 16

    .section .note.GNU-stack, "", %progbits
