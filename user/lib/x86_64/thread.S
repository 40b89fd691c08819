/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64: where portals and threads begin (interface specification, 8.8). */

/*
 * Entry of every portal: RDI = identifier, RSI = MTD, RSP = struct thread_frame, 16-byte aligned,
 * at the first message and, as ipc_reply keeps it, at every other.
 */
    .section .text.portal_entry, "ax"
    .globl  portal_entry
    .type   portal_entry, @function
portal_entry:
    mov     8(%rsp), %rdx               /* UTCB */
    call    *(%rsp)
    mov     %eax, %esi                  /* MTD of the reply */
    mov     $1, %edi                    /* ipc_reply */
    syscall
    .size   portal_entry, . - portal_entry

/* First instruction of a global thread: RSP = struct thread_frame. */
    .section .text.thread_entry, "ax"
    .globl  thread_entry
    .type   thread_entry, @function
thread_entry:
    xor     %ebp, %ebp
    mov     8(%rsp), %rdi
    call    *(%rsp)
    .globl  thread_exit
    .type   thread_exit, @function
thread_exit:
    mov     $1, %edi                    /* ipc_reply without a caller: sleeps for ever */
    xor     %esi, %esi
    syscall
    .size   thread_entry, . - thread_entry

    .section .note.GNU-stack, "", @progbits
