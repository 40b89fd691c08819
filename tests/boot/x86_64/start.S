/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As user/lib/x86_64/start.S, but first records every register: rax rcx rdx rbx rsp rbp rsi rdi r8
 * to r15, rflags, then the legacy image of the FPU.
 */
    .section .text.start, "ax"
    .globl  _start
    .type   _start, @function
_start:
    mov     %rax, start_record+0x00(%rip)
    mov     %rcx, start_record+0x08(%rip)
    mov     %rdx, start_record+0x10(%rip)
    mov     %rbx, start_record+0x18(%rip)
    mov     %rsp, start_record+0x20(%rip)
    mov     %rbp, start_record+0x28(%rip)
    mov     %rsi, start_record+0x30(%rip)
    mov     %rdi, start_record+0x38(%rip)
    mov     %r8,  start_record+0x40(%rip)
    mov     %r9,  start_record+0x48(%rip)
    mov     %r10, start_record+0x50(%rip)
    mov     %r11, start_record+0x58(%rip)
    mov     %r12, start_record+0x60(%rip)
    mov     %r13, start_record+0x68(%rip)
    mov     %r14, start_record+0x70(%rip)
    mov     %r15, start_record+0x78(%rip)
    mov     %rsp, %rbx
    lea     user_stack_end(%rip), %rsp  /* leaves the flags alone */
    pushf
    pop     start_record+0x80(%rip)
    fxsave64 start_fpu(%rip)

    mov     %rsi, %rdx
    mov     %rdi, %rsi
    mov     %rbx, %rdi
    xor     %ecx, %ecx
    xor     %ebp, %ebp
    call    user_main
    ud2
    .size   _start, . - _start

/*
 * uint64_t preserve(const uint64_t in[16], uint64_t out[16], uint64_t *flags): one hypercall
 * with all registers but RSP loaded from `in`; stores them to `out`. Returns the address
 * behind the SYSCALL.
 */
    .section .text.preserve, "ax"
    .globl  preserve
    .type   preserve, @function
preserve:
    push    %rbx
    push    %rbp
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    push    %rdx
    push    %rsi
    mov     0x00(%rdi), %rax
    mov     0x08(%rdi), %rcx
    mov     0x10(%rdi), %rdx
    mov     0x18(%rdi), %rbx
    mov     0x28(%rdi), %rbp
    mov     0x30(%rdi), %rsi
    mov     0x40(%rdi), %r8
    mov     0x48(%rdi), %r9
    mov     0x50(%rdi), %r10
    mov     0x58(%rdi), %r11
    mov     0x60(%rdi), %r12
    mov     0x68(%rdi), %r13
    mov     0x70(%rdi), %r14
    mov     0x78(%rdi), %r15
    mov     0x38(%rdi), %rdi
    mov     %rsp, preserve_rsp(%rip)
    syscall
1:  mov     %rsp, preserve_rsp+8(%rip)
    mov     preserve_rsp(%rip), %rsp
    pushf
    push    %rdi
    mov     16(%rsp), %rdi
    mov     %rax, 0x00(%rdi)
    mov     %rcx, 0x08(%rdi)
    mov     %rdx, 0x10(%rdi)
    mov     %rbx, 0x18(%rdi)
    mov     preserve_rsp+8(%rip), %rax
    sub     preserve_rsp(%rip), %rax
    mov     %rax, 0x20(%rdi)            /* how far RSP has moved */
    mov     %rbp, 0x28(%rdi)
    mov     %rsi, 0x30(%rdi)
    mov     %r8,  0x40(%rdi)
    mov     %r9,  0x48(%rdi)
    mov     %r10, 0x50(%rdi)
    mov     %r11, 0x58(%rdi)
    mov     %r12, 0x60(%rdi)
    mov     %r13, 0x68(%rdi)
    mov     %r14, 0x70(%rdi)
    mov     %r15, 0x78(%rdi)
    pop     0x38(%rdi)
    pop     %rax
    pop     %rsi
    pop     %rdx
    mov     %rax, (%rdx)
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbp
    pop     %rbx
    lea     1b(%rip), %rax
    ret
    .size   preserve, . - preserve

    .section .data.stack, "aw", @progbits
    .balign 16
    .skip   32768
user_stack_end:
    .globl  start_fpu
start_fpu:
    .skip   512
    .globl  start_record
start_record:
    .skip   17 * 8
preserve_rsp:
    .skip   16

    .section .note.GNU-stack, "", @progbits
