/* SPDX-License-Identifier: GPL-2.0-only */
/* The only code of the kernel that touches FPU registers. */
#include "arch/aarch64/asm.h"
#include "arch/aarch64/cfp.h"

    .arch_extension fp
    .arch_extension simd

/* \op all of V0-V31 at x0. */
.macro fpu_vectors op
    \op     q0, q1, [x0, #FPU_VECTORS + 0]
    \op     q2, q3, [x0, #FPU_VECTORS + 32]
    \op     q4, q5, [x0, #FPU_VECTORS + 64]
    \op     q6, q7, [x0, #FPU_VECTORS + 96]
    \op     q8, q9, [x0, #FPU_VECTORS + 128]
    \op     q10, q11, [x0, #FPU_VECTORS + 160]
    \op     q12, q13, [x0, #FPU_VECTORS + 192]
    \op     q14, q15, [x0, #FPU_VECTORS + 224]
    \op     q16, q17, [x0, #FPU_VECTORS + 256]
    \op     q18, q19, [x0, #FPU_VECTORS + 288]
    \op     q20, q21, [x0, #FPU_VECTORS + 320]
    \op     q22, q23, [x0, #FPU_VECTORS + 352]
    \op     q24, q25, [x0, #FPU_VECTORS + 384]
    \op     q26, q27, [x0, #FPU_VECTORS + 416]
    \op     q28, q29, [x0, #FPU_VECTORS + 448]
    \op     q30, q31, [x0, #FPU_VECTORS + 480]
.endm

    .section .text.fpu, "ax"

/* void fpu_save(struct arch_fpu *fpu) */
    .global fpu_save
fpu_save:
    bti_landing c
    fpu_vectors stp
    mrs     x1, fpcr
    mrs     x2, fpsr
    stp     x1, x2, [x0]
    ret

/* void fpu_load(const struct arch_fpu *fpu) */
    .global fpu_load
fpu_load:
    bti_landing c
    fpu_vectors ldp
    ldp     x1, x2, [x0]
    msr     fpcr, x1
    msr     fpsr, x2
    ret
