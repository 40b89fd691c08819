/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the first instruction to C, for the boot CPU and for the others. Until the MMU is on, code runs
 * wherever the image was loaded: addresses are PC-relative and hence physical.
 */
#include "arch/aarch64/asm.h"
#include "arch/aarch64/cfp.h"

/* Cache maintenance \op of [\from, \to) by data cache lines. CTR_EL0, DminLine. */
.macro dc_range op, from, to, line, tmp
    mrs     \tmp, ctr_el0
    ubfx    \tmp, \tmp, #16, #4
    mov     \line, #4
    lsl     \line, \line, \tmp
    sub     \tmp, \line, #1
    bic     \from, \from, \tmp
.Lline\@:
    dc      \op, \from
    add     \from, \from, \line
    cmp     \from, \to
    b.lo    .Lline\@
    dsb     sy
.endm

/* \reg = address of \symbol, relative to where this code runs. */
.macro address reg, symbol
    adrp    \reg, \symbol
    add     \reg, \reg, :lo12:\symbol
.endm

/* \reg = affinity fields of this CPU, as they stand in start_slot. */
.macro own_mpidr reg, tmp
    mrs     \reg, mpidr_el1
    ldr     \tmp, =MPIDR_AFFINITY
    and     \reg, \reg, \tmp
    orr     \reg, \reg, #MPIDR_VALID
.endm

/*
 * Turn the MMU on with the identity tables, go on in the virtual image, and leave the identity
 * tables behind. Clobbers x9-x11, x16.
 */
.macro mmu_on
    ldr     x9, =MAIR_VALUE
    msr     mair_el2, x9
    ldr     x9, =TCR_VALUE
    mrs     x10, id_aa64mmfr0_el1           /* PARange, bits 3-0 */
    and     x10, x10, #0xf
    mov     x11, #TCR_PS_MAX
    cmp     x10, x11
    csel    x10, x10, x11, lo
    orr     x9, x9, x10, lsl #TCR_PS_SHIFT
    msr     tcr_el2, x9
    adrp    x9, table_identity
    msr     ttbr0_el2, x9
    adrp    x11, table_root
    tlbi    alle2
    ic      iallu
    dsb     sy
    isb
    ldr     x9, =SCTLR_KERNEL
    cfp_sctlr_branch x9, x10
    msr     sctlr_el2, x9
    isb
    ldr     x16, =.Lvirtual\@
    br      x16
.Lvirtual\@:
    bti_landing j
    msr     ttbr0_el2, x11
    isb
    tlbi    alle2
    dsb     nsh
    isb
    address x9, vectors
    msr     vbar_el2, x9
.endm

    .section .text.start, "ax"

/* Boot CPU: EL2 or EL3, MMU off or identity-mapped, X0-X2 are the boot parameters. */
    .global start
start:
    mrs     x9, CurrentEL
    cmp     x9, #CURRENT_EL2
    b.hs    1f
    ret                                     /* not privileged enough: back to the caller */
