/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest with two virtual CPUs that does nothing but start over: one resets the machine while the other
 * is somewhere between running, waiting and an interrupt, in each round somewhere else. Whoever starts
 * sees that its timer interrupts it; at first also more interrupts at once than there are list registers.
 * RAM keeps the number of rounds.
 * A Linux Image as far as its header goes (Linux, Documentation/arm64/booting.rst).
 */
#include "tests/linux/resets.h"

    /* user/vmm/layout.h */
    .set    GUEST_GICD, 0x8000000
    .set    GUEST_GICC, 0x8010000
    .set    GUEST_GICR, 0x80a0000
    .set    GUEST_UART, 0x9000000

    /* Arm IHI 0048 and IHI 0069 */
    .set    GICD_CTLR, 0x0
    .set    GICD_IGROUPR, 0x80
    .set    GICD_ISENABLER, 0x100
    .set    GICD_ISPENDR, 0x200
    .set    GICD_SGIR, 0xf00
    .set    SGIR_SELF, 2 << 24
    .set    SGI_COUNT, 16
    .set    SGIS, 0xffff
    .set    SGI1R_SHIFT, 24
    .set    GICC_CTLR, 0x0
    .set    GICC_PMR, 0x4
    .set    GICC_IAR, 0xc
    .set    GICC_EOIR, 0x10
    .set    GICR_SGI, 0x10000
    .set    GICR_SHIFT, 17
    .set    INTID_TIMER, 27
    .set    INTID_NONE, 1023

    .set    ROUNDS_AT, 0x100000             /* in the memory, behind the image      */
    .set    SPIN_SHIFT, 6
    .set    SPIN_STEPS, 63
    .set    TIMER_TICKS, 100

    .set    PSCI_CPU_ON, 0xc4000003
    .set    PSCI_SYSTEM_OFF, 0x84000008
    .set    PSCI_SYSTEM_RESET, 0x84000009

    .section .text, "ax"
    .globl  resets
resets:
    b       first
    nop
    .quad   0                               /* text_offset                          */
    .quad   end - resets                    /* image_size                           */
    .quad   0                               /* flags                                */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

/*
 * X19 = round, from 1 on; X20 = how long the first waits before it does its part. In the first half of
 * the rounds the second asks for the reset, in the other half they take turns.
 */
.macro  get_round
    adr     x9, resets
    add     x9, x9, #ROUNDS_AT
    ldr     w19, [x9]
    and     w20, w19, #SPIN_STEPS
    lsl     w20, w20, #SPIN_SHIFT
.endm

.macro  is_first_to_reset
    and     w1, w19, #1
    mul     w1, w1, w19
    cmp     w1, #RESETS_ROUNDS / 2
.endm

