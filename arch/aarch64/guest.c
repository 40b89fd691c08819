/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual CPUs: their world, and the banks of registers that outlast it. Figure in guest.h. */

#include "arch/aarch64/guest.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/cpu.h"
#include "arch/aarch64/ec.h"
#include "arch/aarch64/fpu.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/hcr.h"
#include "arch/aarch64/platform.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/ec.h"
#include "arch/inline.h"
#include "kernel/abi/aarch64/event.h"
#include "kernel/cap/space_hst.h"
#include "kernel/ipc/ipc.h"
#include "kernel/mm/slab.h"
#include "kernel/obj/pd.h"

static struct slab_cache cache = SLAB_CACHE(struct arch_guest);

/* Arm ARM, FPEXC32_EL2: bits 10-8 are RES1. */
enum : uint32_t { FPEXC_RES1 = 0x700 };

/*
 * Arm ARM, MDSCR_EL1: SS, TDCC, KDE. Breakpoints (MDE) stay off, as their registers are no guest's, and so
 * does what is for an external debugger.
 */
enum : uint64_t { MDSCR_GUEST = 1 << 0 | 1 << 12 | 1 << 13 };

/* Arm ARM, HCRX_EL2: VFNMI, VINMI. AArch32 knows no such exceptions. */
enum : uint64_t { HCRX_VIRTUAL_NMI = UINT64_C(3) << 7 };

/* Arm ARM, ESR_EL2, "ISS encoding for an exception from a Data Abort": fault status without its level. */
enum : unsigned { FAULT_TRANSLATION = 1, FAULT_PERMISSION = 3 };
enum : uint64_t { PAR_F = 1 << 0 };

status_t arch_ec_init_guest(struct ec *ec, uaddr_t sp, bool fpu)
{
    struct arch_guest *const g = pd_object_alloc(ec->host->pd, &cache);
    if (g == nullptr)
        return MEM_OBJ;
    *g = (struct arch_guest){.fpexc = FPEXC_RES1, .saved = BANK_ALL};
    ec->arch = (struct arch_ec){
        .regs = {.sp = sp.raw},
        .stack_top = cpu_table[ec->cpu]->stack_top,
        .fpu = fpu ? fpu_create(ec) : nullptr,
        .guest = g,
    };
    if (!fpu || ec->arch.fpu != nullptr)
        return SUCCESS;
    pd_object_free(ec->host->pd, &cache, g);
    return MEM_OBJ;
}

void guest_fini(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    if (guest_active(cpu) == ec)
        guest_leave(cpu);
    if (cpu->arch.guest_owner == ec)
        cpu->arch.guest_owner = nullptr;
    pd_object_free(ec->host->pd, &cache, ec->arch.guest); /* NOLINT: ec is one */
}

void arch_ec_hide_time(struct ec *ec, uint64_t ticks)
{
    struct arch_guest *const g = ec->arch.guest;
    g->cntvoff_el2 += ticks;
    if (guest_active(cpu_local()) == ec)
        SYSREG_WRITE(cntvoff_el2, g->cntvoff_el2 + arch_stc_offset);
}

#define SAVE(name) g->name = SYSREG_READ(name);
#define LOAD(name) SYSREG_WRITE(name, g->name);
#define SAVE_AS(name, reg) g->name = (uint32_t)SYSREG_READ(reg);
#define LOAD_AS(name, reg) SYSREG_WRITE(reg, g->name);

static void save_el1(const struct cpu *cpu, struct arch_guest *g)
{
    GUEST_EL1(SAVE)
    if (cpu->arch.guests.has_ras)
        g->vdisr_el2 = SYSREG_READ(VDISR_EL2);
}

static void load_el1(const struct cpu *cpu, const struct arch_guest *g)
{
    GUEST_EL1(LOAD)
    if (cpu->arch.guests.has_ras)
        SYSREG_WRITE(VDISR_EL2, g->vdisr_el2);
}

