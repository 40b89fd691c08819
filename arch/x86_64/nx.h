/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware of Intel's may hide the NX bit of page tables: take it back (SDM vol. 4, IA32_MISC_ENABLE, "XD
 * Bit Disable"). On each CPU before EFER.NXE, in real or protected mode. Clobbers EAX, EBX, ECX, EDX.
 */
#pragma once

/* clang-format off */
.macro NX_REVEAL
    mov     $0x80000001, %eax
    cpuid
    bt      $20, %edx           /* NX */
    jc      771f
    xor     %eax, %eax
    cpuid
    cmp     $0x6c65746e, %ecx   /* ntel: others have no such register */
    jne     771f
    mov     $0x1a0, %ecx        /* IA32_MISC_ENABLE */
    rdmsr
    btr     $34 - 32, %edx
    wrmsr
771:
.endm
