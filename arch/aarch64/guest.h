/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual CPUs. What of a guest's state is where, and when it moves:
 *
 *   frame (struct arch_regs)   X0-X30, SP_EL0, ELR, SPSR, TPIDR*_EL0: at each exit, as for host ECs
 *   world                      what a host thread would notice: when something else is to run, also
 *                              the handler of an event. While it is loaded, the CPU's world says so
 *   banks                      what no host thread can notice: stay in the CPU, whose guest_owner says
 *                              whose they are, until another virtual CPU of this CPU runs
 *   FPU                        as for host ECs (fpu.h)
 *
 * The handler of an event sees and changes the memory copies below: guest_fetch brings a bank there.
 */
#pragma once

#include "kernel/cpu/cpu.h"
#include "kernel/obj/ec.h"

/* Registers of the world, by their names in the UTCB. HCR_EL2 and what the kernel computes come beside. */
#define GUEST_WORLD(X)                                                                             \
    X(sctlr_el1)                                                                                   \
    X(tcr_el1)                                                                                     \
    X(cpacr_el1)                                                                                   \
    X(cntkctl_el1)                                                                                 \
    X(cntv_cval_el0)                                                                               \
    X(cntv_ctl_el0)

/* BANK_EL1: registers that a guest reads and writes as it likes, and its identity. */
#define GUEST_EL1(X)                                                                               \
    X(sp_el1)                                                                                      \
    X(tpidr_el1)                                                                                   \
    X(contextidr_el1)                                                                              \
    X(elr_el1)                                                                                     \
    X(spsr_el1)                                                                                    \
    X(esr_el1)                                                                                     \
    X(far_el1)                                                                                     \
    X(afsr0_el1)                                                                                   \
    X(afsr1_el1)                                                                                   \
    X(ttbr0_el1)                                                                                   \
    X(ttbr1_el1)                                                                                   \
    X(mair_el1)                                                                                    \
    X(amair_el1)                                                                                   \
    X(vbar_el1)                                                                                    \
    X(par_el1)                                                                                     \
    X(csselr_el1)                                                                                  \
    X(vpidr_el2)                                                                                   \
    X(vmpidr_el2)

/* BANK_A32: only while EL1 is AArch32: name in the UTCB, register. */
#define GUEST_A32(X)                                                                               \
    X(spsr_abt, spsr_abt)                                                                          \
    X(spsr_fiq, spsr_fiq)                                                                          \
    X(spsr_irq, spsr_irq)                                                                          \
    X(spsr_und, spsr_und)                                                                          \
    X(dacr, dacr32_el2)                                                                            \
    X(ifsr, ifsr32_el2)                                                                            \
    X(hstr, hstr_el2)                                                                              \
    X(fpexc, fpexc32_el2)

enum guest_bank : uint8_t {
    BANK_EL1 = 1 << 0,
    BANK_A32 = 1 << 1,
    BANK_GIC = 1 << 2, /* virtual CPU interface                                 */
    BANK_PPI = 1 << 3, /* active state of the virtual timer's interrupt         */
    BANK_TLB = 1 << 4, /* translations: not registers, but they come and go with them   */
    BANK_ALL = BANK_EL1 | BANK_A32 | BANK_GIC | BANK_PPI | BANK_TLB,
};

/* The UTCB has room for so many list registers; and its words of active priorities. */
enum : unsigned { GUEST_LIST_MAX = 16, GUEST_APR_MAX = 4 };

/* As in the UTCB; list registers in the format of GICv3. */
struct guest_gic {
    uint64_t lr[GUEST_LIST_MAX];
    uint32_t ap0r[GUEST_APR_MAX], ap1r[GUEST_APR_MAX];
    uint32_t elrsr, vmcr;
};

struct arch_guest {
#define GUEST_FIELD(name, ...) uint64_t name;
    GUEST_WORLD(GUEST_FIELD)
    uint64_t hcr_el2, hcrx_el2;
    uint64_t mdscr_el1;   /* as the VMM wrote it; no guest can                            */
    uint64_t cntvoff_el2; /* as the VMM knows it: relative to the STC                     */
    GUEST_EL1(GUEST_FIELD)
#undef GUEST_FIELD
#define GUEST_FIELD(name, ...) uint32_t name;
    GUEST_A32(GUEST_FIELD)
#undef GUEST_FIELD
    uint64_t vdisr_el2; /* with BANK_EL1, where the CPU has FEAT_RAS                      */
    struct guest_gic gic;
    uint64_t hpfar_el2; /* of its last event; 0: it has no such address                   */
    bool timer_active;  /* BANK_PPI                                                       */
    uint8_t loaded;     /* banks: the owner's registers hold what is here, or newer       */
    uint8_t saved;      /* banks: nothing newer than here is in registers; all, if it is no owner */
    bool lists_changed; /* the VMM has written list registers: gic.elrsr is old           */
};

/* Read what this CPU has for guests into cpu->arch.guests. Context: boot, that CPU. */
void guest_init_cpu(struct cpu *cpu);

/*
 * Leave the world of the virtual CPU that is active here, for that of host threads; no space is active
 * then. Context: cpu->arch.world is a guest's.
 */
void guest_leave(struct cpu *cpu);

/* Undo arch_ec_init_guest but for the FPU. Context: as arch_ec_fini. */
void guest_fini(struct ec *ec);

/* Make `ec` the current EC and load its world; vectors.S goes on with its frame. */
void guest_enter(struct ec *ec);

/* Save `banks` of `ec`, which owns this CPU's registers, where memory does not have them yet. */
void guest_write_back(struct ec *ec, uint8_t banks);

/* The memory copies of `banks` hold what the guest has last done. Context: its CPU. */
static inline void guest_fetch(struct ec *ec, uint8_t banks)
{
    if (banks & ~ec->arch.guest->saved)
        guest_write_back(ec, banks);
}

/* The virtual CPU whose world is active here; nullptr: none. */
static inline struct ec *guest_active(const struct cpu *cpu)
{
    const uintptr_t world = atomic_load_explicit(&cpu->arch.world, memory_order_relaxed);
    return (struct ec *)(world & WORLD_GUEST ? world & ~WORLD_TAGS : 0); /* NOLINT: tagged */
}

/*
 * Before an exception of a guest becomes an event: note what the CPU knows of it. False if the guest is to
 * try again. Context: its world is active.
 */
[[nodiscard]] bool guest_note_fault(struct ec *ec, unsigned event);

/*
 * PAR_EL1 after the CPU has walked stage 1 of the active guest for a read of `address` at EL1 (Arm ARM, AT
 * S1E1R). The guest may have made its tables lead to where no memory answers: F, too. vectors.S.
 */
uint64_t guest_walk(uint64_t address);

/* The virtual timer's interrupt has come. Answers whether it is to be deactivated now. */
[[nodiscard]] bool guest_timer_fired(void);

/* Parts of arch_ec_load_utcb and arch_ec_store_utcb. The answer: `ec` may go on. */
struct utcb_arch;
void guest_load_utcb(struct ec *ec, struct utcb_arch *u, uint32_t mtd);
[[nodiscard]] bool guest_store_utcb(struct ec *ec, const struct ec *handler,
                                    const struct utcb_arch *u, uint32_t mtd);

/* State of a virtual CPU before its first instruction (guest_start.c); `ec` is of this CPU or another. */
void guest_start(struct ec *ec);
