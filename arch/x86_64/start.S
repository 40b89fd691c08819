/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the boot loader to C: multiboot headers, and the boot CPU's first instructions.
 *
 * The loader hands over in 32-bit protected mode, or in long mode if it left UEFI boot services
 * running; EAX = magic, EBX = information structure (both Multiboot specifications, "Machine state").
 * No stack is assumed. The image may have been shifted by a multiple of 2 MiB.
 *
 * .start is linked at physical addresses, everything else at KERNEL_VIRT; PHYS(x) is the offset of a
 * symbol from the start of the image, to be added to the base in EBP.
 */

#include "arch/x86_64/layout.h"
#include "arch/x86_64/nx.h"

#define MB1_MAGIC 0x2badb002
#define MB2_MAGIC 0x36d76289
#define PHYS(symbol) (symbol - LAYOUT_VIRT)

/* ---- Headers ---- */

    .section .start, "ax"
image:                          /* nothing comes before: what is loaded at a multiple of 2 MiB */

#define MB2_HEADER_MAGIC 0xe85250d6
    .balign 8
mb2_header:
    .long MB2_HEADER_MAGIC, 0, mb2_end - mb2_header
    .long -(MB2_HEADER_MAGIC + 0 + (mb2_end - mb2_header))
    .short 6, 0                 /* modules at page boundaries       */
    .long 8
    .short 7, 0                 /* keep EFI boot services           */
    .long 8
    .short 10, 0                /* relocatable: min, max, align, as high as possible */
    .long 24, 0x200000, 0xffffffff, 0x200000, 2
    .short 0, 0                 /* end                              */
    .long 8
mb2_end:

#define MB1_HEADER_MAGIC 0x1badb002
#define MB1_FLAGS 1             /* modules at page boundaries       */
    .balign 4
    .long MB1_HEADER_MAGIC, MB1_FLAGS, -(MB1_HEADER_MAGIC + MB1_FLAGS)

/* ---- Instructions that mean the same in both modes ---- */

    .code32
    .globl start
start:
    cli
    cld
    mov     %eax, %esp          /* the magic: ESP is free            */
    rdtsc
    mov     %eax, %esi
    mov     %edx, %edi          /* EDI:ESI = time of the first instruction */
    cmp     $MB2_MAGIC, %esp
    je      1f
    cmp     $MB1_MAGIC, %esp
    jne     halt
1:
    /* 49 89 c9 is DEC ECX; MOV ECX, ECX in 32-bit mode, MOV R9, RCX in long mode. */
    xor     %ecx, %ecx
    .byte   0x49, 0x89, 0xc9
    test    %ecx, %ecx
    jz      from_long_mode

/* ---- 32-bit mode ---- */

    /* Where are we? The first word of the information structure serves as a stack. */
    mov     %esp, %eax
    mov     (%ebx), %edx
    lea     4(%ebx), %esp
    call    2f
2:  pop     %ebp
    mov     %edx, (%ebx)
    sub     $(2b - image), %ebp /* EBP = where the image is */

    mov     %eax, PHYS(boot_entry) + BOOT_ENTRY_REG(%ebp)
    mov     %ebx, PHYS(boot_entry) + BOOT_ENTRY_REG + 8(%ebp)
    mov     %esi, PHYS(boot_entry) + BOOT_ENTRY_STC(%ebp)
    mov     %edi, PHYS(boot_entry) + BOOT_ENTRY_STC + 4(%ebp)
    mov     %ebp, PHYS(boot_entry) + BOOT_ENTRY_IMAGE(%ebp)

protected_mode: /* no paging; EBP = image, boot_entry filled */
    lea     PHYS(boot_stack_top)(%ebp), %esp
    NX_REVEAL
    mov     $0x80000001, %eax
    cpuid
    not     %edx
    test    $1 << 29 | 1 << 20, %edx /* LM, NX: not without them */
    jnz     halt
    call    build_tables

    /* Long mode needs its page tables, PAE and LME (SDM vol. 3, "Initializing IA-32e Mode"). */
    lea     boot_gdt - image(%ebp), %eax
    mov     %eax, PHYS(boot_gdtr) + 2(%ebp)
    lgdt    PHYS(boot_gdtr)(%ebp)
    mov     $0x20, %eax         /* CR4.PAE, and nothing that the loader had set */
    mov     %eax, %cr4
    lea     PHYS(boot_pml4)(%ebp), %eax
    mov     %eax, %cr3
    mov     $0xc0000080, %ecx   /* IA32_EFER */
    mov     $0x901, %eax        /* SCE, LME, NXE */
    xor     %edx, %edx
    wrmsr
    push    $SEL_KERNEL_CODE
    lea     start64 - image(%ebp), %eax
    push    %eax
    mov     $0x80010033, %eax   /* CR0: PG WP NE ET MP PE */
    mov     %eax, %cr0
    lret

halt:
    hlt
    jmp     halt

/*
 * Fill the kernel's page tables: the first 2 MiB of the image by pages, each with the permissions of
 * its segment, the pool behind by large pages. Two tables in the pool, forgotten later, map the page
 * of .start where it is now. Bits: space.c.
 */
