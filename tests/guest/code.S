/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of guests: position-independent, without data of their own. See code.h. */
#include "tests/guest/code.h"

    .macro  program name
    .balign 8
    .globl  guest_\name
guest_\name:
    .endm

    .macro  end name
    .globl  guest_\name\()_end
guest_\name\()_end:
    .endm

    .altmacro
    .macro  fpu_load a, b
    ldp     q\a, q\b, [x2], #32
    .endm
    .macro  fpu_store a, b
    stp     q\a, q\b, [x3], #32
    .endm

    .section .rodata.guest, "a", %progbits

/* Vectors that tell the VMM which one was taken, and return when it replies. */
program report_vectors
    .set    number, 0x100
    .rept   16
    hvc     #number
    eret
    .balign 128
    .set    number, number + 1
    .endr
end report_vectors

/* Vectors that step over the instruction, and leave X0 as a mark. X28 is theirs. */
program skip_vectors
    .rept   16
    mrs     x28, elr_el1
    add     x28, x28, #4
    msr     elr_el1, x28
    mov     x0, #SKIP_MARK << 48
    eret
    .balign 128
    .endr
end skip_vectors

program hvc
1:  hvc     #0x42
    b       1b
end hvc

program smc
1:  smc     #0x42
    b       1b
end smc

program nops
    .rept   8
    nop
    .endr
    hvc     #0x42
end nops

/* X0 := [X1] */
program load
    ldr     x0, [x1]
    hvc     #0x42
end load

/* Counts at [X0] for ever. */
program count
1:  ldr     x1, [x0]
    add     x1, x1, #1
    str     x1, [x0]
    b       1b
end count

/* Says how often it was here, in X1, by HVC. */
program count_hvc
1:  add     x1, x1, #1
    hvc     #0x42
    b       1b
end count_hvc

/* Sets its virtual timer to X0, and waits. */
program await_timer
    msr     cntv_cval_el0, x0
    mov     x1, #1
    msr     cntv_ctl_el0, x1
    isb
1:  b       1b
end await_timer

/* V0 to V31 from [X0]; HVC; all of them to [X1]; and again. FPU on first. */
program fpu
    mov     x2, #3 << 20
    msr     cpacr_el1, x2
    isb
1:  mov     x2, x0
    mov     x3, x1
    .set    n, 0
    .rept   16
    fpu_load %n, %n + 1
    .set    n, n + 2
    .endr
    hvc     #0x42
    mov     x3, x1
    .set    n, 0
    .rept   16
    fpu_store %n, %n + 1
    .set    n, n + 2
    .endr
    hvc     #0x43
    b       1b
end fpu

/*
 * Two virtual CPUs that interrupt each other. X0: where it counts; X1: what it writes to send; X2: whether it
 * begins; X9: its GICv2 CPU interface; X10: the register of the distributor that sends. Vectors at 0x800.
 */
    .macro  ping name, open, ack, done, send
program \name
1:  adr     x3, 1b
    add     x3, x3, #0x800
    msr     vbar_el1, x3
    \open
    isb
    cbz     x2, 2f
    \send
2:  msr     daifclr, #2
3:  b       3b
    .skip   0x800 + 0x280 - (. - 1b)
    \ack
    \done
    ldr     x6, [x0]
    add     x6, x6, #1
    str     x6, [x0]
    \send
    eret
end \name
    .endm

    .macro  open_gicv3
    mov     x4, #0xff
    msr     S3_0_C4_C6_0, x4            /* ICC_PMR_EL1 */
    mov     x4, #1
    msr     S3_0_C12_C12_7, x4          /* ICC_IGRPEN1_EL1 */
    .endm
    .macro  ack_gicv3
    mrs     x5, S3_0_C12_C12_0          /* ICC_IAR1_EL1 */
    .endm
    .macro  done_gicv3
    msr     S3_0_C12_C12_1, x5          /* ICC_EOIR1_EL1 */
    .endm
    .macro  send_gicv3
    msr     S3_0_C12_C11_5, x1          /* ICC_SGI1R_EL1 */
    .endm
    ping    ping_gicv3, open_gicv3, ack_gicv3, done_gicv3, send_gicv3

    .macro  open_gicv2
    mov     w4, #0xff
    str     w4, [x9, #4]                /* GICC_PMR */
    mov     w4, #1
    str     w4, [x9]                    /* GICC_CTLR */
    .endm
    .macro  ack_gicv2
    ldr     w5, [x9, #0xc]              /* GICC_IAR */
    .endm
    .macro  done_gicv2
    str     w5, [x9, #0x10]             /* GICC_EOIR */
    .endm
    .macro  send_gicv2
    str     w1, [x10]                   /* GICD_SGIR */
    .endm
    ping    ping_gicv2, open_gicv2, ack_gicv2, done_gicv2, send_gicv2

    .section .note.GNU-stack, "", %progbits
