/* SPDX-License-Identifier: GPL-2.0-only */
/* What user mode may try with segments and flags; see system_test.c. */

    .macro  function name
    .section .text.\name, "ax"
    .globl  \name
\name:
    .endm

/* An attempt answers 1. Whoever handles its fault goes on at attempt_fault: it answers 0. */
    .macro  attempt name
    function \name
    mov     %rsp, %rsi
    .endm
    .macro  done
    mov     $1, %eax
    ret
    .endm

function attempt_fault
    mov     %rsi, %rsp
    xor     %eax, %eax
    ret

attempt load_ds
    mov     %edi, %ds
    done
attempt load_es
    mov     %edi, %es
    done
attempt load_fs
    mov     %edi, %fs
    done
attempt load_gs
    mov     %edi, %gs
    done
attempt load_ss
    mov     %edi, %ss
    done
attempt load_cs
    push    %rdi
    lea     1f(%rip), %rax
    push    %rax
    lretq
1:  done

/* INT 0 to 255, 16 bytes each. */
    .section .text.interrupts, "ax"
    .globl  interrupts
    .balign 16
interrupts:
    number = 0
    .rept   256
    .balign 16
    mov     %rsp, %rsi
    .byte   0xcd, number                /* the assembler makes INT3 of INT 3 */
    done
    number = number + 1
    .endr

/* void segments_load(uint64_t ds_es_fs_gs) */
function segments_load
    mov     %edi, %ds
    shr     $16, %rdi
    mov     %edi, %es
    shr     $16, %rdi
    mov     %edi, %fs
    shr     $16, %rdi
    mov     %edi, %gs
    ret

/* uint64_t segments_read(void) */
function segments_read
    xor     %eax, %eax
    mov     %gs, %ecx
    or      %rcx, %rax
    shl     $16, %rax
    mov     %fs, %ecx
    or      %rcx, %rax
    shl     $16, %rax
    mov     %es, %ecx
    or      %rcx, %rax
    shl     $16, %rax
    mov     %ds, %ecx
    or      %rcx, %rax
    ret

/* uint64_t read_by_fs(uint64_t hva) */
function read_by_fs
    mov     %fs:(%rdi), %rax
    ret
function read_by_gs
    mov     %gs:(%rdi), %rax
    ret

/* uint64_t look_at(uint64_t selector): bits of what can be learnt, from LAR, LSL, VERR, VERW. */
function look_at
    xor     %eax, %eax
    lar     %edi, %ecx
    setz    %al
    lsl     %edi, %ecx
    setz    %cl
    shl     $1, %cl
    or      %cl, %al
    verr    %di
    setz    %cl
    shl     $2, %cl
    or      %cl, %al
    verw    %di
    setz    %cl
    shl     $3, %cl
    or      %cl, %al
    ret

/* Flags behind a hypercall, an event, an IRET that begins with `flags`: uint64_t f(flags, p0, p1). */
function flags_across_call
    mov     %rdi, %rax
    mov     %rsi, %rdi
    mov     %rdx, %rsi
    push    %rax
    popf
    syscall
    pushf
    pop     %rax
    ret
/* The same with a load of SS before the entry: it holds exceptions back until behind the next instruction. */
function flags_across_ss_call
    mov     %rdi, %rax
    mov     %rsi, %rdi
    mov     %rdx, %rsi
    mov     %ss, %ecx
    push    %rax
    popf
    mov     %ecx, %ss
    syscall
    pushf
    pop     %rax
    ret
function flags_across_ss_event
    mov     %ss, %ecx
    push    %rdi
    popf
    mov     %ecx, %ss
    int3
    pushf
    pop     %rax
    push    $0x202
    popf
    ret
function flags_across_event
    push    %rdi
    popf
    int3
    pushf
    pop     %rax
    push    $0x202
    popf
    ret
function flags_across_iret
    mov     %rsp, %rax
    mov     %ss, %ecx
    push    %rcx
    push    %rax
    push    %rdi
    mov     %cs, %ecx
    push    %rcx
    lea     1f(%rip), %rcx
    push    %rcx
    iretq
1:  pushf
    pop     %rax
    push    $0x202
    popf
    ret

    .section .note.GNU-stack, "", @progbits
