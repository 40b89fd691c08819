/* SPDX-License-Identifier: GPL-2.0-only */
/* Says over the first serial port that the machine works, and switches the machine off. */
        .section .multiboot, "a"
        .balign 4
        .long   0x1badb002, 0, -0x1badb002

        .text
        .code32
        .globl  _start
_start: mov     $report, %esi
        mov     $0x3f8, %dx
1:      lodsb
        test    %al, %al
        jz      2f
        outb    %al, %dx
        jmp     1b
2:      mov     $0xf4, %dx
        xor     %eax, %eax
        outl    %eax, %dx
3:      hlt
        jmp     3b

        .section .rodata
report: .asciz  "1..1\nok 1 - machine.boots\n"
