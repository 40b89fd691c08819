/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/contract/ec.h"

#include "arch/sim/machine.h"
#include "kernel/abi/utcb.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"
#include "kernel/obj/pd.h"

status_t arch_ec_init_host(struct ec *ec, uaddr_t ip, uaddr_t sp, bool fpu)
{
    ec->arch = (struct arch_ec){.regs = {.ip = ip.raw, .sp = sp.raw}};
    if (!fpu)
        return SUCCESS;
    ec->arch.fpu = pd_frame_alloc(ec->host->pd, 0, FRAME_ZERO);
    return ec->arch.fpu != nullptr ? SUCCESS : MEM_OBJ;
}

status_t arch_ec_init_guest(struct ec *ec, uaddr_t sp, bool fpu)
{
    return arch_ec_init_host(ec, uaddr(0), sp, fpu);
}

void arch_ec_hide_time(struct ec *ec, uint64_t ticks)
{
    ec->arch.hidden += ticks;
}

/* The state of the FPU is switched when it is used. */
uint64_t *sim_fpu(unsigned id)
{
    struct arch_cpu *const cpu = &cpu_table[id]->arch;
    struct ec *const ec = sim_user(id);
    CHECK(ec != nullptr);
    if (ec->arch.fpu == nullptr)
        return nullptr;
    if (cpu->fpu_owner != nullptr)
        *cpu->fpu_owner->arch.fpu = cpu->fpu;
    cpu->fpu_owner = ec;
    cpu->fpu = *ec->arch.fpu;
    return &cpu->fpu;
}

void arch_ec_fini(struct ec *ec)
{
    CHECK(ec->cpu == cpu_local()->id || !ec->arch.has_run);
    if (cpu_local()->arch.fpu_owner == ec)
        cpu_local()->arch.fpu_owner = nullptr;
    if (ec->arch.fpu != nullptr)
        pd_frame_free(ec->host->pd, ec->arch.fpu, 0);
    if (cpu_local()->current == ec)
        cpu_local()->current = nullptr;
}

void arch_ec_set_boot_regs(struct ec *ec, const uint64_t reg[3])
{
    for (unsigned i = 0; i < 3; i++)
        ec->arch.regs.slot[i] = reg[i];
}

void arch_ec_load_utcb(struct ec *ec, struct utcb *utcb, uint32_t mtd, unsigned event)
{
    const struct arch_regs *const from = &ec->arch.regs;
    if (mtd & SIM_MTD_SLOTS)
        memcpy(utcb->word, from->slot, sizeof from->slot);
    if (mtd & SIM_MTD_IP)
        utcb->word[5] = from->ip;
    if (mtd & SIM_MTD_SP)
        utcb->word[6] = from->sp;
    if (mtd & SIM_MTD_EVENT)
        utcb->word[7] = event;
}

/* A virtual CPU is told its guest space at least once. */
static bool assign(struct ec *ec, const struct ec *handler, uint32_t mtd)
{
    if (ec->kind != EC_GUEST)
        return true;
    if (mtd & SIM_MTD_SPACES)
        return ec_assign_guest(ec, handler, handler->utcb->word[8]);
    return ec->guest != nullptr;
}

bool arch_ec_store_utcb(struct ec *ec, const struct ec *handler, uint32_t mtd)
{
    const struct utcb *const utcb = handler->utcb;
    struct arch_regs *const to = &ec->arch.regs;
    if (mtd & SIM_MTD_POISON)
        return false;
    if (mtd & SIM_MTD_SLOTS)
        memcpy(to->slot, utcb->word, sizeof to->slot);
    if (mtd & SIM_MTD_IP)
        to->ip = utcb->word[5];
    if (mtd & SIM_MTD_SP)
        to->sp = utcb->word[6];
    return assign(ec, handler, mtd);
}