/* FPEXC32_EL2 traps with the FPU, even here. Arm ARM, FPEXC32_EL2. */
static uint64_t fpu_open(void)
{
    const uint64_t cptr = SYSREG_READ(cptr_el2);
    SYSREG_WRITE(cptr_el2, cptr & ~(uint64_t)CPTR_TFP);
    isb();
    return cptr;
}

static void save_a32(struct arch_guest *g)
{
    if (g->hcr_el2 & HCR_RW)
        return;
    const uint64_t cptr = fpu_open();
    GUEST_A32(SAVE_AS)
    SYSREG_WRITE(cptr_el2, cptr);
}

/* Of these HSTR_EL2 alone means something while EL1 is AArch64: to EL0 in AArch32. */
static void load_a32(const struct arch_guest *g)
{
    if (g->hcr_el2 & HCR_RW) {
        SYSREG_WRITE(hstr_el2, 0);
        return;
    }
    const uint64_t cptr = fpu_open();
    GUEST_A32(LOAD_AS)
    SYSREG_WRITE(cptr_el2, cptr);
}

static void save_banks(const struct cpu *cpu, struct arch_guest *g, uint8_t banks)
{
    banks &= g->loaded & (uint8_t)~g->saved;
    if (banks & BANK_EL1)
        save_el1(cpu, g);
    if (banks & BANK_A32)
        save_a32(g);
    if (banks & BANK_GIC)
        gic_guest->save(&g->gic);
    if (banks & BANK_PPI)
        g->timer_active = gic_private_is_active(platform_virtual_timer_intid());
    g->saved |= banks;
}

void guest_write_back(struct ec *ec, uint8_t banks)
{
    save_banks(cpu_local(), ec->arch.guest, banks);
}

static void load_banks(const struct cpu *cpu, struct arch_guest *g, uint8_t banks)
{
    if (banks & BANK_EL1)
        load_el1(cpu, g);
    if (banks & BANK_A32)
        load_a32(g);
    if (banks & BANK_GIC) {
        gic_guest->load(&g->gic);
        g->lists_changed = false;
    }
    if (banks & BANK_PPI)
        gic_private_set_active(platform_virtual_timer_intid(), g->timer_active);
}

/* The registers of this CPU become those of `ec`, where they are not. Answers which were not. */
static uint8_t take(struct cpu *cpu, struct ec *ec)
{
    struct ec *const owner = cpu->arch.guest_owner;
    struct arch_guest *const g = ec->arch.guest;
    if (owner != ec) {
        if (owner != nullptr) {
            save_banks(cpu, owner->arch.guest, BANK_ALL);
            owner->arch.guest->loaded = 0;
        }
        cpu->arch.guest_owner = ec;
    }
    const uint8_t missing = BANK_ALL & (uint8_t)~g->loaded;
    if (missing != 0)
        load_banks(cpu, g, missing);
    g->loaded = BANK_ALL;
    g->saved = 0;
    return missing;
}

/*
 * HCR_EL2 is last, as it is first when a guest is left: until then stage 1 is off, so that nothing is
 * translated in speculation by registers that do not belong together.
 */
static void load_world(const struct cpu *cpu, const struct ec *ec)
{
    const struct arch_guest *const g = ec->arch.guest;
    SYSREG_WRITE(cntvoff_el2, g->cntvoff_el2 + arch_stc_offset);
    GUEST_WORLD(LOAD)
    if (g->mdscr_el1 & MDSCR_GUEST)
        SYSREG_WRITE(mdscr_el1, g->mdscr_el1 & MDSCR_GUEST);
    if (g->hcrx_el2 != 0)
        SYSREG_WRITE(HCRX_EL2, g->hcr_el2 & HCR_RW ? g->hcrx_el2 : g->hcrx_el2 & ~HCRX_VIRTUAL_NMI);
    if (cpu->arch.fpu_owner == ec)
        fpu_allow();
    SYSREG_WRITE(vttbr_el2, ec->guest->arch.vttbr);
    isb(); /* without it the CPU may write them in another order */
    SYSREG_WRITE(hcr_el2, g->hcr_el2);
}

