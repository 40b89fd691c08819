/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways into the kernel and out of it.
 *
 * From user mode the registers go straight into the current EC: SYSCALL stores them there, exceptions
 * and interrupts find it as their stack (RSP0 of the TSS points to the end of ec->arch.regs). Then the
 * kernel stack of the CPU is used, from its top. C never returns to here, it leaves by exit_to_user.
 *
 * In the kernel GS.base is struct cpu and IA32_KERNEL_GS_BASE is the user's GS.base.
 */

#include "arch/x86_64/layout.h"

.macro ENTRY_POINT
#if CFP_BRANCH
    endbr64
#endif
.endm

/* An instruction for CPUs with `feature` only; start.S makes it a NOP on others. */
.macro IF_FEATURE feature, insn:vararg
771:
    \insn
772:
    .pushsection .patch, "a"
    .long   771b - LAYOUT_VIRT
    .byte   772b - 771b, \feature
    .short  0
    .popsection
.endm

/* The kernel's shadow stack has a token at its bottom that says whether it is in use. */
.macro SHADOW_STACK_ACQUIRE
#if CFP_RETURN
    IF_FEATURE FEATURE_SHADOW_STACK, setssbsy
#endif
.endm
.macro SHADOW_STACK_RELEASE
#if CFP_RETURN
    IF_FEATURE FEATURE_SHADOW_STACK, mov %gs:CPU_SHADOW_TOKEN, %rcx
    IF_FEATURE FEATURE_SHADOW_STACK, clrssbsy (%rcx)
#endif
.endm

.macro PUSH_REGS
    push    %r15
    push    %r14
    push    %r13
    push    %r12
    push    %r11
    push    %r10
    push    %r9
    push    %r8
    push    %rdi
    push    %rsi
    push    %rbp
    push    %rbx
    push    %rdx
    push    %rcx
    push    %rax
.endm

.macro POP_REGS
    pop     %rax
    pop     %rcx
    pop     %rdx
    pop     %rbx
    pop     %rbp
    pop     %rsi
    pop     %rdi
    pop     %r8
    pop     %r9
    pop     %r10
    pop     %r11
    pop     %r12
    pop     %r13
    pop     %r14
    pop     %r15
    add     $16, %rsp           /* vector, error code */
.endm

    .section .text.entry, "ax"

/* ---- Hypercall ---- */

/* FMASK has cleared IF, DF, AC and TF. RCX = RIP of the caller; R11 is not preserved. */
    .balign 64
    .globl entry_syscall
entry_syscall:
    ENTRY_POINT
    swapgs
    mov     %gs:CPU_CURRENT, %r11
    mov     %rsp, REGS_RSP(%r11)
    mov     %gs:CPU_STACK_TOP, %rsp
    SHADOW_STACK_ACQUIRE
    mov     %rcx, REGS_RIP(%r11)
    mov     %rdi, REGS_RDI(%r11)
    mov     %rsi, REGS_RSI(%r11)
    mov     %rdx, REGS_RDX(%r11)
    mov     %rax, REGS_RAX(%r11)
    mov     %r8, REGS_R8(%r11)
    mov     %r9, REGS_R9(%r11)
    mov     %r10, REGS_R10(%r11)
    mov     %rbx, REGS_RBX(%r11)
    mov     %rbp, REGS_RBP(%r11)
    mov     %r12, REGS_R12(%r11)
    mov     %r13, REGS_R13(%r11)
    mov     %r14, REGS_R14(%r11)
    mov     %r15, REGS_R15(%r11)
    movl    $VECTOR_SYSCALL, REGS_VECTOR(%r11)
    mov     %r11, %rdi
    call    hypercall_enter     /* (ec), does not return */

/* ---- Exit ---- */

/* [[noreturn]] void exit_to_user(struct ec *ec) */
    .balign 64
    .globl exit_to_user
