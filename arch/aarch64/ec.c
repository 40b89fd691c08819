/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of host ECs; from an exception to the core and from the core to EL0. */

#include "arch/contract/ec.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/ec.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/sysreg.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"

static_assert(offsetof(struct arch_regs, x[30]) == REGS_X30, "vectors.S");
static_assert(offsetof(struct arch_regs, sp) == REGS_X30 + 8, "vectors.S");
static_assert(offsetof(struct arch_regs, elr) == REGS_ELR, "vectors.S");
static_assert(offsetof(struct arch_regs, spsr) == REGS_ELR + 8, "vectors.S");
static_assert(offsetof(struct arch_regs, tpidr) == REGS_TPIDR, "vectors.S");
static_assert(offsetof(struct arch_regs, tpidrro) == REGS_TPIDR + 8, "vectors.S");
static_assert(offsetof(struct arch_ec, regs) == 0, "vectors.S");
static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "vectors.S");
static_assert(offsetof(struct cpu, arch.vttbr) == CPU_VTTBR, "vectors.S");
static_assert(offsetof(struct ec, host) == EC_HOST, "vectors.S");
static_assert(offsetof(struct space_hst, arch.vttbr) == SPACE_VTTBR, "vectors.S");

/* Exception classes (Arm ARM, ESR_EL2, EC) that leave something in FAR_EL2 and HPFAR_EL2. */
enum : uint64_t {
    EC_INSTRUCTION_ABORT = 0x20,
    EC_INSTRUCTION_ABORT_SAME = 0x21,
    EC_PC_ALIGNMENT = 0x22,
    EC_DATA_ABORT = 0x24,
    EC_DATA_ABORT_SAME = 0x25,
    EC_WATCHPOINT = 0x34,
    EC_WATCHPOINT_SAME = 0x35,

    EC_WITH_HPFAR = UINT64_C(1) << EC_INSTRUCTION_ABORT | UINT64_C(1) << EC_INSTRUCTION_ABORT_SAME |
                    UINT64_C(1) << EC_DATA_ABORT | UINT64_C(1) << EC_DATA_ABORT_SAME,
    EC_WITH_FAR = EC_WITH_HPFAR | UINT64_C(1) << EC_PC_ALIGNMENT | UINT64_C(1) << EC_WATCHPOINT |
                  UINT64_C(1) << EC_WATCHPOINT_SAME,
};

[[noreturn]] void event_enter(struct ec *ec)
{
    struct arch_regs *const regs = &ec->arch.regs;
    const uint64_t esr = SYSREG_READ(esr_el2);
    const unsigned class = (unsigned)sysreg_field(esr, 31, 26);
    regs->esr = esr;
    regs->far = EC_WITH_FAR >> class & 1 ? SYSREG_READ(far_el2) : 0;
    regs->hpfar = EC_WITH_HPFAR >> class & 1 ? SYSREG_READ(hpfar_el2) : 0;
    ec_event(ec, class);
}

[[noreturn]] void irq_enter(struct ec *ec)
{
    gic_handle();
    arch_ec_resume(ec);
}

void arch_ec_init_host(struct ec *ec, uaddr_t ip, uaddr_t sp)
{
    /* SPSR 0: EL0, AArch64, all interrupts unmasked. */
    ec->arch.regs = (struct arch_regs){.sp = sp.raw, .elr = ip.raw};
}

void arch_ec_set_boot_regs(struct ec *ec, const uint64_t reg[3])
{
    for (unsigned i = 0; i < 3; i++)
        ec->arch.regs.x[i] = reg[i];
}
