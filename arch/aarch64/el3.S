/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When the loader entered us at EL3 there is no firmware: every SMC is answered with NOT_SUPPORTED
 * (SMC Calling Convention, Arm DEN 0028), so that PSCI calls fail cleanly. Runs with the MMU off.
 */
    .section .text.el3, "ax"

.macro el3_stop
    .balign 0x80
    b       el3_dead
.endm

    .balign 0x800
    .global el3_vectors
el3_vectors:
    .rept 8                                 /* from EL3 itself */
    el3_stop
    .endr
    .balign 0x80                            /* lower EL, AArch64, synchronous */
    mrs     x0, esr_el3
    lsr     x0, x0, #26
    cmp     x0, #0x17                       /* ESR_EL3.EC: SMC from AArch64 */
    b.ne    el3_dead
    mov     x0, #-1
    eret
    .rept 7
    el3_stop
    .endr

el3_dead:
    wfe
    b       el3_dead
