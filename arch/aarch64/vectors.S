/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exception vectors of EL2 and the ways back to EL0. The figure is in arch/contract/ec.h.
 *
 * While an EC runs, SP_EL2 points to its struct arch_regs, so an entry saves registers without
 * needing one; then it takes the kernel stack of the EC's CPU. Everything in the kernel runs with
 * SP_EL2, interrupts masked. What a hypercall does not save stays where it is: X19-X29 with C, SP_EL0,
 * ELR_EL2, SPSR_EL2 and TPIDR_EL0 in their registers. TPIDRRO_EL0 is written by the kernel alone, so
 * the frame of a thread always has it. Interrupts, too, save the rest only if they end in something else.
 *
 * A virtual CPU comes here as a host thread does, by events and interrupts; the ways to it are
 * arch_ec_resume and arch_ec_switch_back, which leave its world to guest.c.
 */
#include "arch/aarch64/asm.h"
#include "arch/aarch64/cfp.h"

/* What C may change, into the EC. Afterwards x0-x18 and x30 are free. */
.macro save_volatile
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #REGS_X18]
.endm

/* All other registers, into the EC at \ec; of a guest, if it may be one, what is the kernel's in threads, too. */
.macro save_rest ec, guest=0
    mrs     x3, sp_el0
    mrs     x4, elr_el2
    mrs     x5, spsr_el2
    mrs     x6, tpidr_el0
    stp     x19, x20, [\ec, #REGS_X19]
    stp     x21, x22, [\ec, #REGS_X19 + 16]
    stp     x23, x24, [\ec, #REGS_X19 + 32]
    stp     x25, x26, [\ec, #REGS_X19 + 48]
    stp     x27, x28, [\ec, #REGS_X19 + 64]
    stp     x29, x3, [\ec, #REGS_X19 + 80]
    stp     x4, x5, [\ec, #REGS_ELR]
.if \guest
    mrs     x7, tpidrro_el0
    stp     x6, x7, [\ec, #REGS_TPIDR]
.else
    str     x6, [\ec, #REGS_TPIDR]
.endif
.endm

/* x0 = EC, on the kernel stack. */
.macro take_stack
    mov     x0, sp
    ldr     x1, [sp, #EC_STACK]
    mov     sp, x1
.endm

.macro load_x2_to_x30
    ldp     x18, x30, [sp, #REGS_X18]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
.endm

.macro leave
    eret
    dsb     nsh                             /* nothing is speculated behind the return */
    isb
.endm

/* The kernel's own exceptions. SP_EL0 and TPIDRRO_EL0 are free: what they held is lost with the kernel. */
.macro vector_fatal kind
    .balign 0x80
    msr     sp_el0, x0
    mov     x0, #\kind
    b       fatal
.endm

/* Likewise, but guest_walk may meet an external abort: that is its answer. */
.macro vector_kernel
    .balign 0x80
    msr     sp_el0, x0
    msr     tpidrro_el0, x1
    mrs     x0, elr_el2
    adr     x1, guest_walk_at
    cmp     x0, x1
    b.eq    1f
    mrs     x1, tpidrro_el0
    mov     x0, #0
    b       fatal
1:  add     x1, x1, #guest_walk_failed - guest_walk_at
    msr     elr_el2, x1
    eret
.endm

.macro vector_event
    .balign 0x80
    save_volatile
    b       user_event
.endm

.macro vector_irq
    .balign 0x80
    save_volatile
    b       user_irq
.endm

    .section .text.vectors, "ax"
    .balign 0x800
    .global vectors
vectors:
    vector_fatal 0                          /* EL2 with SP_EL0: never used by the kernel */
    vector_fatal 1
    vector_fatal 2
    vector_fatal 3
    vector_kernel                           /* EL2 with SP_EL2 */
    .balign 0x80
    b       kernel_irq
    vector_fatal 2
    vector_fatal 3
    .balign 0x80                            /* lower EL, AArch64 */
    save_volatile
    mrs     x1, esr_el2
    mov     w2, #ESR_HYPERCALL
    cmp     x1, x2
    b.eq    user_hypercall
    b       user_event
    vector_irq
    vector_fatal 4
    vector_event
    vector_event                            /* lower EL, AArch32: guests */
    vector_irq
    vector_fatal 4
    vector_event
    .balign 0x80

    .section .text.entry, "ax"
user_hypercall:
    and     x3, x0, #0xf
    take_stack
    cmp     x3, #1
    b.ls    2f
    adrp    x4, hypercall_handler
    add     x4, x4, :lo12:hypercall_handler
    ldr     x4, [x4, x3, lsl #3]
    blr     x4
1:  mrs     x1, tpidr_el2
    ldr     x2, [x1, #CPU_CURRENT]
    ldrb    w3, [x1, #CPU_AGAIN]
    cmp     w0, #STATUS_RARE
    b.hs    4f
    cbnz    w3, 4f
    mov     sp, x2
    mov     w0, w0
    load_x2_to_x30
    ldr     x1, [sp, #8]
    leave

2:  b.eq    3f                              /* no indirect branch on the way of calls */
    bl      ipc_call                        /* (ec), returns only if it has a status */
    b       1b
3:  bl      ipc_reply
    b       1b

4:  mov     w1, w0
    mov     x0, x2
    save_rest x0
    b       hypercall_finish                /* (ec, status) */

/* status_t arch_ec_switch(struct ec *ec, struct ec *next), does not return; and its like */
    .global arch_ec_switch, arch_ec_switch_back
arch_ec_switch:
    bti_landing c
    save_rest x0
    mov     x0, x1
    mrs     x1, tpidr_el2
    b       ec_switch

arch_ec_switch_back:
    bti_landing c
    save_rest x0
    mov     x0, x1
    mrs     x1, tpidr_el2
    b       ec_switch_any

/* void arch_ec_resume(struct ec *ec) */
    .global arch_ec_resume
arch_ec_resume:
    bti_landing c
    mrs     x1, tpidr_el2
    ldr     x2, [x1, #CPU_CURRENT]
    cmp     x0, x2
    b.eq    ec_load                         /* the last to run here: its world is still there */
ec_switch_any:
    ldr     x2, [x0, #EC_GUEST_STATE]
    cbnz    x2, guest_switch

/* Leave into x0, which is not current; x1 = CPU. */
ec_switch:
    ldr     x3, [x0, #EC_HOST]
    ldr     x4, [x1, #CPU_WORLD]
    cmp     x3, x4
    b.eq    1f
    tbnz    x4, #0, 2f
3:  ldp     x5, x6, [x3, #SPACE_VTTBR]
    msr     vttbr_el2, x5
    str     x6, [x1, #CPU_WORLD]
1:  str     x0, [x1, #CPU_CURRENT]

/* Load all registers of x0 and leave. */
ec_load:
    mov     sp, x0
    ldp     x1, x2, [sp, #REGS_ELR]
    ldp     x3, x4, [sp, #REGS_TPIDR]
    ldp     x29, x5, [sp, #REGS_X19 + 80]
    msr     elr_el2, x1
    msr     spsr_el2, x2
    msr     tpidr_el0, x3
    msr     tpidrro_el0, x4
    msr     sp_el0, x5
    ldp     x27, x28, [sp, #REGS_X19 + 64]
    ldp     x25, x26, [sp, #REGS_X19 + 48]
    ldp     x23, x24, [sp, #REGS_X19 + 32]
    ldp     x21, x22, [sp, #REGS_X19 + 16]
    ldp     x19, x20, [sp, #REGS_X19]
    load_x2_to_x30
    ldp     x0, x1, [sp, #0]
    leave

2:  mov     x19, x0
    mov     x0, x3
    bl      world_leave
    mov     x0, x19
    mrs     x1, tpidr_el2
    ldr     x3, [x0, #EC_HOST]
    b       3b

guest_switch:
    mov     x19, x0
    bl      guest_enter
    mov     x0, x19
    b       ec_load

/* uint64_t guest_walk(uint64_t address). Context: SP_EL0 and TPIDRRO_EL0 are in the frame. */
    .global guest_walk
guest_walk:
    bti_landing c
guest_walk_at:
    at      s1e1r, x0
    isb
    mrs     x0, par_el1
    ret
guest_walk_failed:
    mov     x0, #1                          /* PAR_EL1.F */
    ret

/* void arch_cpu_restart(void (*next)(void)) */
    .global arch_cpu_restart
arch_cpu_restart:
    bti_landing c
    mrs     x1, tpidr_el2
    ldr     x1, [x1, #CPU_STACK_TOP]
    mov     sp, x1
    mov     x29, #0
    blr     x0                              /* does not return */

/* Exceptions that are no hypercalls, and SError. */
user_event:
    save_rest sp, guest=1
    mrs     x7, esr_el2
    mrs     x8, far_el2
    stp     x7, x8, [sp, #REGS_ESR]
    take_stack
    b       event_enter

user_irq:
    take_stack
    bl      gic_handle
    mrs     x1, tpidr_el2
    ldr     x0, [x1, #CPU_CURRENT]
    ldrb    w2, [x1, #CPU_AGAIN]
    ldr     w3, [x0, #EC_HAZARD]
    orr     w2, w2, w3
    cbnz    w2, 1f
    mov     sp, x0
    load_x2_to_x30
    ldp     x0, x1, [sp, #0]
    leave
1:  save_rest x0, guest=1
    b       sched_leave                     /* (ec) */

/* An interrupt in arch_interrupt_window, which keeps ELR and SPSR of user mode: keep what C may change. */
kernel_irq:
    stp     x29, x30, [sp, #-176]!
    stp     x0, x1, [sp, #16]
    stp     x2, x3, [sp, #32]
    stp     x4, x5, [sp, #48]
    stp     x6, x7, [sp, #64]
    stp     x8, x9, [sp, #80]
    stp     x10, x11, [sp, #96]
    stp     x12, x13, [sp, #112]
    stp     x14, x15, [sp, #128]
    stp     x16, x17, [sp, #144]
    str     x18, [sp, #160]
    bl      gic_handle
    ldr     x18, [sp, #160]
    ldp     x16, x17, [sp, #144]
    ldp     x14, x15, [sp, #128]
    ldp     x12, x13, [sp, #112]
    ldp     x10, x11, [sp, #96]
    ldp     x8, x9, [sp, #80]
    ldp     x6, x7, [sp, #64]
    ldp     x4, x5, [sp, #48]
    ldp     x2, x3, [sp, #32]
    ldp     x0, x1, [sp, #16]
    ldp     x29, x30, [sp], #176
    eret

/* x0 = kind, SP_EL0 = x0. A second fault, while the first is reported, stops the CPU. */
fatal:
    msr     tpidrro_el0, x1
    mrs     x1, tpidr_el2
    ldr     x1, [x1, #CPU_FAULT_FRAME]
    str     x2, [x1, #16]
    ldr     x2, [x1, #FAULT_ENTERED]
    cbnz    x2, fatal_again
    stp     x1, x0, [x1, #FAULT_ENTERED]    /* not 0; kind */
    str     x3, [x1, #24]
    stp     x4, x5, [x1, #32]
    stp     x6, x7, [x1, #48]
    stp     x8, x9, [x1, #64]
    stp     x10, x11, [x1, #80]
    stp     x12, x13, [x1, #96]
    stp     x14, x15, [x1, #112]
    stp     x16, x17, [x1, #128]
    stp     x18, x19, [x1, #144]
    stp     x20, x21, [x1, #160]
    stp     x22, x23, [x1, #176]
    stp     x24, x25, [x1, #192]
    stp     x26, x27, [x1, #208]
    stp     x28, x29, [x1, #224]
    mov     x2, sp
    stp     x30, x2, [x1, #240]
    mrs     x2, sp_el0
    mrs     x3, tpidrro_el0
    stp     x2, x3, [x1]
    mov     sp, x1
    mov     x0, x1
    b       fault_report

fatal_again:
    wfe
    b       fatal_again
