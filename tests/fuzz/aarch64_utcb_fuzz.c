/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any reply of a handler on aarch64, to a thread or a virtual CPU: whatever the UTCB and the MTD say, a thread
 * stays at EL0, a virtual CPU below EL2 and within what its VMM may decide; only what the MTD selects moves.
 */

/* Two registers and three instructions of that CPU, for the assembler of this one. */
__asm__(".macro mrs to, name\n mov host_\\name(%rip), \\to\n .endm\n"
        ".macro ic what\n .endm\n .macro dsb what\n .endm\n .macro isb\n .endm\n");

#include "arch/aarch64/utcb.c" // NOLINT: the filters themselves

#include "arch/aarch64/guest_utcb.c" // NOLINT: likewise
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct arch_features arch_features;

static struct cpu cpu;
[[gnu::used]] static struct cpu *host_tpidr_el2 = &cpu;
[[gnu::used]] static uint64_t host_ctr_el0;

static struct space_hst *space_to_assign; /* nobody looks there */

/* What the rest of this CPU's room would do. Guests' registers are in memory at once. */
void guest_start([[maybe_unused]] struct ec *ec)
{
}

void guest_leave(struct cpu *left)
{
    atomic_store_explicit(&left->arch.world, 0, memory_order_relaxed);
}

void guest_write_back(struct ec *ec, uint8_t banks)
{
    ec->arch.guest->saved |= banks;
}

/* Some of the interrupts are guests'. */
bool gic_guest_may_end(unsigned intid)
{
    return intid % 3 == 0;
}

bool ec_assign_guest(struct ec *ec, [[maybe_unused]] const struct ec *handler, uint64_t sel)
{
    if (sel % 2 != 0)
        return false;
    ec->guest = space_to_assign;
    return true;
}

enum : uint64_t { NZCV = UINT64_C(0xf) << 28 };

/* Interface specification, 7.7.3: bits of a guest's HCR_EL2 that are always 1, always 0. */
enum : uint64_t {
    ONES = UINT64_C(1) << 22 | UINT64_C(1) << 21 | UINT64_C(1) << 20 | UINT64_C(1) << 19 |
           UINT64_C(1) << 18 | UINT64_C(1) << 16 | UINT64_C(1) << 14 | UINT64_C(1) << 13 |
           UINT64_C(0x63f) /* BSU inner, FB, AMO, IMO, FMO, PTW, SWIO, VM */,
    ZEROS = UINT64_C(1) << 56 | UINT64_C(1) << 53 | UINT64_C(1) << 47 | UINT64_C(1) << 45 |
            UINT64_C(1) << 43 | UINT64_C(1) << 42 | UINT64_C(1) << 40 | UINT64_C(1) << 34 |
            UINT64_C(1) << 33 | UINT64_C(1) << 32 | UINT64_C(1) << 27 | UINT64_C(1) << 12,
};

/* Arm ARM, SPSR_EL2.M: EL0t, EL1t, EL1h, and EL0 of AArch32; the modes of AArch32 at EL1. */
static bool is_mode_below_el2(uint64_t mode, bool is_64)
{
    return is_64 ? mode == 0x00 || mode == 0x04 || mode == 0x05 || mode == 0x10
                 : (mode >= 0x10 && mode <= 0x13) || mode == 0x17 || mode == 0x1b || mode == 0x1f;
}

static void check_registers(const struct arch_regs *old, const struct arch_regs *new, uint32_t mtd,
                            const struct utcb_arch *u)
{
    require(new->x[0] == (mtd & MTD_GPR ? u->x[0] : old->x[0]));
    require(new->x18 == (mtd & MTD_GPR ? u->x[18] : old->x18));
    require(new->x30 == (mtd & MTD_GPR ? u->x[30] : old->x30));
    require(new->sp == (mtd & MTD_EL0_SP ? u->sp_el0 : old->sp));
    require(new->tpidr == (mtd & MTD_EL0_IDR ? u->tpidr_el0 : old->tpidr));
    require(new->elr == (mtd & MTD_EL2_ELR_SPSR ? u->elr_el2 : old->elr));
    require(new->esr == old->esr && new->far == old->far);
}