exit_to_user:
    SHADOW_STACK_RELEASE
    mov     REGS_RIP(%rdi), %rcx
    mov     %rcx, %r11
    shr     $47, %r11
    jnz     exit_bad_rip        /* SYSRET and IRET would fault in the kernel (SDM vol. 2) */
    cmpl    $VECTOR_SYSCALL, REGS_VECTOR(%rdi)
    jne     exit_iret
    mov     REGS_RAX(%rdi), %rax
    mov     REGS_RDX(%rdi), %rdx
    mov     REGS_RBX(%rdi), %rbx
    mov     REGS_RBP(%rdi), %rbp
    mov     REGS_RSI(%rdi), %rsi
    mov     REGS_R8(%rdi), %r8
    mov     REGS_R9(%rdi), %r9
    mov     REGS_R10(%rdi), %r10
    mov     REGS_R12(%rdi), %r12
    mov     REGS_R13(%rdi), %r13
    mov     REGS_R14(%rdi), %r14
    mov     REGS_R15(%rdi), %r15
    mov     $USER_RFLAGS, %r11d
    mov     REGS_RSP(%rdi), %rsp
    mov     REGS_RDI(%rdi), %rdi
    swapgs
    sysretq

exit_iret:
    SHADOW_STACK_ACQUIRE        /* IRET releases it, from its bottom */
    mov     %rdi, %rsp
    POP_REGS
    swapgs
    iretq

exit_bad_rip:
    SHADOW_STACK_ACQUIRE
    mov     %gs:CPU_STACK_TOP, %rsp
    call    exit_refused        /* (ec), does not return */

/* ---- Exceptions and interrupts ---- */

/*
 * One entry point per vector, VECTOR_STUB_SIZE apart, makes all stacks look alike: error code, vector.
 * NMI, #DF and #MC may hit anywhere, so they have stacks of their own (IST).
 */
    .balign VECTOR_STUB_SIZE
    .globl entry_vectors
entry_vectors:
    vector = 0
    .rept VECTOR_COUNT
    .balign VECTOR_STUB_SIZE
    ENTRY_POINT
    .if (vector != 8) && ((vector < 10) || (vector > 14)) && (vector != 17) && (vector != 21) && (vector != 29) && (vector != 30)
    push    $0
    .endif
    .if vector < 128
    push    $vector
    .else
    push    $vector - 256       /* one byte, sign-extended: read the low one */
    .endif
    .if (vector == VECTOR_NMI) || (vector == VECTOR_DF) || (vector == VECTOR_MC)
    jmp     entry_ist
    .else
    jmp     entry_trap
    .endif
    vector = vector + 1
    .endr

    .balign 64
entry_trap:
    PUSH_REGS
    cld
    IF_FEATURE FEATURE_SMAP, clac
    mov     %rsp, %rdi
    testb   $3, REGS_CS(%rsp)
    jz      1f
    swapgs
    mov     %gs:CPU_STACK_TOP, %rsp
    call    trap_user           /* (ec), does not return */

1:  call    trap_kernel         /* (regs), returns after an interrupt */
    POP_REGS
    iretq

/* The interrupted code may have been about to swap GS: look at what GS.base is. */
entry_ist:
    PUSH_REGS
    cld
    IF_FEATURE FEATURE_SMAP, clac
    mov     $0xc0000101, %ecx   /* IA32_GS_BASE */
    rdmsr
    mov     %edx, %ebx
    test    %ebx, %ebx          /* the kernel's has the top bit set */
    js      1f
    swapgs
1:  mov     %rsp, %rdi
    call    trap_ist            /* (regs) */
    test    %ebx, %ebx
    js      2f
    swapgs
2:  POP_REGS
    iretq

/* [[noreturn]] void entry_restart(struct ec *ec, void (*next)(struct ec *), uint64_t shadow_token) */
    .globl entry_restart
entry_restart:
    mov     %gs:CPU_STACK_TOP, %rsp
#if CFP_RETURN
    IF_FEATURE FEATURE_SHADOW_STACK, clrssbsy (%rdx)
#endif
    SHADOW_STACK_ACQUIRE
    call    *%rsi

    .section .note.GNU-stack, "", @progbits
