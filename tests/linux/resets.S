/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest with two virtual CPUs that does nothing but start over: one resets the machine while the other
 * is somewhere between running and waiting, in each round somewhere else. RAM keeps the number of rounds.
 * A Linux Image as far as its header goes (Linux, Documentation/arm64/booting.rst).
 */
#include "tests/linux/resets.h"

    /* user/vmm/layout.h */
    .set    GUEST_GICD, 0x8000000
    .set    GUEST_GICR, 0x80a0000
    .set    GUEST_UART, 0x9000000

    /* Arm IHI 0048 and IHI 0069 */
    .set    GICD_CTLR, 0x0
    .set    GICD_ISENABLER, 0x100
    .set    GICD_ISPENDR, 0x200
    .set    GICD_SGIR, 0xf00
    .set    SGIR_SELF, 2 << 24
    .set    GICR_SGI, 0x10000
    .set    GICR_SHIFT, 17

    .set    ROUNDS_AT, 0x100000             /* in the memory, behind the image      */
    .set    SPIN_SHIFT, 6
    .set    SPIN_STEPS, 63

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

first:
    get_round
    add     w19, w19, #1
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
/* An interrupt that is never taken: each WFI leaves the guest, and comes back at once. */
rest:
    ldr     x0, =GUEST_GICD
    mov     w1, #3
    str     w1, [x0, #GICD_CTLR]
    mov     w1, #SGIR_SELF
    str     w1, [x0, #GICD_SGIR]            /* GICv2, and on GICv3: */
    ldr     x0, =GUEST_GICR + GICR_SGI
    mrs     x1, mpidr_el1
    ubfiz   x1, x1, #GICR_SHIFT, #8
    add     x0, x0, x1
    mov     w1, #1
    str     w1, [x0, #GICD_ISENABLER]
    str     w1, [x0, #GICD_ISPENDR]
1:  wfi
    b       1b

second:
    get_round
    is_first_to_reset
    b.hi    rest
reset:
    ldr     x0, =PSCI_SYSTEM_RESET
    hvc     #0
    b       rest

off:
    adr     x1, done
    ldr     x2, =GUEST_UART
1:  ldrb    w3, [x1], #1
    str     w3, [x2]
    cbnz    w3, 1b
    ldr     x0, =PSCI_SYSTEM_OFF
    hvc     #0
    b       rest

done:
    .asciz  "T done\n"
    .ltorg
end:
