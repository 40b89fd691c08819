/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When the loader entered us at EL3 there is no firmware: every SMC is answered with NOT_SUPPORTED
 * (SMC Calling Convention, Arm DEN 0028), so that PSCI calls fail cleanly. Runs with the MMU off.
 */
#include "arch/aarch64/asm.h"

/*
 * Vectors of EL3, from those that EL3 itself would take with SP_EL3 on: kernel.ld puts them behind the
 * headers of the image, so that the head, which is aligned for it, is the table.
 */
    .section .head.el3, "ax"

.macro el3_stop
    .balign 0x80
1:  wfe
    b       1b
.endm

    .rept 4
    el3_stop
    .endr
    .balign 0x80                            /* lower EL, AArch64, synchronous */
    mrs     x0, esr_el3
    lsr     x0, x0, #26
    cmp     x0, #0x17                       /* ESR_EL3.EC: SMC from AArch64 */
    b.ne    2f
    mov     x0, #-1
    eret
2:  wfe
    b       2b
    .rept 7
    el3_stop
    .endr

    .section .text.el3, "ax"

/*
 * Give all interrupts to EL2; run once by each CPU. A GICv3 forgets that there is a secure world
 * (Arm IHI 0069, GICD_CTLR.DS). In a GICv2 (Arm IHI 0048) every interrupt goes into group 1, the private
 * ones by the CPU they belong to, which also admits all priorities. A board that does not say where its
 * GIC is gets no interrupts. Clobbers x9-x11, x13, x14.
 */
    .global el3_gic
el3_gic:
    adrp    x9, board
    add     x9, x9, :lo12:board
    ldr     x10, [x9, #BOARD_GICD]
    cbz     x10, 4f
    mrs     x11, id_aa64pfr0_el1
    ubfx    x11, x11, #24, #4               /* GIC: system registers */
    cbz     x11, 2f

    ldr     w11, [x10]                      /* GICD_CTLR */
    tbnz    w11, #6, 4f                     /* DS: another CPU has done it */
    str     wzr, [x10]
1:  ldr     w11, [x10]
    tbnz    w11, #31, 1b                    /* RWP */
    mov     w11, #0x40
    str     w11, [x10]
    dsb     sy
    ret

2:  ldr     w11, [x10, #4]                  /* GICD_TYPER */
    and     w11, w11, #0x1f                 /* ITLinesNumber: words of GICD_IGROUPR, less one */
    add     x13, x10, #0x80                 /* GICD_IGROUPR0 */
    mov     w14, #-1
3:  str     w14, [x13], #4
    subs    w11, w11, #1
    b.pl    3b
    ldr     x13, [x9, #BOARD_GICC]
    mov     w14, #0xff
    str     w14, [x13, #4]                  /* GICC_PMR */
    dsb     sy
4:  ret
