/* SPDX-License-Identifier: GPL-2.0-only */
/* Architectural messages of host ECs. Bits of the MTD that only guests have transfer nothing. */

#include "kernel/abi/x86_64/utcb.h"

#include "arch/contract/ec.h"
#include "arch/x86_64/layout.h"

enum : uint64_t {
    RFLAGS_WRITABLE = 0x20'0dd5, /* CF PF AF ZF SF TF DF OF ID */
    RFLAGS_AC = UINT64_C(1) << 18,
    VECTOR_BYTE = 0xff,
};

/*
 * Recalled in a hypercall: RCX, R11 and the flags are what SYSRET makes of them, and there is no error
 * code.
 */
static void complete(struct arch_regs *regs)
{
    regs->rcx = regs->rip;
    regs->r11 = USER_RFLAGS;
    regs->rflags = USER_RFLAGS;
    regs->error = 0;
}

void arch_ec_load_utcb(struct ec *ec, struct utcb *utcb, uint32_t mtd, unsigned event)
{
    struct arch_regs *const from = &ec->arch.regs;
    struct utcb_arch *const to = (struct utcb_arch *)utcb; /* NOLINT: the same page, other layout */
    if (event == ARCH_EVENT_RECALL && from->vector == VECTOR_SYSCALL)
        complete(from);
    if (mtd & MTD_GPR_0_7) {
        to->rax = from->rax;
        to->rcx = from->rcx;
        to->rdx = from->rdx;
        to->rbx = from->rbx;
        to->rsp = from->rsp;
        to->rbp = from->rbp;
        to->rsi = from->rsi;
        to->rdi = from->rdi;
    }
    if (mtd & MTD_GPR_8_15) {
        to->r8 = from->r8;
        to->r9 = from->r9;
        to->r10 = from->r10;
        to->r11 = from->r11;
        to->r12 = from->r12;
        to->r13 = from->r13;
        to->r14 = from->r14;
        to->r15 = from->r15;
    }
    if (mtd & MTD_RFLAGS)
        to->rflags = from->rflags;
    if (mtd & MTD_RIP)
        to->rip = from->rip;
    if (mtd & MTD_QUAL) {
        to->qual[0] = from->error;
        to->qual[1] = ec->arch.cr2;
        to->qual[2] = 0;
    }
}

bool arch_ec_store_utcb(struct ec *ec, const struct ec *handler, uint32_t mtd)
{
    struct arch_regs *const to = &ec->arch.regs;
    const struct utcb_arch *const from =
        (const struct utcb_arch *)handler->utcb; /* NOLINT: as above */
    if (mtd & MTD_POISON)
        return false;
    if (mtd & MTD_RIP)
        to->rip = from->rip; /* a bad one is noticed when it is used: entry.S */
    if (!(mtd & (MTD_GPR_0_7 | MTD_GPR_8_15 | MTD_RFLAGS)))
        return true;

    to->vector &= VECTOR_BYTE; /* all registers count from here on: no SYSRET */
    if (mtd & MTD_GPR_0_7) {
        to->rax = from->rax;
        to->rcx = from->rcx;
        to->rdx = from->rdx;
        to->rbx = from->rbx;
        to->rsp = from->rsp;
        to->rbp = from->rbp;
        to->rsi = from->rsi;
        to->rdi = from->rdi;
    }
    if (mtd & MTD_GPR_8_15) {
        to->r8 = from->r8;
        to->r9 = from->r9;
        to->r10 = from->r10;
        to->r11 = from->r11;
        to->r12 = from->r12;
        to->r13 = from->r13;
        to->r14 = from->r14;
        to->r15 = from->r15;
    }
    if (mtd & MTD_RFLAGS)
        to->rflags = (from->rflags & RFLAGS_WRITABLE) | (to->rflags & RFLAGS_AC) | USER_RFLAGS;
    return true;
}
