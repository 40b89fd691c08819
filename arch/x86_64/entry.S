/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways into the kernel and out of it.
 *
 * All entries from user mode end up at the top of the CPU's kernel stack with the registers saved in the
 * current EC. A hypercall saves only what C may change: its handler returns, and the rest still is where
 * it was. Every other way out goes through arch_ec_switch or arch_ec_resume, which abandon the stack.
 *
 * In the kernel GS.base is struct cpu and IA32_KERNEL_GS_BASE is the user's GS.base.
 *
 * SYSRET and IRET fault in the kernel if the new RIP is not canonical (SDM vol. 2, "SYSRET", "IRET").
 * Nobody checks for that: #GP has a stack of its own, and trap_ist knows the two instructions.
 */

#include "arch/x86_64/layout.h"
#include "arch/x86_64/patch.h"

.macro ENTRY_POINT
#if CFP_BRANCH
    endbr64
#endif
.endm

/* The kernel's shadow stack has a token at its bottom that says whether it is in use. */
.macro SHADOW_STACK_ACQUIRE
#if CFP_RETURN
    IF_FEATURE FEATURE_SHADOW_STACK, setssbsy
#endif
.endm
.macro SHADOW_STACK_RELEASE
#if CFP_RETURN
    IF_FEATURE FEATURE_SHADOW_STACK, TOKEN_RELEASE
#endif
.endm
.macro TOKEN_RELEASE
    mov     %gs:CPU_SHADOW_TOKEN, %rcx
    clrssbsy (%rcx)
.endm

/* From an interrupt stack's to the kernel's: \token is the address of the former's token. */
.macro SHADOW_STACK_SWITCH token
#if CFP_RETURN
    IF_FEATURE FEATURE_SHADOW_STACK, TOKEN_SWITCH \token
#endif
.endm
.macro TOKEN_SWITCH token
    clrssbsy (\token)
    setssbsy
.endm

/* What C preserves, and what it does not; RCX and R11 are not among them, as SYSCALL takes them. */
.macro SAVE_PRESERVED regs
    mov     %rbx, REGS_RBX(\regs)
    mov     %rbp, REGS_RBP(\regs)
    mov     %r12, REGS_R12(\regs)
    mov     %r13, REGS_R13(\regs)
    mov     %r14, REGS_R14(\regs)
    mov     %r15, REGS_R15(\regs)
.endm
.macro SAVE_CHANGED regs
    mov     %rdi, REGS_RDI(\regs)
    mov     %rsi, REGS_RSI(\regs)
    mov     %rdx, REGS_RDX(\regs)
    mov     %r8, REGS_R8(\regs)
    mov     %r9, REGS_R9(\regs)
    mov     %r10, REGS_R10(\regs)
.endm

/* SYSRET to the EC at RAX, whose preserved registers are loaded. */
.macro LEAVE_BY_SYSRET
    SHADOW_STACK_RELEASE
    mov     REGS_RIP(%rax), %rcx
    mov     REGS_RDI(%rax), %rdi
    mov     REGS_RSI(%rax), %rsi
    mov     REGS_RDX(%rax), %rdx
    mov     REGS_R8(%rax), %r8
    mov     REGS_R9(%rax), %r9
    mov     REGS_R10(%rax), %r10
    mov     REGS_RSP(%rax), %rsp
    mov     REGS_RAX(%rax), %rax
    WITH_FEATURE FEATURE_VERW, CLEAR_BUFFERS, mov $USER_RFLAGS, %r11d
    swapgs
.endm

/* Nothing that the kernel left in buffers of the CPU is seen in user mode; see mitigations.c. */
.macro CLEAR_BUFFERS
    verw    verw_operand(%rip)
.endm

.macro DROP_VECTOR_SWAP_GS
    add     $16, %rsp           /* vector, error code */
    swapgs
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
    SAVE_CHANGED %r11
    mov     %rax, REGS_RAX(%r11)
    test    $0xe, %dil
    jz      2f
    mov     %edi, %eax
    and     $0xf, %eax
    mov     %r11, %rdi
    call    *hypercall_handler(,%rax,8)
