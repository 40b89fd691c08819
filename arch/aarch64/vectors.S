/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exception vectors of EL2 and the way back to EL0.
 *
 * While an EC runs, SP_EL2 points to its struct arch_regs, so an entry saves registers without
 * needing one; then the kernel stack is taken from the CPU's struct (TPIDR_EL2). Everything in the
 * kernel runs with SP_EL2, interrupts masked.
 */
#include "arch/aarch64/asm.h"
#include "arch/aarch64/cfp.h"

/* Lower EL: x0-x29 into the EC, then go on at \to. */
.macro vector_lower to
    .balign 0x80
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    b       \to
.endm

/* The rest of an EC's registers; then x0 = EC, on the kernel stack. */
.macro save_rest
    mrs     x0, sp_el0
    mrs     x1, elr_el2
    mrs     x2, spsr_el2
    mrs     x3, tpidr_el0
    mrs     x4, tpidrro_el0
    stp     x30, x0, [sp, #REGS_X30]
    stp     x1, x2, [sp, #REGS_ELR]
    stp     x3, x4, [sp, #REGS_TPIDR]
    mrs     x5, tpidr_el2
    ldr     x5, [x5, #CPU_STACK_TOP]
    mov     x0, sp
    mov     sp, x5
.endm

/* The kernel's own exceptions. SP_EL0 and TPIDRRO_EL0 are free: they were saved, or nobody needs them. */
.macro vector_fatal kind
    .balign 0x80
    msr     sp_el0, x0
    mov     x0, #\kind
    b       fatal
.endm

    .section .text.vectors, "ax"
    .balign 0x800
    .global vectors
vectors:
    vector_fatal 0                          /* EL2 with SP_EL0: never used by the kernel */
    vector_fatal 1
    vector_fatal 2
    vector_fatal 3
    vector_fatal 0                          /* EL2 with SP_EL2 */
    .balign 0x80
    b       kernel_irq
    vector_fatal 2
    vector_fatal 3
    vector_lower user_sync                  /* lower EL, AArch64 */
    vector_lower user_irq
    vector_fatal 4
    vector_lower user_serror
    vector_lower user_event                 /* lower EL, AArch32 */
    vector_lower user_irq
    vector_fatal 4
    vector_lower user_serror
    .balign 0x80

/* SVC #0 (ESR_EL2: EC 0x15, IL 1, immediate 0) is a hypercall, all else an event. */
user_sync:
    save_rest
    mrs     x1, esr_el2
    mov     w2, #0x56000000
    cmp     x1, x2
    b.eq    hypercall_enter
    b       event_enter

user_event:
user_serror:
    save_rest
    b       event_enter

user_irq:
    save_rest
    b       irq_enter

/* An interrupt while the CPU rests (arch_cpu_idle): keep what C may change. */
kernel_irq:
    stp     x29, x30, [sp, #-192]!
    stp     x0, x1, [sp, #16]
    stp     x2, x3, [sp, #32]
    stp     x4, x5, [sp, #48]
    stp     x6, x7, [sp, #64]
    stp     x8, x9, [sp, #80]
    stp     x10, x11, [sp, #96]
    stp     x12, x13, [sp, #112]
    stp     x14, x15, [sp, #128]
    stp     x16, x17, [sp, #144]
    mrs     x0, elr_el2
    mrs     x1, spsr_el2
    stp     x18, x0, [sp, #160]
    str     x1, [sp, #176]
    bl      gic_handle
    ldr     x1, [sp, #176]
    ldp     x18, x0, [sp, #160]
    msr     spsr_el2, x1
    msr     elr_el2, x0
    ldp     x16, x17, [sp, #144]
    ldp     x14, x15, [sp, #128]
    ldp     x12, x13, [sp, #112]
    ldp     x10, x11, [sp, #96]
    ldp     x8, x9, [sp, #80]
    ldp     x6, x7, [sp, #64]
    ldp     x4, x5, [sp, #48]
    ldp     x2, x3, [sp, #32]
    ldp     x0, x1, [sp, #16]
    ldp     x29, x30, [sp], #192
    eret

/* x0 = kind, SP_EL0 = x0. A second fault, while the first is reported, stops the CPU. */
fatal:
    msr     tpidrro_el0, x1
    mrs     x1, tpidr_el2
    ldr     x1, [x1, #CPU_FAULT_FRAME]
    str     x2, [x1, #16]
    ldr     x2, [x1, #FAULT_ENTERED]
    cbnz    x2, fatal_again
    stp     x1, x0, [x1, #FAULT_ENTERED]    /* not 0; kind */
    str     x3, [x1, #24]
    stp     x4, x5, [x1, #32]
    stp     x6, x7, [x1, #48]
    stp     x8, x9, [x1, #64]
    stp     x10, x11, [x1, #80]
    stp     x12, x13, [x1, #96]
    stp     x14, x15, [x1, #112]
    stp     x16, x17, [x1, #128]
    stp     x18, x19, [x1, #144]
    stp     x20, x21, [x1, #160]
    stp     x22, x23, [x1, #176]
    stp     x24, x25, [x1, #192]
    stp     x26, x27, [x1, #208]
    stp     x28, x29, [x1, #224]
    mov     x2, sp
    stp     x30, x2, [x1, #240]
    mrs     x2, sp_el0
    mrs     x3, tpidrro_el0
    stp     x2, x3, [x1]
    mov     sp, x1
    mov     x0, x1
    b       fault_report

fatal_again:
    wfe
    b       fatal_again

/* void arch_ec_resume(struct ec *ec): leave the kernel into an EC. Here, as it is half of each call. */
    .global arch_ec_resume
arch_ec_resume:
    bti_landing c
    mrs     x1, tpidr_el2
    ldr     x2, [x0, #EC_HOST]
    ldr     x3, [x1, #CPU_VTTBR]
    ldr     x4, [x2, #SPACE_VTTBR]
    str     x0, [x1, #CPU_CURRENT]
    cmp     x3, x4
    b.ne    3f
2:  mov     sp, x0
    ldp     x1, x2, [sp, #REGS_ELR]
    ldp     x3, x4, [sp, #REGS_TPIDR]
    ldp     x30, x5, [sp, #REGS_X30]
    msr     elr_el2, x1
    msr     spsr_el2, x2
    msr     tpidr_el0, x3
    msr     tpidrro_el0, x4
    msr     sp_el0, x5
    ldp     x28, x29, [sp, #224]
    ldp     x26, x27, [sp, #208]
    ldp     x24, x25, [sp, #192]
    ldp     x22, x23, [sp, #176]
    ldp     x20, x21, [sp, #160]
    ldp     x18, x19, [sp, #144]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp, #0]
    eret
    dsb     nsh                             /* nothing is speculated behind the return */
    isb
3:  mov     x19, x0
    mov     x0, x2
    bl      space_switch
    mov     x0, x19
    b       2b

/* void cpu_zero_simd(void) */
    .arch_extension fp
    .arch_extension simd
    .global cpu_zero_simd
cpu_zero_simd:
    bti_landing c
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    movi    v\n\().2d, #0
    .endr
    msr     fpcr, xzr
    msr     fpsr, xzr
    ret
