/* SPDX-License-Identifier: GPL-2.0-only */
/* Architectural messages of virtual CPUs (interface specification, 7.7.3 and 7.7.4): what is no thread's. */

#include "arch/aarch64/gic.h"
#include "arch/aarch64/guest.h"
#include "arch/aarch64/guest_hcr.h"
#include "kernel/abi/aarch64/utcb.h"
#include "kernel/base/bits.h"

/* MTD bit and field, which has one name in the UTCB and in struct arch_guest. */
#define TRANSFER_WORLD(X)                                                                          \
    X(MTD_EL1_TCR, tcr_el1)                                                                        \
    X(MTD_EL1_SCTLR, sctlr_el1)                                                                    \
    X(MTD_EL1_MDSCR, mdscr_el1)                                                                    \
    X(MTD_TMR, cntv_cval_el0)                                                                      \
    X(MTD_TMR, cntkctl_el1)                                                                        \
    X(MTD_TMR, cntvoff_el2)

#define TRANSFER_EL1(X)                                                                            \
    X(MTD_EL1_SP, sp_el1)                                                                          \
    X(MTD_EL1_IDR, tpidr_el1)                                                                      \
    X(MTD_EL1_IDR, contextidr_el1)                                                                 \
    X(MTD_EL1_ELR_SPSR, elr_el1)                                                                   \
    X(MTD_EL1_ELR_SPSR, spsr_el1)                                                                  \
    X(MTD_EL1_ESR_FAR, esr_el1)                                                                    \
    X(MTD_EL1_ESR_FAR, far_el1)                                                                    \
    X(MTD_EL1_AFSR, afsr0_el1)                                                                     \
    X(MTD_EL1_AFSR, afsr1_el1)                                                                     \
    X(MTD_EL1_TTBR, ttbr0_el1)                                                                     \
    X(MTD_EL1_TTBR, ttbr1_el1)                                                                     \
    X(MTD_EL1_MAIR, mair_el1)                                                                      \
    X(MTD_EL1_MAIR, amair_el1)                                                                     \
    X(MTD_EL1_VBAR, vbar_el1)                                                                      \
    X(MTD_EL2_IDR, vpidr_el2)                                                                      \
    X(MTD_EL2_IDR, vmpidr_el2)

#define TRANSFER_A32(X)                                                                            \
    X(MTD_A32_SPSR, spsr_abt)                                                                      \
    X(MTD_A32_SPSR, spsr_fiq)                                                                      \
    X(MTD_A32_SPSR, spsr_irq)                                                                      \
    X(MTD_A32_SPSR, spsr_und)                                                                      \
    X(MTD_A32_DIH, dacr)                                                                           \
    X(MTD_A32_DIH, ifsr)                                                                           \
    X(MTD_A32_DIH, hstr)

enum : uint32_t {
#define MTD_OF(bits, name) | (bits)
    MTDS_EL1 = 0 TRANSFER_EL1(MTD_OF),
    MTDS_A32 = 0 TRANSFER_A32(MTD_OF),
#undef MTD_OF
    /* What decides whether the state is legal. */
    MTDS_MODE = MTD_EL2_HCR | MTD_EL2_ELR_SPSR | MTD_SPACES,
};

/* Arm ARM, CNTV_CTL_EL0: ENABLE, IMASK; ISTATUS is the CPU's. */
enum : uint64_t { CNTV_CTL_WRITABLE = 3 };

/* ICH_LR_EL2 (Arm IHI 0069): state; HW; NMI; physical INTID, or EOI, which asks for a maintenance interrupt. */
enum : uint64_t {
    LR_STATE = UINT64_C(3) << 62,
    LR_HW = UINT64_C(1) << 61,
    LR_NMI = UINT64_C(1) << 59,
    LR_EOI = UINT64_C(1) << 41,
    LR_PHYSICAL = UINT64_C(0x1fff) << 32,
};
enum : unsigned { LR_PHYSICAL_SHIFT = 32 };

/* Four list registers are usual: two rounds of a loop at a time are not worth their code. */
#define FEW_LISTS _Pragma("clang loop interleave(disable) unroll(disable)")

static uint8_t list_count(void)
{
    return cpu_local()->arch.guests.list_count;
}

/* As the CPU would say it: the list register can be used again. Arm IHI 0069, ICH_ELRSR_EL2. */
static bool is_empty(uint64_t lr)
{
    return !(lr & LR_STATE) && ((lr & LR_HW) || !(lr & LR_EOI));
}

static void find_empty(struct guest_gic *gic)
{
    gic->elrsr = 0;
    FEW_LISTS
    for (unsigned i = 0; i < list_count(); i++)
        gic->elrsr |= (uint32_t)is_empty(gic->lr[i]) << i;
}

static void load_gic(struct utcb_arch *restrict u, const struct guest_gic *restrict gic)
{
    FEW_LISTS
    for (unsigned i = 0; i < list_count(); i++)
        u->lr[i] = gic->lr[i];
    __builtin_memcpy(u->ap0r, gic->ap0r, sizeof u->ap0r);
    __builtin_memcpy(u->ap1r, gic->ap1r, sizeof u->ap1r);
    u->elrsr = gic->elrsr;
    u->vmcr = gic->vmcr;
}