1:  mov     %gs:CPU_CURRENT, %rdx
    cmp     $STATUS_RARE, %eax
    jae     4f
    cmpb    $0, %gs:CPU_AGAIN
    jne     4f
    SHADOW_STACK_RELEASE
    mov     %eax, %edi
    mov     REGS_RIP(%rdx), %rcx
    mov     REGS_RSI(%rdx), %rsi
    mov     REGS_R8(%rdx), %r8
    mov     REGS_R9(%rdx), %r9
    mov     REGS_R10(%rdx), %r10
    mov     REGS_RSP(%rdx), %rsp
    mov     REGS_RAX(%rdx), %rax
    mov     REGS_RDX(%rdx), %rdx
    WITH_FEATURE FEATURE_VERW, CLEAR_BUFFERS, mov $USER_RFLAGS, %r11d
    swapgs
    .globl exit_sysret_same
exit_sysret_same:
    sysretq

2:  test    $1, %dil            /* no indirect branch on the way of calls */
    mov     %r11, %rdi
    jnz     3f
    call    ipc_call            /* (ec), returns only if it has a status */
    jmp     1b
3:  call    ipc_reply
    jmp     1b

4:  SAVE_PRESERVED %rdx
    mov     %rdx, %rdi
    mov     %eax, %esi
    call    hypercall_finish    /* (ec, status), does not return */

/* ---- Exit ---- */

/* Make the EC at RAX current, and its host space the active one. */
.macro MAKE_CURRENT
    mov     %rax, %gs:CPU_CURRENT
    mov     EC_HOST(%rax), %rdx
    cmp     %gs:CPU_QUICK_HOST, %rdx
    je      771f
    cmpl    $0, %gs:CPU_SWITCH_WORK
    jne     exit_switch_slow
    mov     HOST_CR3(%rdx), %rcx
    mov     %rdx, %gs:CPU_QUICK_HOST
    mov     %rcx, %cr3
    mov     %rdx, %gs:CPU_HOST
771:
.endm

/* status_t arch_ec_switch(struct ec *ec, struct ec *next), does not return */
    .balign 64
    .globl arch_ec_switch
arch_ec_switch:
    SAVE_PRESERVED %rdi
    mov     %rsi, %rax
    MAKE_CURRENT
exit_by_sysret:
    mov     REGS_RBX(%rax), %rbx
    mov     REGS_RBP(%rax), %rbp
    mov     REGS_R12(%rax), %r12
    mov     REGS_R13(%rax), %r13
    mov     REGS_R14(%rax), %r14
    mov     REGS_R15(%rax), %r15
    LEAVE_BY_SYSRET
    .globl exit_sysret
exit_sysret:
    sysretq

/* [[noreturn]] void arch_ec_resume(struct ec *ec) */
    .globl arch_ec_resume
arch_ec_resume:
    mov     %rdi, %rax
    jmp     exit_switch

/* status_t arch_ec_switch_back(struct ec *ec, struct ec *next), does not return */
    .globl arch_ec_switch_back
arch_ec_switch_back:
    SAVE_PRESERVED %rdi
    mov     %rsi, %rax
exit_switch:
    MAKE_CURRENT
1:  cmpl    $VECTOR_SYSCALL, REGS_VECTOR(%rax)
    je      exit_by_sysret
    jmp     exit_iret

exit_switch_slow:
    mov     %gs:CPU_STACK_TOP, %rsp
    mov     %rax, %rbx
    mov     %rax, %rdi
    call    ec_switch           /* (ec) */
    mov     %rbx, %rax
    jmp     1b

exit_iret:
    SHADOW_STACK_RELEASE
    SHADOW_STACK_ACQUIRE        /* IRET releases it, from its bottom */
    movl    $VECTOR_SYSCALL, REGS_VECTOR(%rax)
    mov     %rax, %rsp
    POP_REGS
    WITH_FEATURE FEATURE_VERW, CLEAR_BUFFERS, DROP_VECTOR_SWAP_GS
    .globl exit_iret_site
exit_iret_site:
    iretq

/* ---- Exceptions and interrupts ---- */

