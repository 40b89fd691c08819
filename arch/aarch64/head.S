/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first bytes of the image: entry point, and what boot loaders recognise. kernel.ld puts the
 * first instruction of start.S IMAGE_START bytes behind.
 */
#include "arch/aarch64/asm.h"

    .section .head, "a"

/* Linux arm64 Image header (Linux, Documentation/arch/arm64/booting). */
head:
    b       head + IMAGE_START              /* code0: also the ELF entry point           */
    .long   0                               /* code1                                     */
    .quad   0                               /* text_offset                               */
    .quad   IMAGE_SIZE                      /* image_size: the whole footprint           */
    .quad   0xa                             /* flags: little endian, 4 KiB, anywhere     */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0
    .if . - head != 64
    .error "the arm64 Image header has 64 bytes"
    .endif

/* Multiboot2 header; architecture 0, as all NOVA kernels have it. */
    .balign 8
multiboot2:
    .long   0xe85250d6, 0, multiboot2_end - multiboot2
    .long   -(0xe85250d6 + (multiboot2_end - multiboot2))
    .short  6, 0                            /* modules are page-aligned                  */
    .long   8
    .short  7, 0                            /* EFI boot services stay alive              */
    .long   8
    .short  10, 0                           /* may be moved: lowest, highest, alignment, */
    .long   24, 0x200000, 0xffffffff, 0x200000, 2 /* preferably high                     */
    .short  0, 0
    .long   8
multiboot2_end:

/* Multiboot header; page-aligned modules. */
    .long   0x1badb002, 0x1, -(0x1badb002 + 0x1)