#define P_RX 0x121              /* P A G       */
#define P_R 0x121               /* P A G, NX   */
#define P_RW 0x163              /* P W A D G, NX */
#define P_TABLE 0x23            /* P W A       */
#define LARGE 0x80              /* PS          */
#define NX 0x80000000           /* upper half  */
build_tables:
    lea     PHYS(boot_pt)(%ebp), %edi
    mov     %ebp, %eax
    lea     PHYS(image_text_end)(%ebp), %ecx
    xor     %edx, %edx
    mov     $P_RX, %esi
    call    fill_pages
    lea     PHYS(image_rodata_end)(%ebp), %ecx
    mov     $NX, %edx
    mov     $P_R, %esi
    call    fill_pages
    lea     0x200000(%ebp), %ecx
    mov     $P_RW, %esi
    call    fill_pages

    lea     PHYS(boot_pt) + P_TABLE(%ebp), %eax
    mov     %eax, PHYS(boot_pd)(%ebp)
    lea     PHYS(boot_pd) + 8(%ebp), %edi
    lea     0x200000 + LARGE + P_RW(%ebp), %eax
    lea     PHYS(image_end)(%ebp), %ecx
1:  cmp     %ecx, %eax
    jae     2f
    mov     %eax, (%edi)
    mov     %edx, 4(%edi)
    add     $8, %edi
    add     $0x200000, %eax
    jmp     1b
2:
    lea     PHYS(boot_pd) + P_TABLE(%ebp), %eax
    mov     %eax, PHYS(boot_pdpt) + 510 * 8(%ebp) /* KERNEL_VIRT */
    lea     PHYS(boot_pdpt) + P_TABLE(%ebp), %eax
    mov     %eax, PHYS(boot_pml4) + 511 * 8(%ebp)

    /* Identity: one large page, executable, not writable. */
    lea     PHYS(image_free) + P_TABLE(%ebp), %eax
    mov     %eax, PHYS(boot_pml4)(%ebp)
    add     $0x1000, %eax
    mov     %ebp, %ecx
    shr     $30, %ecx
    mov     %eax, PHYS(image_free)(%ebp, %ecx, 8)
    mov     %ebp, %ecx
    shr     $21, %ecx
    and     $511, %ecx
    lea     0x21 + LARGE(%ebp), %eax
    mov     %eax, PHYS(image_free) + 0x1000(%ebp, %ecx, 8)
    ret

/* Entries at EDI for the pages from EAX up to ECX; EDX:ESI = attributes. */
fill_pages:
1:  cmp     %ecx, %eax
    jae     2f
    add     %esi, %eax
    mov     %eax, (%edi)
    sub     %esi, %eax
    mov     %edx, 4(%edi)
    add     $8, %edi
    add     $0x1000, %eax
    jmp     1b
2:  ret

/* ---- 64-bit mode ---- */

    .code64
from_long_mode:
    mov     %esp, %eax
    mov     %ebx, %ebx          /* the upper halves are undefined */
    lea     start(%rip), %rbp
    sub     $(start - image), %rbp
    mov     %eax, PHYS(boot_entry) + BOOT_ENTRY_REG(%rbp)
    mov     %ebx, PHYS(boot_entry) + BOOT_ENTRY_REG + 8(%rbp)
    mov     %esi, PHYS(boot_entry) + BOOT_ENTRY_STC(%rbp)
    mov     %edi, PHYS(boot_entry) + BOOT_ENTRY_STC + 4(%rbp)
    mov     %rbp, PHYS(boot_entry) + BOOT_ENTRY_IMAGE(%rbp)

    /* Firmware may still be at work: it keeps its environment, and gets the end of the pool as stack. */
    lea     PHYS(image_end)(%rbp), %rsp
    lea     PHYS(boot_entry)(%rbp), %rdi
    lea     PHYS(start_uefi)(%rbp), %rax
    call    *%rax
    cli

    /* Down to 32-bit mode without paging: the only way to leave five-level paging, too. */
    lea     PHYS(boot_stack_top)(%rbp), %rsp
    lea     boot_gdt - image(%rbp), %rax
    mov     %rax, PHYS(boot_gdtr) + 2(%rbp)
    lgdt    PHYS(boot_gdtr)(%rbp)
    mov     %cr4, %rax
    btr     $23, %rax           /* CET demands CR0.WP, which goes now */
    btr     $17, %rax           /* PCIDE demands CR0.PG              */
    mov     %rax, %cr4
    push    $boot_gdt_code32 - boot_gdt
    lea     leave_paging - image(%rbp), %rax
    push    %rax
    lretq

    .code32
leave_paging:
    mov     $boot_gdt_data - boot_gdt, %eax
    mov     %eax, %ss
    mov     %eax, %ds
    mov     %eax, %es
    mov     $0x11, %eax         /* CR0: ET PE */
    mov     %eax, %cr0
    jmp     protected_mode

    .code64
start64:
    movabs  $start_high, %rax
    jmp     *%rax

    .balign 8
boot_gdt:
    .quad   0
    .quad   0x00209b0000000000  /* SEL_KERNEL_CODE: 64-bit code     */
boot_gdt_data:
    .quad   0x00cf93000000ffff  /* flat data                        */
boot_gdt_code32:
    .quad   0x00cf9b000000ffff  /* flat 32-bit code                 */
boot_gdt_end:

/* ---- At home ---- */

    .text
start_high:
    mov     $boot_stack_top, %rsp
    xor     %eax, %eax
    mov     %eax, %ss
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %fs
    mov     %eax, %gs
    call    start_boot

    .data
    .balign 4
    .short  0
boot_gdtr:
    .short  boot_gdt_end - boot_gdt - 1
    .quad   0

    .section .note.GNU-stack, "", @progbits
