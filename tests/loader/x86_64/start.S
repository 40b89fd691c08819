/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First and last instructions of the loader for x86_64, all of it 32-bit code (Multiboot 0.6.96, "I386
 * machine state"). What the kernel may not rely on is set to something it would stumble over.
 */
    .section .start, "ax"
    .code32
    .balign 4
    .long 0x1badb002, 0x3, -(0x1badb002 + 0x3) /* page-aligned modules, memory map */

    .globl _start
_start:
    mov     $stack_end, %esp
    push    %ebx
    push    %eax
    call    loader_main

    .text
/* enter32(const struct load_result *result) */
    .globl enter32
enter32:
    mov     4(%esp), %ecx
    mov     (%ecx), %edx        /* entry */
    mov     8(%ecx), %eax       /* magic */
    mov     16(%ecx), %ebx      /* info  */
    lgdt    gdtr
    mov     $0x10, %ecx
    mov     %ecx, %ds
    mov     %ecx, %es
    mov     %ecx, %fs
    mov     %ecx, %gs
    mov     %ecx, %ss
    ljmp    $0x08, $1f
1:  mov     $0xdeadbeef, %ecx
    mov     %ecx, %esi
    mov     %ecx, %edi
    mov     %ecx, %ebp
    mov     %ecx, %esp          /* no stack either */
    std
    jmp     *%edx

/*
 * enter64(const struct load_result *result, uint32_t levels): the state in which UEFI calls programs
 * ("x64 Platforms"): identity mapping, a stack of 128 KiB.
 */
    .globl enter64
enter64:
    mov     4(%esp), %esi
    mov     8(%esp), %edi       /* 4 or 5 levels of page tables */

    /* 4 GiB by pages of 2 MiB. */
    mov     $pages, %ebx
    mov     $0x83, %eax         /* P W PS */
    mov     $2048, %ecx
1:  mov     %eax, (%ebx)
    movl    $0, 4(%ebx)
    add     $0x200000, %eax
    add     $8, %ebx
    loop    1b
    movl    $pages + 0x0003, table3 + 0
    movl    $pages + 0x1003, table3 + 8
    movl    $pages + 0x2003, table3 + 16
    movl    $pages + 0x3003, table3 + 24
    movl    $table3 + 3, table4
    movl    $table4 + 3, table5

    mov     $0x668, %eax        /* CR4: OSXMMEXCPT OSFXSR MCE PAE DE, as UEFI leaves it */
    mov     $table4, %ecx
    cmp     $5, %edi
    jne     2f
    or      $0x1000, %eax       /* LA57 */
    mov     $table5, %ecx
2:  mov     %eax, %cr4
    mov     %ecx, %cr3
    mov     $0xc0000080, %ecx   /* IA32_EFER: LME, NXE */
    rdmsr
    or      $0x900, %eax
    wrmsr
    lgdt    gdtr
    mov     $0x80010033, %eax   /* CR0: PG WP NE ET MP PE */
    mov     %eax, %cr0
    ljmp    $0x18, $3f

    .code64
3:  mov     $0x10, %ecx
    mov     %ecx, %ds
    mov     %ecx, %es
    mov     %ecx, %ss
    mov     (%rsi), %edx
    movabs  $0xbad0bad000000000, %rcx
    mov     8(%rsi), %eax
    or      %rcx, %rax          /* EAX and EBX count, the upper halves do not */
    mov     16(%rsi), %ebx
    or      %rcx, %rbx
    mov     $stack_end, %esp
    mov     $0xdeadbeef, %ecx
    mov     %rcx, %rsi
    mov     %rcx, %rdi
    mov     %rcx, %rbp
    mov     %rcx, %r9
    mov     %rcx, %r15
    jmp     *%rdx

    .section .rodata
    .balign 8
gdt:
    .quad   0
    .quad   0x00cf9b000000ffff  /* 0x08: 32-bit code */
    .quad   0x00cf93000000ffff  /* 0x10: data        */
    .quad   0x00af9b000000ffff  /* 0x18: 64-bit code */
gdtr:
    .short  . - gdt - 1
    .long   gdt

    .bss
    .balign 4096
pages:  .skip 4 * 4096
table3: .skip 4096
table4: .skip 4096
table5: .skip 4096
    .skip   128 * 1024
stack_end:

    .section .note.GNU-stack, "", @progbits