/* Interrupts may come, and pend: the CPU masks them. X21 = this CPU's redistributor, X22 = 0: GICv2. */
.macro  open_interrupts
    ldr     x0, =GUEST_GICD
    ldr     x21, =GUEST_GICR + GICR_SGI
    mrs     x1, mpidr_el1
    ubfiz   x1, x1, #GICR_SHIFT, #8
    add     x21, x21, x1
    mrs     x22, id_aa64pfr0_el1
    ubfx    x22, x22, #24, #4
    ldr     w1, =(1 << INTID_TIMER | SGIS)
    str     w1, [x0, #GICD_ISENABLER]       /* GICv2, and on GICv3: */
    str     w1, [x21, #GICD_IGROUPR]
    str     w1, [x21, #GICD_ISENABLER]
    mov     w1, #3
    str     w1, [x0, #GICD_CTLR]
    mov     w1, #0xff
    mov     w2, #1
    cbnz    x22, 1f
    ldr     x0, =GUEST_GICC
    str     w1, [x0, #GICC_PMR]
    str     w2, [x0, #GICC_CTLR]
    b       2f
1:  msr     s3_0_c4_c6_0, x1                /* ICC_PMR_EL1                          */
    msr     s3_0_c12_c12_7, x2              /* ICC_IGRPEN1_EL1                      */
    isb
2:
.endm

first:
    open_interrupts
    bl      take_timer
    get_round
    cbnz    w19, 1f
    bl      take_burst
1:  add     w19, w19, #1
    str     w19, [x9]
    cmp     w19, #RESETS_ROUNDS
    b.hi    off
    ldr     x0, =PSCI_CPU_ON
    mov     x1, #1
    adr     x2, second
    hvc     #0
1:  subs    w20, w20, #1
    b.pl    1b
    is_first_to_reset
    b.hi    reset
rest:
    tbnz    w19, #1, 2f
1:  bl      take_timer
    b       1b
2:  mov     w1, #SGIR_SELF                  /* never taken: each WFI leaves the guest, and comes back at once */
    ldr     x0, =GUEST_GICD
    str     w1, [x0, #GICD_SGIR]
    mov     w1, #1
    str     w1, [x21, #GICD_ISPENDR]
3:  wfi
    b       3b

second:
    open_interrupts
    bl      take_timer
    get_round
    is_first_to_reset
    b.hi    rest
reset:
    ldr     x0, =PSCI_SYSTEM_RESET
    hvc     #0
    b       rest

/* W1 = what the CPU interface says, W3 = the interrupt, or INTID_NONE. */
.macro  acknowledge
    cbnz    x22, 8f
    ldr     x0, =GUEST_GICC
    ldr     w1, [x0, #GICC_IAR]
    b       9f
8:  mrs     x1, s3_0_c12_c12_0              /* ICC_IAR1_EL1                         */
9:  and     w3, w1, #INTID_NONE
.endm

.macro  end_of_interrupt
    cbnz    x22, 8f
    ldr     x0, =GUEST_GICC
    str     w1, [x0, #GICC_EOIR]
    b       9f
8:  msr     s3_0_c12_c12_1, x1              /* ICC_EOIR1_EL1                        */
9:  isb
.endm

/* X2 = a second from now; the other goes to `late` when it has passed. */
.macro  start_watch
    isb
    mrs     x2, cntvct_el0
    mrs     x3, cntfrq_el0
    add     x2, x2, x3
.endm

.macro  watch late
    isb
    mrs     x3, cntvct_el0
    cmp     x3, x2
    b.hs    \late
.endm

/* One interrupt of the timer. */
take_timer:
    mov     x1, #TIMER_TICKS
    msr     cntv_tval_el0, x1
    mov     x1, #1
    msr     cntv_ctl_el0, x1
    start_watch
1:  watch   no_timer
    acknowledge
    cmp     w3, #INTID_TIMER
    b.ne    1b
    msr     cntv_ctl_el0, xzr
    isb
    end_of_interrupt
    ret

/* All SGIs at once, sent to itself: more than there are list registers. Nothing leaves the guest meanwhile. */
take_burst:
    mov     w4, #0
1:  ldr     x0, =GUEST_GICD
    mov     w1, #SGIR_SELF
    orr     w1, w1, w4
    cbnz    x22, 2f
    str     w1, [x0, #GICD_SGIR]
    b       3f
2:  mov     x1, #1                          /* CPU 0                                */
    orr     x1, x1, x4, lsl #SGI1R_SHIFT
    msr     s3_0_c12_c11_5, x1              /* ICC_SGI1R_EL1                        */
3:  add     w4, w4, #1
    cmp     w4, #SGI_COUNT
    b.ne    1b
    start_watch
4:  watch   lost
    acknowledge
    cmp     w3, #SGI_COUNT
    b.hs    4b
    end_of_interrupt
    subs    w4, w4, #1
    b.ne    4b
    ret

no_timer:
    adr     x1, no_timer_text
    b       say
lost:
    adr     x1, lost_text
    b       say
off:
    adr     x1, done
say:
    ldr     x2, =GUEST_UART
1:  ldrb    w3, [x1], #1
    str     w3, [x2]
    cbnz    w3, 1b
    ldr     x0, =PSCI_SYSTEM_OFF
    hvc     #0
1:  wfi
    b       1b

done:
    .asciz  "T done\n"
no_timer_text:
    .asciz  "T gets no timer interrupt\n"
lost_text:
    .asciz  "T does not get all of its interrupts\n"
    .ltorg
end:
