/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers and exceptions that C cannot reach; see tests/conformance/cpu.h. */

    .macro  store_all to                /* RIP-relative: no register is needed, none is changed */
    mov     %rax, \to+0x00(%rip)
    mov     %rcx, \to+0x08(%rip)
    mov     %rdx, \to+0x10(%rip)
    mov     %rbx, \to+0x18(%rip)
    mov     %rsp, \to+0x20(%rip)
    mov     %rbp, \to+0x28(%rip)
    mov     %rsi, \to+0x30(%rip)
    mov     %rdi, \to+0x38(%rip)
    mov     %r8,  \to+0x40(%rip)
    mov     %r9,  \to+0x48(%rip)
    mov     %r10, \to+0x50(%rip)
    mov     %r11, \to+0x58(%rip)
    mov     %r12, \to+0x60(%rip)
    mov     %r13, \to+0x68(%rip)
    mov     %r14, \to+0x70(%rip)
    mov     %r15, \to+0x78(%rip)
    .endm

    .macro  load_most from              /* all but RSP, RSI, RDI and flags */
    mov     \from+0x00(%rip), %rax
    mov     \from+0x08(%rip), %rcx
    mov     \from+0x10(%rip), %rdx
    mov     \from+0x18(%rip), %rbx
    mov     \from+0x28(%rip), %rbp
    mov     \from+0x40(%rip), %r8
    mov     \from+0x48(%rip), %r9
    mov     \from+0x50(%rip), %r10
    mov     \from+0x58(%rip), %r11
    mov     \from+0x60(%rip), %r12
    mov     \from+0x68(%rip), %r13
    mov     \from+0x70(%rip), %r14
    mov     \from+0x78(%rip), %r15
    .endm

    .macro  function name
    .section .text.\name, "ax"
    .globl  \name
\name:
    .endm

function probe_read
    cmpb    $0, (%rdi)
    mov     $1, %eax
    ret
    .globl  probe_fault
probe_fault:
    xor     %eax, %eax
    ret

function probe_write
    movb    $0x77, (%rdi)
    mov     $1, %eax
    ret

function probe_execute
    mov     $1, %eax
    call    *%rdi                       /* a fault there returns from it, with 0 */
    ret

function provoke
    push    %rbx
    push    %rbp
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    push    %rsi
    mov     %rsp, provoke_sp(%rip)
    mov     %rsp, 0x20(%rdi)
    mov     %rdx, provoke_code(%rip)
    mov     %rdi, %rsi
    lea     provoke_regs(%rip), %rdi
    mov     $17, %ecx
    rep movsq
    pushq   provoke_regs+0x80(%rip)
    popf
    load_most provoke_regs
    mov     provoke_regs+0x30(%rip), %rsi
    mov     provoke_regs+0x38(%rip), %rdi
    jmp     *provoke_code(%rip)

    .globl  provoke_back
provoke_back:
    store_all provoke_regs
    mov     provoke_sp(%rip), %rsp
    pushf
    popq    provoke_regs+0x80(%rip)
    cld
    pop     %rdi
    lea     provoke_regs(%rip), %rsi
    mov     $17, %ecx
    rep movsq
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbp
    pop     %rbx
    ret

    .globl  hypercall_code, hypercall_back
    .section .text.hypercall_code, "ax"
hypercall_code:
    syscall
hypercall_back:
    jmp     provoke_back

/* Entry of a portal: RSP leads to a stack. */
function raw_portal_entry
    store_all raw_portal_seen
    pushf
    popq    raw_portal_seen+0x80(%rip)
    load_most raw_portal_regs
    mov     $0, %esi                    /* one word */
    mov     $1, %edi                    /* ipc_reply */
    syscall

function raw_thread_entry
    store_all raw_thread_seen
    pushf
    popq    raw_thread_seen+0x80(%rip)
    lock incq raw_thread_count(%rip)
    mov     $1, %edi                    /* ipc_reply without a caller */
    syscall

/* status_t fpu_across(in, out, p0, p1) */
function fpu_across
    push    %rbx
    mov     %rsi, %rbx
    cmpb    $0, fpu_is_wide(%rip)
    je      1f
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups 32*\n(%rdi), %ymm\n
    .endr
    jmp     2f
1:
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups  32*\n(%rdi), %xmm\n
    .endr
2:  mov     %rdx, %rdi
    mov     %rcx, %rsi
    syscall
    mov     %edi, %eax
    mov     %rbx, %rdi
    pop     %rbx
    jmp     fpu_store

/* Keeps RAX. */
function fpu_store
    cmpb    $0, fpu_is_wide(%rip)
    je      1f
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups %ymm\n, 32*\n(%rdi)
    .endr
    ret
1:
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups  %xmm\n, 32*\n(%rdi)
    .endr
    ret

/* Exceptions. RCX = 0, RBX is no address at all, the others are patterns. */

    .macro  code name
    .section .text.\name, "ax"
    .globl  \name
    .globl  \name\()_end
\name:
    .endm

code code_de
    div     %cl
code_de_end:
code code_db
    pushf
    orl     $0x100, (%rsp)              /* RFLAGS.TF: behind the next but one */
    popf
    nop
code_db_end:
    jmp     provoke_back
code code_bp
    int3
code_bp_end:
    jmp     provoke_back
code code_of
    int     $4
code_of_end:
    jmp     provoke_back
code code_ud
    ud2
code_ud_end:
code code_gp
    hlt
code_gp_end:
code code_gp_int
    int     $0x80
code_gp_int_end:
code code_gp_port
    out     %al, $0x80
code_gp_port_end:
code code_gp_address
    cmpb    $0, (%rbx)
code_gp_address_end:
code code_gp_rdmsr
    rdmsr
code_gp_rdmsr_end:
code code_pf_read
    cmpb    $0, 0x20000000
code_pf_read_end:
code code_pf_write
    movb    %al, 0x20000123
code_pf_write_end:
code code_pf_execute
    jmp     *code_pf_target(%rip)
code_pf_execute_end:
code code_pf_protected
    movb    %al, provoke(%rip)
code_pf_protected_end:
code code_pf_data
    jmp     provoke_regs
code_pf_data_end:
code code_mf
    fninit
    fldcw   code_mf_control(%rip)
    fld1
    fldz
    fdivrp
code_mf_end:
    fwait

    .globl  trap_code, trap_first, trap_second, trap_detour, trap_detour_end
    .section .text.trap_code, "ax"
trap_code:
    int3
trap_first:
    int3
trap_second:
    jmp     provoke_back
trap_detour:
    int3
trap_detour_end:
    jmp     provoke_back

    .globl  fpu_code
    .section .text.fpu_code, "ax"
fpu_code:
    fld1
    jmp     provoke_back

    .section .rodata.cpu, "a", @progbits
    .balign 8
code_pf_target:
    .quad   0x20000000
code_mf_control:
    .word   0x0300                      /* all x87 exceptions raise #MF */

    .section .data.cpu, "aw", @progbits
    .balign 16
provoke_sp:
    .quad   0
provoke_code:
    .quad   0
    .globl  provoke_regs
provoke_regs:
    .skip   17 * 8
    .globl  raw_portal_seen
raw_portal_seen:
    .skip   17 * 8
    .globl  raw_portal_regs
raw_portal_regs:
    .skip   17 * 8
    .globl  raw_thread_seen
raw_thread_seen:
    .skip   17 * 8
    .globl  raw_thread_count
raw_thread_count:
    .quad   0

    .section .note.GNU-stack, "", @progbits