void guest_enter(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    const uintptr_t world = atomic_load_explicit(&cpu->arch.world, memory_order_relaxed);
    if (world == ((uintptr_t)ec | WORLD_TAGS)) {
        cpu->current = ec;
        return;
    }
    if (world & WORLD_STICKY)
        world_leave(nullptr); /* if it was a guest's, nobody is current now */
    cpu->current = ec;
    const uint8_t missing = take(cpu, ec);
    load_world(cpu, ec);
    /* Another virtual CPU of the same VM may give the same ASID another meaning. */
    if ((missing & BANK_TLB) && ec->guest->is_crowded)
        world_forget_translations();
    /* Relaxed: others only look for host spaces that no EC here is bound to. */
    atomic_store_explicit(&cpu->arch.world, (uintptr_t)ec | WORLD_TAGS, memory_order_relaxed);
}

void guest_leave(struct cpu *cpu)
{
    struct arch_guest *const g = guest_active(cpu)->arch.guest;
    GUEST_WORLD(SAVE)
    if (g->hcr_el2 & HCR_VSE) /* the CPU clears it when the guest takes the error */
        g->hcr_el2 &= SYSREG_READ(hcr_el2) | ~(uint64_t)HCR_VSE;
    if (g->mdscr_el1 & MDSCR_GUEST)
        SYSREG_WRITE(mdscr_el1, 0);
    if (g->hcrx_el2 != 0)
        SYSREG_WRITE(HCRX_EL2, 0);
    if (gic_guest->is_exposed) {
        save_banks(cpu, g, BANK_GIC);
        gic_guest->off();
        g->loaded &= (uint8_t)~BANK_GIC;
    }
    fpu_deny();
    cpu_load_host();
    world_end(cpu);
    cpu->current = nullptr;
    atomic_store_explicit(&cpu->arch.world, 0, memory_order_relaxed);
}

/*
 * Page of the guest's address that an abort is about, as HPFAR_EL2 has it, in *hpfar. After a permission fault
 * the CPU may have none: then the guest's own tables tell. False if they have changed since.
 * Arm ARM, HPFAR_EL2.
 */
static bool find_page(const struct ec *ec, uint64_t *hpfar)
{
    const uint64_t esr = ec->arch.regs.esr;
    const unsigned kind = (unsigned)sysreg_field(esr, 5, 2);
    const bool in_walk = sysreg_field(esr, 7, 7);
    if (kind > FAULT_PERMISSION)
        return true; /* an external abort, or the like */
    if (kind != FAULT_PERMISSION || in_walk) {
        *hpfar = sysreg_field(SYSREG_READ(hpfar_el2), 43, 4) << 4;
        return true;
    }
    const uint64_t par = SYSREG_READ(par_el1); /* the guest's */
    const uint64_t found = guest_walk(ec->arch.regs.far);
    SYSREG_WRITE(par_el1, par);
    *hpfar = sysreg_field(found, 51, 12) << 4;
    return !(found & PAR_F);
}

bool guest_note_fault(struct ec *ec, unsigned event)
{
    struct arch_guest *const g = ec->arch.guest;
    g->hpfar_el2 = 0;
    if (event != EVENT_DABORT_LOWER && event != EVENT_IABORT_LOWER)
        return true;
    if (!find_page(ec, &g->hpfar_el2))
        return false;
    /* Another CPU may have been exchanging one mapping for another. */
    return sysreg_field(ec->arch.regs.esr, 5, 2) != FAULT_TRANSLATION ||
           !space_maps(ec->guest, g->hpfar_el2 << 8);
}

bool guest_timer_fired(void)
{
    struct ec *const ec = guest_active(cpu_local());
    if (ec == nullptr) /* its line has been low since the guest was left */
        return true;
    /* The interrupt stays active until the guest ends it: see gic_guest_may_end. */
    atomic_fetch_or_explicit(&ec->hazard, HAZARD_TIMER, memory_order_relaxed);
    return false;
}
