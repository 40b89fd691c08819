/* SPDX-License-Identifier: GPL-2.0-only */
/* Says over QEMU's PL011 that the machine works, and switches the machine off. */
        .section .multiboot, "ax"
        b       _start
        .long   0
        .quad   0x200000, 0x1000, 0xa       /* offset, size, flags: arm64 Image */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0

        .text
        .globl  _start
_start: adr     x1, report
        mov     x2, #0x09000000
1:      ldrb    w0, [x1], #1
        cbz     w0, 2f
        str     w0, [x2]
        b       1b
2:      mov     w0, #0x84000000             /* PSCI SYSTEM_OFF */
        add     w0, w0, #8
        smc     #0
3:      wfi
        b       3b

report: .asciz  "1..1\nok 1 - machine.boots\n"