1:  mov     x19, x0
    mov     x20, x1
    mov     x21, x2
    mrs     x22, cntpct_el0
    adr     x23, start
    sub     x23, x23, #IMAGE_START          /* where the image is */
    tst     x23, #0x1fffff
    b.ne    stop                            /* page tables cannot map it there */
    mrs     x9, CurrentEL
    cmp     x9, #CURRENT_EL3
    b.ne    2f

    /*
     * At EL3 nobody has held the other CPUs back: all may be here. The last to write its MPIDR goes
     * on, after a time in which all that came have written; exclusives need not work without caches.
     */
    own_mpidr x10, x11
    address x9, start_el3
    ldr     x11, [x9, #8]
    cbnz    x11, park
    str     x10, [x9]
    dsb     sy
    mov     x12, #0x10000
1:  subs    x12, x12, #1
    b.ne    1b
    ldr     x11, [x9]
    cmp     x11, x10
    b.ne    park
    ldr     x11, [x9, #8]
    cbnz    x11, park
    str     x10, [x9, #8]
    dsb     sy
2:
    ldr     x24, =IMAGE_SIZE
    add     x24, x23, x24                   /* the end of the image: a stack until there is C */
    mov     x0, x19
    mov     x1, x20
    sub     x2, x24, #START_UEFI_SIZE
    mov     sp, x2
    bl      start_uefi                      /* still in the loader's world */
    msr     daifset, #0xf                   /* UEFI lets interrupts in */

    /* What was written through caches must be found without them, and not be written again later. */
    mov     x9, x23
    address x10, image_data_end
    dc_range civac, x9, x10, x11, x12
    sub     x9, x24, #0x1000
    dc_range civac, x9, x24, x11, x12

    bl      enter_el2
    sub     sp, x24, #START_UEFI_SIZE
    mov     x0, x23
    sub     x1, x24, x23
    cfp_text_bits x2
    bl      start_map
    address x9, image_tables
    address x10, image_tables_end
    dc_range ivac, x9, x10, x11, x12        /* forget what was there before they were written */
    mmu_on

    /* Virtual from here on. The stack and boot_cpu are in the image. */
    address x9, image_file_end
    address x10, image_bss_end
3:  stp     xzr, xzr, [x9], #16
    cmp     x9, x10
    b.lo    3b
    address x9, boot_cpu
    msr     tpidr_el2, x9
    address x9, boot_stack_top
    mov     sp, x9
    mov     x29, #0
    cfp_sign_returns
    mov     x0, x19
    mov     x1, x20
    mov     x2, x21
    mov     x3, x22
    mov     x4, x23
    sub     x5, x24, x23
    mov     x30, #0
    b       start_main

/* Other CPUs: EL2 or EL3, MMU off; every register is unknown. */
    .global start_secondary_entry
start_secondary_entry:
    bl      enter_el2
    mmu_on
    /*
     * What the boot CPU offers, if it is for this CPU. When this one is late, the struct may already be
     * another's: that says whose it is.
     */
    address x9, start_slot
    own_mpidr x10, x11
    ldar    x11, [x9]
    cmp     x11, x10
    b.ne    stop
    ldr     x19, [x9, #8]
    ldr     x11, [x19, #CPU_MPIDR]
    orr     x11, x11, #MPIDR_VALID
    cmp     x11, x10
    b.ne    stop
    msr     tpidr_el2, x19
    ldr     x9, [x19, #CPU_STACK_TOP]
    mov     sp, x9
    mov     x29, #0
    cfp_sign_returns
    mov     x0, x19
    mov     x30, #0
    b       start_secondary

/* At EL3: until the boot CPU offers something to this one (x10). */
park:
    address x9, start_slot
1:  wfe
    ldr     x11, [x9]
    cmp     x11, x10
    b.ne    1b
    b       start_secondary_entry

stop:
    wfe
    b       stop

/*
 * Reach EL2 with its MMU off and return there. x30 is a physical address; clobbers x9-x12.
 */
enter_el2:
    msr     spsel, #1                       /* exceptions are taken with SP_ELx */
    mrs     x9, CurrentEL
    cmp     x9, #CURRENT_EL3
    b.eq    1f
    ldr     x9, =SCTLR_RES1
    msr     sctlr_el2, x9
    isb
    ldr     x9, =HCR_START                  /* E2H = 0: registers have the layout used here */
    msr     hcr_el2, x9
    isb
    ret

    /* No firmware is below us: el3.S answers its calls. MMU off, so nothing of the loader is used. */
1:  ldr     x9, =MAIR_VALUE
    msr     mair_el3, x9
    ldr     x9, =TCR_VALUE
    msr     tcr_el3, x9
    ldr     x9, =(SCTLR_RES1 | SCTLR_A | SCTLR_C | SCTLR_SA | SCTLR_I)
    msr     sctlr_el3, x9
    isb
    tlbi    alle3
    dsb     sy
    isb
    address x9, start
    sub     x9, x9, #IMAGE_START            /* the head is the table: el3.S */
    msr     vbar_el3, x9
    ldr     x9, =0x531                      /* SCR_EL3: NS, RES1 5-4, HCE, RW */
    mrs     x10, id_aa64isar1_el1
    tst     x10, #0xff0                     /* APA, API */
    b.eq    2f
    orr     x9, x9, #0x30000                /* SCR_EL3: APK, API */
2:  mrs     x10, id_aa64mmfr0_el1
    ubfx    x11, x10, #56, #4               /* FGT */
    cbz     x11, 3f
    orr     x9, x9, #0x8000000              /* SCR_EL3: FGTEn */
    cmp     x11, #2
    b.lo    3f
    orr     x9, x9, #0x800000000000000      /* SCR_EL3: FGTEn2 */
3:  mrs     x10, id_aa64mmfr1_el1
    ubfx    x11, x10, #40, #4               /* HCX */
    cbz     x11, 4f
    orr     x9, x9, #0x4000000000           /* SCR_EL3: HXEn */
4:  msr     scr_el3, x9
    msr     cptr_el3, xzr
    msr     mdcr_el3, xzr
    mrs     x10, id_aa64pfr0_el1
    mrs     x11, id_aa64pfr1_el1
    ubfx    x12, x10, #40, #4               /* MPAM */
    ubfx    x11, x11, #16, #4               /* MPAM_frac */
    orr     x11, x11, x12
    cbz     x11, 6f
    msr     s3_6_c10_c5_0, xzr              /* MPAM3_EL3: lower levels are not trapped */
6:  ubfx    x11, x10, #24, #4               /* GIC */
    cbz     x11, 5f
    mov     x11, #0xf                       /* ICC_SRE_EL3: Enable, DIB, DFB, SRE */
    msr     s3_6_c12_c12_5, x11
    isb
5:  mov     x12, x30
    bl      el3_gic
    mov     x30, x12
    ldr     x9, =SCTLR_RES1
    msr     sctlr_el2, x9
    ldr     x9, =HCR_START
    msr     hcr_el2, x9
    mov     x9, #SPSR_EL2H_MASKED
    msr     spsr_el3, x9
    msr     elr_el3, x30
    isb
    eret

/* Looked at before .bss is zero: struct start_slot, and who was chosen at EL3 (start.h). */
    .data
    .balign 64
    .global start_slot, start_el3
start_slot:
    .quad   0, 0
start_el3:
    .quad   0, 0

/* Tables that exist before the MMU is on (start_map.c), and the boot CPU's stack. */
    .section .tables, "aw", %nobits
    .balign 0x1000
    .global table_root, table_kernel_1g, table_kernel_2m, table_kernel_4k
    .global table_identity, table_identity_1g, table_identity_2m
table_root:         .skip 0x1000
table_kernel_1g:    .skip 0x1000
table_kernel_2m:    .skip 0x1000
table_kernel_4k:    .skip 0x1000
table_identity:     .skip 0x1000
table_identity_1g:  .skip 0x1000
table_identity_2m:  .skip 0x1000

    .section .stack, "aw", %nobits
    .balign 0x1000
    .global boot_stack_top
    .skip BOOT_STACK_SIZE
boot_stack_top:
