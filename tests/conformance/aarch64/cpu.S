/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers and exceptions that C cannot reach; see tests/conformance/cpu.h. */

    /* All registers to \to. TPIDR_EL0 is the one place to put the register that is needed for it. */
    .macro  store_all to
    msr     tpidr_el0, x0
    adrp    x0, \to
    add     x0, x0, :lo12:\to
    stp     x1, x2, [x0, #8]
    stp     x3, x4, [x0, #24]
    stp     x5, x6, [x0, #40]
    stp     x7, x8, [x0, #56]
    stp     x9, x10, [x0, #72]
    stp     x11, x12, [x0, #88]
    stp     x13, x14, [x0, #104]
    stp     x15, x16, [x0, #120]
    stp     x17, x18, [x0, #136]
    stp     x19, x20, [x0, #152]
    stp     x21, x22, [x0, #168]
    stp     x23, x24, [x0, #184]
    stp     x25, x26, [x0, #200]
    stp     x27, x28, [x0, #216]
    stp     x29, x30, [x0, #232]
    mrs     x1, tpidr_el0
    str     x1, [x0]
    mov     x1, sp
    str     x1, [x0, #248]
    mrs     x1, nzcv
    str     x1, [x0, #256]
    .endm

    /* X2 to X29 from [x30], then X0, X1, X30 and flags. */
    .macro  load_all
    ldr     x0, [x30, #256]
    msr     nzcv, x0
    ldp     x2, x3, [x30, #16]
    ldp     x4, x5, [x30, #32]
    ldp     x6, x7, [x30, #48]
    ldp     x8, x9, [x30, #64]
    ldp     x10, x11, [x30, #80]
    ldp     x12, x13, [x30, #96]
    ldp     x14, x15, [x30, #112]
    ldp     x16, x17, [x30, #128]
    ldp     x18, x19, [x30, #144]
    ldp     x20, x21, [x30, #160]
    ldp     x22, x23, [x30, #176]
    ldp     x24, x25, [x30, #192]
    ldp     x26, x27, [x30, #208]
    ldp     x28, x29, [x30, #224]
    ldp     x0, x1, [x30]
    ldr     x30, [x30, #240]
    .endm

    .macro  function name
    .section .text.\name, "ax"
    .globl  \name
\name:
    .endm

function probe_read
    ldrb    w1, [x0]
    mov     w0, #1
    ret
    .globl  probe_fault
probe_fault:
    mov     w0, #0
    ret

function probe_write
    mov     w1, #0x77
    strb    w1, [x0]
    mov     w0, #1
    ret

function probe_execute
    stp     x29, x30, [sp, #-16]!
    mov     x1, x0
    mov     w0, #1
    blr     x1                          /* a fault there returns from it, with 0 */
    ldp     x29, x30, [sp], #16
    ret

/* X30 of `in` has to be the code. */
function provoke
    stp     x29, x30, [sp, #-112]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    str     x1, [sp, #96]
    adrp    x1, provoke_sp
    mov     x3, sp
    str     x3, [x1, :lo12:provoke_sp]
    str     x3, [x0, #248]
    str     x2, [x0, #240]
    mov     x30, x0
    load_all
    br      x30

    .globl  provoke_back
provoke_back:
    store_all provoke_regs
    adrp    x1, provoke_sp
    ldr     x1, [x1, :lo12:provoke_sp]
    mov     sp, x1
    ldr     x1, [sp, #96]
    mov     x2, #33
1:  ldr     x3, [x0], #8
    str     x3, [x1], #8
    subs    x2, x2, #1
    b.ne    1b
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #112
    ret

function hypercall_code
    svc     #0
    .globl  hypercall_back
hypercall_back:
    b       provoke_back

function raw_portal_entry
    store_all raw_portal_seen
    adrp    x30, raw_portal_regs
    add     x30, x30, :lo12:raw_portal_regs
    load_all
    mov     x0, #1                      /* ipc_reply */
    mov     x1, xzr                     /* one word */
    svc     #0

function raw_thread_entry
    store_all raw_thread_seen
    adrp    x0, raw_thread_count
    ldr     x1, [x0, :lo12:raw_thread_count]
    add     x1, x1, #1
    add     x0, x0, :lo12:raw_thread_count
    stlr    x1, [x0]
    mov     x0, #1                      /* ipc_reply without a caller */
    svc     #0

/* status_t fpu_across(in, out, p0, p1) */
function fpu_across
    ldp     q0, q1, [x0, #0]
    ldp     q2, q3, [x0, #32]
    ldp     q4, q5, [x0, #64]
    ldp     q6, q7, [x0, #96]
    ldp     q8, q9, [x0, #128]
    ldp     q10, q11, [x0, #160]
    ldp     q12, q13, [x0, #192]
    ldp     q14, q15, [x0, #224]
    ldp     q16, q17, [x0, #256]
    ldp     q18, q19, [x0, #288]
    ldp     q20, q21, [x0, #320]
    ldp     q22, q23, [x0, #352]
    ldp     q24, q25, [x0, #384]
    ldp     q26, q27, [x0, #416]
    ldp     q28, q29, [x0, #448]
    ldp     q30, q31, [x0, #480]
    mov     x4, x1
    mov     x0, x2
    mov     x1, x3
    svc     #0
    mov     x1, x4
    b       fpu_store_at

/* Keeps X0. */
function fpu_store
    mov     x1, x0
fpu_store_at:
    stp     q0, q1, [x1, #0]
    stp     q2, q3, [x1, #32]
    stp     q4, q5, [x1, #64]
    stp     q6, q7, [x1, #96]
    stp     q8, q9, [x1, #128]
    stp     q10, q11, [x1, #160]
    stp     q12, q13, [x1, #192]
    stp     q14, q15, [x1, #224]
    stp     q16, q17, [x1, #256]
    stp     q18, q19, [x1, #288]
    stp     q20, q21, [x1, #320]
    stp     q22, q23, [x1, #352]
    stp     q24, q25, [x1, #384]
    stp     q26, q27, [x1, #416]
    stp     q28, q29, [x1, #448]
    stp     q30, q31, [x1, #480]
    ret

/* Exceptions. X20 is an address beyond all, the others are patterns. */

    .macro  code name
    .section .text.\name, "ax"
    .globl  \name
    .globl  \name\()_end
\name:
    .endm

code code_udf
    udf     #0
code_udf_end:
code code_wfi
    wfi
code_wfi_end:
code code_svc
    svc     #2
code_svc_end:
    b       provoke_back
code code_hvc
    .inst   0xd4000002                  /* hvc #0, which the assembler has for EL1 only */
code_hvc_end:
code code_smc
    .inst   0xd4000003                  /* smc #0 */
code_smc_end:
code code_mrs
    mrs     x0, cntpct_el0
code_mrs_end:
code code_msr
    msr     daifset, #2
code_msr_end:
code code_sve
    .inst   0x2518e3e0                  /* ptrue p0.b */
code_sve_end:
code code_sme
    .inst   0xd503477f                  /* smstart */
code_sme_end:
code code_jump
    mov     x30, #0x20000000
    br      x30
code_jump_end:
code code_data
    adrp    x30, provoke_regs
    add     x30, x30, :lo12:provoke_regs
    br      x30
code_data_end:
code code_pc
    add     x30, x30, #2
    br      x30
code_pc_end:
code code_read
    mov     x30, #0x20000000
1:  ldrb    w0, [x30]
code_read_end:
code code_write
    mov     x30, #0x20000000
1:  strb    w0, [x30]
code_write_end:
code code_protected
    strb    w0, [x30]                   /* X30 is the code itself */
code_protected_end:
code code_beyond
    ldrb    w0, [x20]
code_beyond_end:
code code_brk
    brk     #7
code_brk_end:

    .globl  trap_code, trap_first, trap_second, trap_detour, trap_detour_end
    .section .text.trap_code, "ax"
trap_code:
    svc     #2
trap_first:
    svc     #2
trap_second:
    b       provoke_back
trap_detour:
    svc     #2
trap_detour_end:
    b       provoke_back

    .globl  fpu_code
    .section .text.fpu_code, "ax"
fpu_code:
    movi    v0.2d, #0
    b       provoke_back

    .section .data.cpu, "aw", %progbits
    .balign 16
provoke_sp:
    .quad   0
    .globl  provoke_regs
    .balign 16
provoke_regs:
    .skip   33 * 8
    .globl  raw_portal_seen
    .balign 16
raw_portal_seen:
    .skip   33 * 8
    .globl  raw_portal_regs
    .balign 16
raw_portal_regs:
    .skip   33 * 8
    .globl  raw_thread_seen
    .balign 16
raw_thread_seen:
    .skip   33 * 8
    .globl  raw_thread_count
    .balign 8
raw_thread_count:
    .quad   0

    .section .note.GNU-stack, "", %progbits
