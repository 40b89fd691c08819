/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first instructions of every other CPU: copied to TRAMPOLINE_BASE, entered in real mode with
 * CS:IP = TRAMPOLINE_BASE / 16 : 0 (SDM vol. 3, "MP Initialization Protocol").
 */

#include "arch/x86_64/layout.h"
#include "arch/x86_64/nx.h"

#define HERE(symbol) (TRAMPOLINE_BASE + symbol - trampoline)

    .section .rodata.trampoline, "a"
    .balign 8
    .globl trampoline, trampoline_end, trampoline_cr3
trampoline:
    .code16
    cli
    cld
    mov     %cs, %ax
    mov     %ax, %ds
    lgdtl   gdtr - trampoline
    mov     trampoline_cr3 - trampoline, %eax
    mov     %eax, %cr3
    mov     $0x20, %eax         /* CR4.PAE */
    mov     %eax, %cr4
    NX_REVEAL
    mov     $0xc0000080, %ecx   /* IA32_EFER: SCE LME NXE */
    mov     $0x901, %eax
    xor     %edx, %edx
    wrmsr
    mov     $0x80010033, %eax   /* CR0: PG WP NE ET MP PE, straight into IA-32e mode */
    mov     %eax, %cr0
    ljmpl   $SEL_KERNEL_CODE, $HERE(1f)

    .code64
1:  mov     high(%rip), %rax
    jmp     *%rax

    .balign 8
gdt:
    .quad   0
    .quad   0x00209b0000000000  /* SEL_KERNEL_CODE */
high:
    .quad   smp_start
trampoline_cr3:
    .long   0
gdtr:
    .short  high - gdt - 1
    .long   HERE(gdt)
    .balign 8
trampoline_end:

    .text
smp_start:
    xor     %edi, %edi
    xchg    %rdi, smp_next
    test    %rdi, %rdi
    jz      2f
    mov     smp_kernel_cr3, %rax
    mov     %rax, %cr3
    mov     CPU_STACK_TOP(%rdi), %rsp
    xor     %eax, %eax
    mov     %eax, %ss
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %fs
    mov     %eax, %gs
    call    smp_enter           /* (cpu), does not return */

2:  cli                         /* too late */
    hlt
    jmp     2b

    .section .note.GNU-stack, "", @progbits
