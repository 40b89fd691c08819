/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/contract/ec.h"

#include "arch/x86_64/entry.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/ports.h"
#include "arch/x86_64/space.h"
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
static_assert(offsetof(struct ec, arch.cr2) == EC_CR2);
static_assert(offsetof(struct ec, host) == EC_HOST);
static_assert(offsetof(struct cpu, sched.again) == CPU_AGAIN);
static_assert(HYPERCALL_RARE == STATUS_RARE);
static_assert(offsetof(struct space_hst, arch.cr3) == HOST_CR3);
static_assert(offsetof(struct cpu, arch.quick_host) == CPU_QUICK_HOST);
static_assert(offsetof(struct cpu, arch.host) == CPU_HOST);
static_assert(offsetof(struct cpu, arch.switch_work) == CPU_SWITCH_WORK);

status_t arch_ec_init_host(struct ec *ec, uaddr_t ip, uaddr_t sp, bool fpu)
{
    ec->arch = (struct arch_ec){
        .regs = {.vector = VECTOR_SYSCALL,
                 .rip = ip.raw,
                 .cs = SEL_USER_CODE,
                 .rflags = USER_RFLAGS,
                 .rsp = sp.raw,
                 .ss = SEL_USER_DATA},
    };
    return fpu ? fpu_create(ec) : SUCCESS;
}

/* No virtual CPUs: arch_has_guests. */
status_t arch_ec_init_guest([[maybe_unused]] struct ec *ec, [[maybe_unused]] uaddr_t sp,
                            [[maybe_unused]] bool fpu)
{
    unreachable();
}

void arch_ec_hide_time([[maybe_unused]] struct ec *ec, [[maybe_unused]] uint64_t ticks)
{
    unreachable();
}

void arch_ec_fini(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    fpu_destroy(ec);
    if (cpu->current == ec)
        cpu->current = nullptr;
}

void arch_ec_set_boot_regs(struct ec *ec, const uint64_t reg[3])
{
    ec->arch.regs.rdi = reg[0];
    ec->arch.regs.rsi = reg[1];
    ec->arch.regs.rdx = reg[2];
}

void ec_switch(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    if (cpu->arch.switch_work & SWITCH_FPU)
        fpu_switch(cpu, ec);
    if (space_active(cpu) != ec->host) {
        space_activate(ec->host);
        if (cpu->arch.switch_work & SWITCH_PORTS)
            ports_close(cpu);
    }
    space_set_quick(cpu);
}

[[noreturn]] void exit_refused(struct ec *ec)
{
    ec->arch.regs.vector = VECTOR_GP;
    ec->arch.regs.error = 0;
    ec_event(ec, VECTOR_GP);
}
