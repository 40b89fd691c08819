/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/contract/ec.h"

#include "arch/x86_64/entry.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/ports.h"
#include "arch/x86_64/space.h"
#include "arch/x86_64/tables.h"
#include "arch/x86_64/vector.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"

#define REGS_AT(member, offset) static_assert(offsetof(struct arch_regs, member) == (offset))
REGS_AT(rax, REGS_RAX);
REGS_AT(rcx, REGS_RCX);
REGS_AT(rdx, REGS_RDX);
REGS_AT(rbx, REGS_RBX);
REGS_AT(rbp, REGS_RBP);
REGS_AT(rsi, REGS_RSI);
REGS_AT(rdi, REGS_RDI);
REGS_AT(r8, REGS_R8);
REGS_AT(r9, REGS_R9);
REGS_AT(r10, REGS_R10);
REGS_AT(r11, REGS_R11);
REGS_AT(r12, REGS_R12);
REGS_AT(r13, REGS_R13);
REGS_AT(r14, REGS_R14);
REGS_AT(r15, REGS_R15);
REGS_AT(vector, REGS_VECTOR);
REGS_AT(error, REGS_ERROR);
REGS_AT(rip, REGS_RIP);
REGS_AT(cs, REGS_CS);
REGS_AT(rflags, REGS_RFLAGS);
REGS_AT(rsp, REGS_RSP);
REGS_AT(ss, REGS_SS);
static_assert(sizeof(struct arch_regs) == REGS_SIZE);
static_assert(REGS_SIZE % 16 == 0 && alignof(struct ec) >= 16, "the CPU aligns RSP0 to 16 bytes");

void arch_ec_init_host(struct ec *ec, uaddr_t ip, uaddr_t sp)
{
    ec->arch = (struct arch_ec){
        .regs = {.vector = VECTOR_SYSCALL,
                 .rip = ip.raw,
                 .cs = SEL_USER_CODE,
                 .rflags = USER_RFLAGS,
                 .rsp = sp.raw,
                 .ss = SEL_USER_DATA},
    };
}

void arch_ec_set_boot_regs(struct ec *ec, const uint64_t reg[3])
{
    ec->arch.regs.rdi = reg[0];
    ec->arch.regs.rsi = reg[1];
    ec->arch.regs.rdx = reg[2];
}

static void make_current(struct cpu *cpu, struct ec *ec)
{
    cpu->current = ec;
    tables_set_rsp0(cpu, &ec->arch.regs + 1);
    if (cpu->arch.host != &ec->host->arch)
        space_activate(&ec->host->arch);
    ports_switch(cpu, ec->ports);
}

[[noreturn]] void arch_ec_resume(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    if (UNLIKELY(cpu->current != ec))
        make_current(cpu, ec);
    exit_to_user(ec);
}

[[noreturn]] void exit_refused(struct ec *ec)
{
    ec->arch.regs.vector = VECTOR_GP;
    ec->arch.regs.error = 0;
    ec_event(ec, VECTOR_GP);
}
