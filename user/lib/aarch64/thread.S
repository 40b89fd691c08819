/* SPDX-License-Identifier: GPL-2.0-only */
/* aarch64: where portals and threads begin (interface specification, 7.8). */

/*
 * Entry of every portal: X0 = identifier, X1 = MTD, SP = struct thread_frame at the first message
 * and, as ipc_reply keeps it, at every other.
 */
    .section .text.portal_entry, "ax"
    .globl  portal_entry
    .type   portal_entry, %function
portal_entry:
    ldp     x9, x2, [sp]                /* handler, UTCB */
    blr     x9
    mov     w1, w0                      /* MTD of the reply */
    mov     x0, #1                      /* ipc_reply */
    svc     #0
    .size   portal_entry, . - portal_entry

/* First instruction of a global thread: SP = struct thread_frame. */
    .section .text.thread_entry, "ax"
    .globl  thread_entry
    .type   thread_entry, %function
thread_entry:
    mov     x29, xzr
    ldp     x9, x0, [sp]
    blr     x9
    .globl  thread_exit
    .type   thread_exit, %function
thread_exit:
    mov     x0, #1                      /* ipc_reply without a caller: sleeps for ever */
    mov     x1, xzr
    svc     #0
    .size   thread_entry, . - thread_entry

    .section .note.GNU-stack, "", %progbits