/*
 * One entry point per vector, VECTOR_STUB_SIZE apart, makes all stacks look alike: error code, vector.
 * NMI, #DF and #MC may hit anywhere, so they have stacks of their own (IST); so has #GP, see above.
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
    .elseif vector == VECTOR_GP
    jmp     entry_gp
    .elseif vector == VECTOR_PF
    jmp     entry_page_fault
    .elseif (vector == VECTOR_NM) || (vector >= VECTOR_EXCEPTIONS)
    jmp     entry_trap
    .else
    jmp     entry_exception
    .endif
    vector = vector + 1
    .endr

#define STACK_CS 24 /* behind vector, error code and RIP */

/*
 * From user mode: move what the CPU and the stub pushed, and all other registers, into the current EC.
 * Leaves the stack as it was before the exception; RDI = EC.
 *
 * Speculation may take the wrong way at the choice to swap GS, and use the user's GS.base in the kernel
 * (CVE-2019-1125): an LFENCE on either way waits until the choice is made.
 */
.macro SAVE_USER
    swapgs
    lfence
    push    %rax
    mov     %gs:CPU_CURRENT, %rax
    pop     REGS_RAX(%rax)
    mov     %rcx, REGS_RCX(%rax)
    mov     %r11, REGS_R11(%rax)
    SAVE_CHANGED %rax
    SAVE_PRESERVED %rax
    pop     REGS_VECTOR(%rax)
    pop     REGS_ERROR(%rax)
    pop     REGS_RIP(%rax)
    pop     REGS_CS(%rax)
    pop     REGS_RFLAGS(%rax)
    pop     REGS_RSP(%rax)
    pop     REGS_SS(%rax)
    cld
    IF_FEATURE FEATURE_SMAP, clac
    mov     %rax, %rdi
.endm

/* Exceptions that are none of the kernel's business. */
    .balign 64
entry_exception:
    testb   $3, STACK_CS(%rsp)
    jz      entry_kernel
    SAVE_USER
1:  movzbl  REGS_VECTOR(%rdi), %esi
    call    ec_event            /* (ec, vector), does not return */

entry_page_fault:
    testb   $3, STACK_CS(%rsp)
    jz      entry_kernel
    SAVE_USER
    mov     %cr2, %rcx
    mov     %rcx, EC_CR2(%rdi)
    jmp     1b

entry_trap:
    testb   $3, STACK_CS(%rsp)
    jz      entry_kernel
    SAVE_USER
    call    trap_user           /* (ec), does not return */

entry_kernel:
    lfence
    PUSH_REGS
    cld
    IF_FEATURE FEATURE_SMAP, clac
    mov     %rsp, %rdi
    call    trap_kernel         /* (regs), returns after an interrupt */
    POP_REGS
    add     $16, %rsp           /* vector, error code */
    iretq

entry_gp:
    testb   $3, STACK_CS(%rsp)
    jz      entry_ist
    SAVE_USER
    mov     %gs:CPU_STACK_TOP, %rsp
#if CFP_RETURN
    IF_FEATURE FEATURE_SHADOW_STACK, rdsspq %rcx
#endif
    SHADOW_STACK_SWITCH %rcx
    call    trap_user           /* (ec), does not return */

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
1:  lfence
    mov     %rsp, %rdi
    call    trap_ist            /* (regs) */
    test    %ebx, %ebx
    js      2f
    swapgs
2:  POP_REGS
    add     $16, %rsp
    IF_FEATURE FEATURE_VERW, CLEAR_BUFFERS /* it may be user mode */
    iretq

/* [[noreturn]] void arch_cpu_restart(void (*next)(void)) */
    .globl arch_cpu_restart
arch_cpu_restart:
    SHADOW_STACK_RELEASE
    SHADOW_STACK_ACQUIRE
    mov     %gs:CPU_STACK_TOP, %rsp
    call    *%rdi

/* [[noreturn]] void entry_restart(struct ec *ec, void (*next)(struct ec *), uint64_t shadow_token) */
    .globl entry_restart
entry_restart:
    mov     %gs:CPU_STACK_TOP, %rsp
    SHADOW_STACK_RELEASE        /* an IRET that has faulted has not */
    SHADOW_STACK_SWITCH %rdx
    call    *%rsi

    .section .rodata
verw_operand:
    .short  SEL_KERNEL_DATA

    .section .note.GNU-stack, "", @progbits