static void check_guest(const struct ec *ec, const struct arch_guest *old,
                        const struct space_hst *old_space, uint32_t moved, bool may_go_on)
{
    const struct arch_guest *const g = ec->arch.guest;
    require((g->hcr_el2 & (ONES | ZEROS)) == ONES);
    require((g->hcrx_el2 & ~cpu.arch.guests.hcrx_mask) == 0);
    require((g->cntv_ctl_el0 & ~CNTV_CTL_WRITABLE) == 0);
    require(moved & MTD_EL1_TTBR ? true : g->ttbr0_el1 == old->ttbr0_el1);
    require(moved & MTD_TMR ? true : g->cntvoff_el2 == old->cntvoff_el2);
    require(g->gic.vmcr == old->gic.vmcr && g->cpacr_el1 == old->cpacr_el1);
    for (unsigned i = 0; i < GUEST_LIST_MAX; i++) {
        const bool is_hw = g->gic.lr[i] >> 61 & 1;
        require(g->gic.lr[i] == old->gic.lr[i] ||
                ((moved & MTD_GIC) && i < cpu.arch.guests.list_count));
        require(!is_hw || gic_guest_may_end(g->gic.lr[i] >> 32 & 0x1fff));
        require((g->gic.lr[i] >> 59 & 1) == 0);
    }
    require(ec->guest == old_space || !(g->loaded & BANK_TLB));
    if (may_go_on)
        require(ec->guest != nullptr &&
                is_mode_below_el2(ec->arch.regs.spsr & 0x1f, g->hcr_el2 >> 31 & 1));
}

/* What a CPU may have for guests, and a virtual CPU that may run. */
static void arrive_guest(struct ec *ec, struct arch_guest *g, struct input *in)
{
    const bool is_64 = input_byte(in) % 2 == 0;
    input_fill(in, g, sizeof *g);
    g->timer_active = input_byte(in) % 2 == 0;
    g->lists_changed = input_byte(in) % 2 == 0;
    g->hcr_el2 = ((g->hcr_el2 | ONES) & ~ZEROS & ~(uint64_t)HCR_RW) | (is_64 ? HCR_RW : 0);
    g->hcrx_el2 &= cpu.arch.guests.hcrx_mask;
    g->cntv_ctl_el0 &= CNTV_CTL_WRITABLE;
    for (unsigned i = 0; i < GUEST_LIST_MAX; i++)
        g->gic.lr[i] = filter_list(g->gic.lr[i]);
    ec->arch.regs.spsr = (ec->arch.regs.spsr & 0xffff'ffe0) | (is_64 ? 5 : 0x13);
    ec->arch.guest = g;
    ec->guest = input_byte(in) % 2 == 0 ? nullptr : space_to_assign;
}

static void arrive(struct ec *ec, struct arch_guest *g, struct input *in)
{
    cpu =
        (struct cpu){.arch.guests = {.hcr_clear = input_word(in) & ~ONES & ~(uint64_t)HCR_RW,
                                     .hcrx_mask = input_word(in) & 0xfff,
                                     .modes = {0x888f'0000, 0x0001'0031},
                                     .list_count = (uint8_t)(1 + input_byte(in) % GUEST_LIST_MAX)}};
    cpu.arch.guests.hcr_clear |= ZEROS;
    input_fill(in, &ec->arch.regs, sizeof ec->arch.regs);
    if (input_byte(in) % 2 == 0)
        arrive_guest(ec, g, in);
    else
        ec->arch.regs.spsr &= NZCV;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct utcb page, before;
    struct input in = input_begin(data, size);
    struct arch_guest guest = {};
    struct ec ec = {}, handler = {.utcb = &page};
    space_to_assign = (struct space_hst *)(void *)&page;
    const uint32_t reply = (uint32_t)input_word(&in), next = (uint32_t)input_word(&in);
    const unsigned event = input_byte(&in) % 2 == 0 ? EVENT_ARCH : EVENT_DABORT_LOWER;
    host_ctr_el0 = input_word(&in);
    arrive(&ec, &guest, &in);
    input_fill(&in, &page, sizeof page);

    before = page;
    const struct arch_ec old = ec.arch;
    const struct arch_guest old_guest = guest;
    const struct space_hst *const old_space = ec.guest;
    const uint32_t moved = reply & MTD_POISON ? 0 : reply;
    const bool may_go_on = arch_ec_store_utcb(&ec, &handler, reply);
    require(memcmp(&page, &before, sizeof page) == 0);
    check_registers(&old.regs, &ec.arch.regs, moved, (const struct utcb_arch *)&page); // NOLINT
    require(ec.arch.stack_top == old.stack_top && ec.arch.guest == old.guest);
    require(!may_go_on || !(reply & MTD_POISON));
    if (ec.arch.guest == nullptr) {
        require(may_go_on == !(reply & MTD_POISON));
        require((ec.arch.regs.spsr & ~NZCV) == 0);
    } else {
        require(ec.arch.regs.spsr >> 32 == old.regs.spsr >> 32);
        check_guest(&ec, &old_guest, old_space, moved, may_go_on);
    }

    arch_ec_load_utcb(&ec, &page, next, event);
    for (size_t i = sizeof(struct utcb_arch) / 8; i < sizeof page / 8; i++)
        require(page.word[i] == before.word[i]);
    if (next == 0)
        require(memcmp(&page, &before, sizeof page) == 0);
    return 0;
}
