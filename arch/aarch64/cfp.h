/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control-flow protection in assembly. CFP_BRANCH and CFP_RETURN are set by the build; with 0 these
 * macros are empty, and a CPU without FEAT_BTI or FEAT_PAuth runs all images (the instructions are
 * hints there).
 */
#pragma once

/* Where indirect branches may land: `bti_landing c` for calls, `bti_landing j` for jumps. */
.macro bti_landing kind
#if CFP_BRANCH
    bti \kind
#endif
.endm

/* \out = bits that make a code page guarded (stage 1 descriptors, GP), 0 without FEAT_BTI. */
.macro cfp_text_bits out
    mov     \out, #0
#if CFP_BRANCH
    mrs     \out, id_aa64pfr1_el1           /* BT, bits 3-0 */
    and     \out, \out, #0xf
    cmp     \out, #0
    cset    \out, ne
    lsl     \out, \out, #50
#endif
.endm

/* Add to the SCTLR_EL2 value in \sctlr: PACIASP is no landing pad for jumps (BT). */
.macro cfp_sctlr_branch sctlr, tmp
#if CFP_BRANCH
    mrs     \tmp, id_aa64pfr1_el1
    and     \tmp, \tmp, #0xf
    cmp     \tmp, #0
    cset    \tmp, ne
    orr     \sctlr, \sctlr, \tmp, lsl #SCTLR_BT_BIT
#endif
.endm

/*
 * Give this CPU a key and sign return addresses from here on (EnIA). No C function may be active.
 * Clobbers what a call clobbers. ID_AA64ISAR1_EL1: APA 7-4, API 11-8; ID_AA64ISAR2_EL1: APA3 15-12.
 */
.macro cfp_sign_returns
#if CFP_RETURN
    mrs     x0, id_aa64isar1_el1
    mrs     x1, s3_0_c0_c6_2
    ubfx    x0, x0, #4, #8
    ubfx    x1, x1, #12, #4
    orr     x0, x0, x1
    cbz     x0, .Lno_pauth\@
    bl      start_random
    msr     s3_0_c2_c1_0, x0                /* APIAKeyLo_EL1 */
    msr     s3_0_c2_c1_1, x1                /* APIAKeyHi_EL1 */
    mrs     x0, sctlr_el2
    orr     x0, x0, #SCTLR_ENIA
    msr     sctlr_el2, x0
    isb
.Lno_pauth\@:
#endif
.endm