static uint8_t banks_of(uint32_t mtd)
{
    return (mtd & MTDS_EL1 ? BANK_EL1 : 0) | (mtd & MTDS_A32 ? BANK_A32 : 0) |
           (mtd & MTD_GIC ? BANK_GIC : 0);
}

void guest_load_utcb(struct ec *ec, struct utcb_arch *restrict u, uint32_t mtd)
{
    struct arch_guest *restrict const g = ec->arch.guest;
    guest_fetch(ec, banks_of(mtd));
#define OUT(bits, name)                                                                            \
    if (mtd & (bits))                                                                              \
        u->name = g->name;
    TRANSFER_WORLD(OUT)
    if (mtd & MTD_TMR)
        u->cntv_ctl_el0 = g->cntv_ctl_el0;
    if (mtd & MTDS_EL1) {
        TRANSFER_EL1(OUT)
    }
    if (mtd & MTDS_A32) {
        TRANSFER_A32(OUT)
    }
#undef OUT
    if (mtd & MTD_EL2_HCR) {
        u->hcr_el2 = g->hcr_el2;
        u->hcrx_el2 = g->hcrx_el2;
    }
    if (mtd & MTD_EL2_HPFAR)
        u->hpfar_el2 = g->hpfar_el2;
    if (mtd & MTD_GIC) {
        if (g->lists_changed)
            find_empty(&g->gic);
        load_gic(u, &g->gic);
    }
}

/*
 * The guest's end of a hardware-linked interrupt deactivates the physical one. That may only be one that
 * belongs to guests; others become interrupts of software.
 */
static NOINLINE uint64_t filter_linked(uint64_t lr)
{
    const unsigned physical = (unsigned)((lr & LR_PHYSICAL) >> LR_PHYSICAL_SHIFT);
    return gic_guest_may_end(physical) ? lr : lr & ~(LR_HW | LR_PHYSICAL);
}

/*
 * That an interrupt of FEAT_GICv3_NMI is active is said by bit 63 of ICH_AP1R0_EL2, for which the UTCB has no
 * room: none is one.
 */
static uint64_t filter_list(uint64_t lr)
{
    lr &= ~LR_NMI;
    return lr & LR_HW ? filter_linked(lr) : lr;
}

static void store_gic(struct guest_gic *restrict gic, const struct utcb_arch *restrict u)
{
    FEW_LISTS
    for (unsigned i = 0; i < list_count(); i++)
        gic->lr[i] = filter_list(u->lr[i]);
    __builtin_memcpy(gic->ap0r, u->ap0r, sizeof gic->ap0r);
    __builtin_memcpy(gic->ap1r, u->ap1r, sizeof gic->ap1r);
}

static void store_hcr(struct ec *ec, const struct utcb_arch *u)
{
    const struct arch_cpu_guests *const has = &cpu_local()->arch.guests;
    struct arch_guest *const g = ec->arch.guest;
    const uint64_t hcr = guest_hcr(has, u->hcr_el2);
    if ((hcr ^ g->hcr_el2) & HCR_RW) { /* what there is of this bank changes */
        guest_fetch(ec, BANK_A32);
        g->loaded &= (uint8_t)~BANK_A32;
    }
    g->hcr_el2 = hcr;
    g->hcrx_el2 = u->hcrx_el2 & has->hcrx_mask;
}

static bool assign(struct ec *ec, const struct ec *handler, uint64_t sel)
{
    const struct space_hst *const before = ec->guest;
    if (!ec_assign_guest(ec, handler, sel))
        return false;
    if (ec->guest != before)
        ec->arch.guest->loaded &= (uint8_t)~BANK_TLB;
    return true;
}

/*
 * An exception return from EL2 to the guest is a legal one: another would go on in the kernel.
 * Arm ARM, "Illegal exception returns from AArch64 state".
 */
static bool is_mode_legal(const struct ec *ec)
{
    const uint32_t modes = cpu_local()->arch.guests.modes[ec->arch.guest->hcr_el2 & HCR_RW ? 1 : 0];
    return modes >> (ec->arch.regs.spsr & 0x1f) & 1;
}

bool guest_store_utcb(struct ec *ec, const struct ec *handler, const struct utcb_arch *restrict u,
                      uint32_t mtd)
{
    struct arch_guest *restrict const g = ec->arch.guest;
    /* What the guest has last done is in memory, and is loaded from there after it was changed. */
    const uint8_t banks = banks_of(mtd);
    guest_fetch(ec, banks);
    g->loaded &= (uint8_t)~banks;
#define IN(bits, name)                                                                             \
    if (mtd & (bits))                                                                              \
        g->name = u->name;
    TRANSFER_WORLD(IN)
    if (mtd & MTD_TMR)
        g->cntv_ctl_el0 = u->cntv_ctl_el0 & CNTV_CTL_WRITABLE;
    if (mtd & MTDS_EL1) {
        TRANSFER_EL1(IN)
    }
    if (mtd & MTDS_A32) {
        TRANSFER_A32(IN)
    }
#undef IN
    if (mtd & MTD_GIC) {
        store_gic(&g->gic, u);
        g->lists_changed = true;
    }
    if (!(mtd & MTDS_MODE))
        return ec->guest != nullptr;
    if (mtd & MTD_EL2_HCR)
        store_hcr(ec, u);
    if ((mtd & MTD_SPACES) && !assign(ec, handler, u->sel_gst))
        return false;
    return ec->guest != nullptr && is_mode_legal(ec);
}
