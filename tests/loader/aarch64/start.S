/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First and last instructions of the loader for aarch64: Linux arm64 Image header (Linux,
 * Documentation/arch/arm64/booting), so X0 = device tree; as an ELF file, X0 = 0.
 */
    .section .start, "ax"
    .globl  _start
_start:
    b       1f
    .long   0
    .quad   0                           /* text_offset                    */
    .quad   image_size
    .quad   0xa                         /* flags: little endian, anywhere */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

1:  msr     daifset, #0xf
    mrs     x9, mpidr_el1               /* without firmware all CPUs come here: one goes on */
    tst     x9, #0xff
    b.ne    park
    adrp    x9, stack_end
    add     x9, x9, :lo12:stack_end
    mov     sp, x9
    adrp    x9, bss_start
    add     x9, x9, :lo12:bss_start
    adrp    x10, bss_end
    add     x10, x10, :lo12:bss_end
2:  cmp     x9, x10
    b.hs    3f
    str     xzr, [x9], #8
    b       2b
3:  mov     x29, xzr
    mov     x30, xzr
    bl      loader_main

park:
    wfe
    b       park

    .text
/* enter(x0, x1, entry): nothing else has a value that the kernel may rely on. */
    .globl  enter
enter:
    mov     x9, x2
    movz    x2, #0xdead, lsl #48
    movk    x2, #0xbeef
    mov     x3, x2
    mov     x4, x2
    mov     x8, x2
    mov     x18, x2
    mov     x19, x2
    mov     x23, x2
    mov     x29, x2
    mov     x30, x2
    mov     sp, x2
    dsb     sy
    ic      iallu
    dsb     sy
    isb
    br      x9

    .bss
    .balign 16
    .skip   16384
stack_end:

    .section .note.GNU-stack, "", %progbits
