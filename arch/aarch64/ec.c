/* SPDX-License-Identifier: GPL-2.0-only */
/* First and last things of host ECs; exceptions on their way from the vectors to the core. */

#include "arch/contract/ec.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/ec.h"
#include "arch/aarch64/fpu.h"
#include "arch/aarch64/guest.h"
#include "arch/aarch64/smc_proxy.h"
#include "arch/aarch64/sysreg.h"
#include "kernel/abi/aarch64/event.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"

static_assert(offsetof(struct arch_regs, x18) == REGS_X18, "vectors.S");
static_assert(offsetof(struct arch_regs, x30) == REGS_X18 + 8, "vectors.S");
static_assert(offsetof(struct arch_regs, x19) == REGS_X19, "vectors.S");
static_assert(offsetof(struct arch_regs, sp) == REGS_X19 + 88, "vectors.S");
static_assert(offsetof(struct arch_regs, elr) == REGS_ELR, "vectors.S");
static_assert(offsetof(struct arch_regs, spsr) == REGS_ELR + 8, "vectors.S");
static_assert(offsetof(struct arch_regs, tpidr) == REGS_TPIDR, "vectors.S");
static_assert(offsetof(struct arch_regs, tpidrro) == REGS_TPIDR + 8, "vectors.S");
static_assert(offsetof(struct arch_regs, esr) == REGS_ESR, "vectors.S");
static_assert(offsetof(struct arch_regs, far) == REGS_ESR + 8, "vectors.S");
static_assert(offsetof(struct arch_ec, regs) == 0, "vectors.S");
static_assert(offsetof(struct arch_ec, stack_top) == EC_STACK, "vectors.S");
static_assert(offsetof(struct arch_ec, guest) == EC_GUEST_STATE, "vectors.S");
static_assert(offsetof(struct ec, hazard) == EC_HAZARD, "vectors.S");
static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "vectors.S");
static_assert(offsetof(struct cpu, arch.world) == CPU_WORLD, "vectors.S");
static_assert(offsetof(struct ec, host) == EC_HOST, "vectors.S");
static_assert(offsetof(struct cpu, sched.again) == CPU_AGAIN, "vectors.S");
static_assert(HYPERCALL_RARE == STATUS_RARE, "vectors.S");
static_assert(offsetof(struct space_hst, arch.vttbr) == SPACE_VTTBR, "vectors.S");
static_assert(offsetof(struct space_hst, arch.world) == SPACE_VTTBR + 8, "vectors.S");

/*
 * Nothing was mapped where `ec` wanted to go, but something is now: another CPU was exchanging one
 * mapping for another, which takes a moment without. Arm ARM, ESR_EL2: DFSC, IFSC 0b0001LL.
 */
static bool has_passed(const struct ec *ec, unsigned event)
{
    return (event == EVENT_DABORT_LOWER || event == EVENT_IABORT_LOWER) &&
           sysreg_field(ec->arch.regs.esr, 5, 2) == 1 && space_maps(ec->host, ec->arch.regs.far);
}

[[noreturn]] NOINLINE static void guest_event(struct ec *ec, unsigned event)
{
    if ((event == EVENT_FPU && fpu_take(ec)) || !guest_note_fault(ec, event))
        arch_ec_resume(ec);
    ec_event(ec, event);
}

[[noreturn]] void event_enter(struct ec *ec)
{
    /* Arm ARM, ESR_EL2: the exception class is the event's number. */
    const unsigned event = (unsigned)sysreg_field(ec->arch.regs.esr, 31, 26);
    if (UNLIKELY(ec->arch.guest != nullptr))
        guest_event(ec, event);
    if ((event == EVENT_FPU && fpu_take(ec)) || has_passed(ec, event))
        arch_ec_resume(ec);
    if (ec->arch.regs.esr == ESR_SMC_PROXY && smc_proxy(ec))
        sched_leave(ec); /* firmware may have taken its time */
    ec_event(ec, event);
}

status_t arch_ec_init_host(struct ec *ec, uaddr_t ip, uaddr_t sp, bool fpu)
{
    /* SPSR 0: EL0, AArch64, all interrupts unmasked. */
    ec->arch = (struct arch_ec){
        .regs = {.sp = sp.raw, .elr = ip.raw},
        .stack_top = cpu_table[ec->cpu]->stack_top,
        .fpu = fpu ? fpu_create(ec) : nullptr,
    };
    return fpu && ec->arch.fpu == nullptr ? MEM_OBJ : SUCCESS;
}

void arch_ec_fini(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    fpu_destroy(ec);
    if (ec->arch.guest != nullptr)
        guest_fini(ec);
    if (cpu->current == ec)
        cpu->current = nullptr;
}

void arch_ec_set_boot_regs(struct ec *ec, const uint64_t reg[3])
{
    for (unsigned i = 0; i < 3; i++)
        ec->arch.regs.x[i] = reg[i];
}
