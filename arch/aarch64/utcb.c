/* SPDX-License-Identifier: GPL-2.0-only */
/* Architectural messages of host ECs (interface specification, 7.7.3 and 7.7.4). */

#include "kernel/abi/aarch64/utcb.h"

#include "arch/aarch64/ec.h"
#include "arch/aarch64/guest.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/ec.h"
#include "kernel/abi/aarch64/event.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"

/* Exceptions that leave an address in FAR_EL2 (Arm ARM, FAR_EL2); otherwise it holds something old. */
enum : uint64_t {
    EVENTS_WITH_FAR = UINT64_C(1) << EVENT_IABORT_LOWER | UINT64_C(1) << EVENT_PC_ALIGN |
                      UINT64_C(1) << EVENT_DABORT_LOWER | UINT64_C(1) << EVENT_WATCH_LOWER,
};

/* Arm ARM, SPSR_EL2: N, Z, C, V. All that a handler may change. */
enum : uint64_t { SPSR_FLAGS = 0xf000'0000 };

/* Arm ARM, CTR_EL0.L1Ip. */
enum : uint64_t { L1IP_PIPT = 3 };

/* No two fields overlap; told so, the compiler moves two registers at a time. */
static void load_gpr(uint64_t *restrict x, const struct arch_regs *restrict r)
{
    for (unsigned i = 0; i < 18; i++)
        x[i] = r->x[i];
    x[18] = r->x18;
    for (unsigned i = 0; i < 11; i++)
        x[19 + i] = r->x19[i];
    x[30] = r->x30;
}

NOINLINE static void store_gpr(struct arch_regs *restrict r, const uint64_t *restrict x)
{
    for (unsigned i = 0; i < 18; i++)
        r->x[i] = x[i];
    r->x18 = x[18];
    for (unsigned i = 0; i < 11; i++)
        r->x19[i] = x[19 + i];
    r->x30 = x[30];
}

/* Events of the kernel itself have no syndrome: their number is where the class would be, not cut off. */
static void load_fault(struct utcb_arch *u, const struct arch_regs *r, unsigned event)
{
    const bool ours = event >= EVENT_ARCH;
    u->esr_el2 = ours ? (uint64_t)event << 26 : r->esr;
    u->far_el2 = !ours && EVENTS_WITH_FAR >> event & 1 ? r->far : 0;
}

/* What threads and virtual CPUs have. */
static void load_common(const struct ec *ec, struct utcb_arch *u, uint32_t mtd, unsigned event)
{
    const struct arch_regs *const r = &ec->arch.regs;
    if (mtd & MTD_GPR)
        load_gpr(u->x, r);
    if (mtd & MTD_EL0_SP)
        u->sp_el0 = r->sp;
    if (mtd & MTD_EL0_IDR) {
        u->tpidr_el0 = r->tpidr;
        u->tpidrro_el0 = r->tpidrro;
    }
    if (mtd & MTD_EL2_ELR_SPSR) {
        u->elr_el2 = r->elr;
        u->spsr_el2 = r->spsr;
    }
    if (mtd & MTD_EL2_ESR_FAR)
        load_fault(u, r, event);
}

NOINLINE static void load_guest(struct ec *ec, struct utcb_arch *u, uint32_t mtd, unsigned event)
{
    struct cpu *const cpu = cpu_local();
    if (event == EVENT_STARTUP)
        guest_start(ec);
    if (event >= EVENT_ARCH)
        ec->arch.guest->hpfar_el2 = 0;
    /* A host thread is next. When the world is left, its registers are in memory. */
    if (guest_active(cpu) == ec)
        guest_leave(cpu);
    guest_load_utcb(ec, u, mtd);
    load_common(ec, u, mtd, event);
}

void arch_ec_load_utcb(struct ec *ec, struct utcb *utcb, uint32_t mtd, unsigned event)
{
    struct utcb_arch *const u =
        (struct utcb_arch *)utcb; /* NOLINT: the same page, in its other layout */
    if (UNLIKELY(ec->arch.guest != nullptr))
        load_guest(ec, u, mtd, event);
    else
        load_common(ec, u, mtd, event);
}

/* Only a cache that looks addresses up by themselves can hold what was elsewhere. Arm ARM, CTR_EL0. */
static void invalidate_instructions(void)
{
    if (sysreg_field(SYSREG_READ(ctr_el0), 15, 14) != L1IP_PIPT)
        __asm__ volatile("ic iallu\n dsb nsh\n isb" : : : "memory");
}

/* Arm ARM, SPSR_EL2: what there is above is not a guest's. */
enum : uint64_t { SPSR_GUEST = UINT32_MAX };

/* `writable`: bits of SPSR_EL2. */
static ALWAYS_INLINE void store_common(struct arch_regs *r, const struct utcb_arch *u, uint32_t mtd,
                                       uint64_t writable)
{
    if (mtd & MTD_GPR)
        store_gpr(r, u->x);
    if (mtd & MTD_EL0_SP)
        r->sp = u->sp_el0;
    if (mtd & MTD_EL0_IDR) {
        r->tpidr = u->tpidr_el0;
        r->tpidrro = u->tpidrro_el0;
    }
    if (mtd & MTD_EL2_ELR_SPSR) {
        r->elr = u->elr_el2;
        r->spsr = (r->spsr & ~writable) | (u->spsr_el2 & writable);
    }
    if (mtd & MTD_ICI)
        invalidate_instructions();
}

NOINLINE static bool store_guest(struct ec *ec, const struct ec *handler, const struct utcb_arch *u,
                                 uint32_t mtd)
{
    store_common(&ec->arch.regs, u, mtd, SPSR_GUEST);
    return guest_store_utcb(ec, handler, u, mtd);
}

bool arch_ec_store_utcb(struct ec *ec, const struct ec *handler, uint32_t mtd)
{
    const struct utcb_arch *const u =
        (const struct utcb_arch *)handler->utcb; /* NOLINT: as above */
    if (mtd & MTD_POISON)
        return false;
    if (UNLIKELY(ec->arch.guest != nullptr))
        return store_guest(ec, handler, u, mtd);
    store_common(&ec->arch.regs, u, mtd, SPSR_FLAGS);
    return true;
}
