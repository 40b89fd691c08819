/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual interrupts: list registers as the VMM writes them, and what a guest's CPU interface makes of
 * them (interface specification, 7.7.3). The same claims for GICv2 and GICv3.
 */
#include "tests/guest/vgic.h"

enum : unsigned { A = 40, B = 41, C = 42 };
enum : unsigned { IDLE_PRIORITY = 0xff };

static uint64_t state_of(const struct vcpu *v, unsigned n)
{
    return v->state.lr[n] & LR_STATE;
}

TEST(gic, a_pending_interrupt_is_taken_when_it_is_let_in)
{
    static const uint32_t forever[] = {0x1400'0000};
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x80));
    EXPECT(vgic_is_signalled(v));
    vcpu_load(v, forever, sizeof forever);
    vcpu_go_to(v, PROGRAM, SPSR_EL1H); /* not masked */
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(HVC_VECTOR + VECTOR_IRQ, v->state.esr_el2 & 0xffff);
    EXPECT_EQ(GPA_RAM + PROGRAM, v->state.elr_el1);
}

TEST(gic, one_that_runs_is_interrupted_by_the_next_reply)
{
    static const uint32_t forever[] = {0x1400'0000};
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_there());
    vcpu_load(v, forever, sizeof forever);
    vcpu_go_to(v, PROGRAM, SPSR_EL1H);
    vcpu_resume(v);
    MUST(hc_ctrl_ec(v->ec, 0));
    EXPECT_EQ(EVENT_RECALL, vcpu_wait(v));
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x80));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(HVC_VECTOR + VECTOR_IRQ, v->state.esr_el2 & 0xffff);
}

TEST(gic, pending_then_active_then_done)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    const uint32_t all_free = v->state.elrsr;
    for (unsigned n = 0; n < (unsigned)__builtin_popcount(all_free); n++) {
        lr_set(v, n, lr_make(LR_PENDING, A + n, 0x40));
        EXPECT_EQ(A + n, vgic_highest(v));
        EXPECT_EQ(LR_PENDING, state_of(v, n));
        EXPECT_EQ(all_free & ~(1u << n), v->state.elrsr);
        EXPECT_EQ(A + n, vgic_ack(v));
        EXPECT_EQ(LR_ACTIVE, state_of(v, n));
        EXPECT_EQ(0x40, vgic_running(v));
        EXPECT(v->state.ap1r[0] != 0 || v->state.ap0r[0] != 0);
        EXPECT(!vgic_is_signalled(v));
        vgic_end(v, A + n);
        EXPECT_EQ(0, state_of(v, n));
        EXPECT_EQ(all_free, v->state.elrsr);
        EXPECT_EQ(IDLE_PRIORITY, vgic_running(v));
        EXPECT_EQ(0, v->state.ap1r[0] | v->state.ap0r[0]);
        EXPECT(vgic_ack(v) >= 1020); /* nothing */
    }
}

/* Where the CPU has such: its active state would not fit into the UTCB. */
TEST(gic, one_that_may_not_be_masked_becomes_one_that_may)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x80) | LR_NMI);
    EXPECT_EQ(A, vgic_highest(v));
    EXPECT_EQ(0, v->state.lr[0] & LR_NMI);
    EXPECT_EQ(A, vgic_ack(v));
    EXPECT_EQ(0x80, vgic_running(v));
    vgic_end(v, A);
    EXPECT_EQ(0, v->state.ap1r[0] | v->state.ap0r[0]);
}

TEST(gic, pending_while_active_comes_again)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x40));
    EXPECT_EQ(A, vgic_ack(v));
    lr_set(v, 0, v->state.lr[0] | LR_PENDING);
    EXPECT(vgic_ack(v) >= 1020);
    EXPECT_EQ(LR_STATE, state_of(v, 0));
    vgic_end(v, A);
    EXPECT_EQ(LR_PENDING, state_of(v, 0));
    EXPECT_EQ(A, vgic_ack(v));
    vgic_end(v, A);
    EXPECT_EQ(0, state_of(v, 0));
}

TEST(gic, the_most_urgent_goes_first)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    lr_set(v, 0, lr_make(LR_PENDING, A, 0xa0));
    lr_set(v, 1, lr_make(LR_PENDING, B, 0x20));
    lr_set(v, 2, lr_make(LR_PENDING, C, 0x60));
    EXPECT_EQ(B, vgic_ack(v));
    vgic_end(v, B);
    EXPECT_EQ(C, vgic_ack(v));
    vgic_end(v, C);
    EXPECT_EQ(A, vgic_ack(v));
    vgic_end(v, A);
}

TEST(gic, only_the_more_urgent_preempts)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x60));
    EXPECT_EQ(A, vgic_ack(v));
    lr_set(v, 1, lr_make(LR_PENDING, B, 0x60));
    EXPECT(!vgic_is_signalled(v));
    EXPECT(vgic_ack(v) >= 1020);
    lr_set(v, 2, lr_make(LR_PENDING, C, 0x20));
    EXPECT(vgic_is_signalled(v));
    EXPECT_EQ(C, vgic_ack(v));
    EXPECT_EQ(0x20, vgic_running(v));
    vgic_end(v, C);
    EXPECT_EQ(0x60, vgic_running(v));
    vgic_end(v, A);
    EXPECT_EQ(B, vgic_ack(v));
    vgic_end(v, B);
}

TEST(gic, the_guest_may_mask_by_priority)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    vgic_set_mask(v, 0x80);
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x80));
    EXPECT(!vgic_is_signalled(v));
    vgic_set_mask(v, 0x88);
    EXPECT(vgic_is_signalled(v));
    EXPECT_EQ(A, vgic_ack(v));
    vgic_end(v, A);
}

TEST(gic, end_and_deactivation_may_be_split)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    vgic_set_split(v, true);
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x40));
    EXPECT_EQ(A, vgic_ack(v));
    vgic_end(v, A);
    EXPECT_EQ(IDLE_PRIORITY, vgic_running(v));
    EXPECT_EQ(LR_ACTIVE, state_of(v, 0));
    vgic_deactivate(v, A);
    EXPECT_EQ(0, state_of(v, 0));
}

/* VMCR is the guest's: the VMM sees it and cannot set it. */
TEST(gic, vmcr_shows_what_the_guest_has_set)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    vgic_set_mask(v, 0xf8);
    const uint32_t one = v->state.vmcr;
    vgic_set_mask(v, 0x08);
    const uint32_t other = v->state.vmcr;
    EXPECT(one != other);
    v->state.vmcr = one;
    v->state.elrsr = 0;
    v->reply |= MTD_GIC;
    (void)vgic_running(v);
    EXPECT_EQ(other, v->state.vmcr);
    EXPECT(v->state.elrsr != 0);
}

/* Active priorities: what one set saves, another can be given. */
TEST(gic, active_priorities_can_be_moved)
{
    const struct vm vm = new_vm();
    struct vcpu *const from = vgic_vcpu(&vm, cpu_here()), *const to = vgic_vcpu(&vm, cpu_there());
    lr_set(from, 0, lr_make(LR_PENDING, A, 0x48));
    EXPECT_EQ(A, vgic_ack(from));
    for (unsigned i = 0; i < 4; i++) {
        to->state.ap0r[i] = from->state.ap0r[i];
        to->state.ap1r[i] = from->state.ap1r[i];
    }
    lr_set(to, 0, from->state.lr[0]);
    EXPECT_EQ(0x48, vgic_running(to));
    vgic_end(to, A);
    EXPECT_EQ(IDLE_PRIORITY, vgic_running(to));
    EXPECT_EQ(0, state_of(to, 0));
    EXPECT_EQ(LR_ACTIVE, state_of(from, 0));
}

TEST(gic, each_virtual_cpu_has_its_own)
{
    const struct vm vm = new_vm(), other = new_vm();
    struct vcpu *const a = vgic_vcpu(&vm, cpu_here()), *const b = vgic_vcpu(&other, cpu_here());
    lr_set(a, 0, lr_make(LR_PENDING, A, 0x40));
    EXPECT(vgic_is_signalled(a));
    EXPECT(!vgic_is_signalled(b));
    EXPECT(vgic_ack(b) >= 1020);
    EXPECT_EQ(0, state_of(b, 0));
    EXPECT_EQ(A, vgic_ack(a));
    EXPECT_EQ(IDLE_PRIORITY, vgic_running(b));
    EXPECT_EQ(0x40, vgic_running(a));
    vgic_end(b, A); /* not its own */
    EXPECT_EQ(LR_ACTIVE, state_of(a, 0));
    EXPECT_EQ(0x40, vgic_running(a));
    vgic_set_mask(b, 0x10);
    vgic_end(a, A);
    EXPECT_EQ(0, state_of(a, 0));
    lr_set(a, 0, lr_make(LR_PENDING, B, 0x40));
    EXPECT(vgic_is_signalled(a));
}

TEST(gic, list_registers_that_are_not_there_are_not_written)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    for (unsigned n = 0; n < 16; n++)
        v->state.lr[n] = 0;
    for (unsigned n = (unsigned)__builtin_popcount(v->state.elrsr); n < 16; n++)
        v->state.lr[n] = 0x5a5a'5a5a'5a5a'5a5a;
    const unsigned count = (unsigned)__builtin_popcount(v->state.elrsr);
    v->reply |= MTD_GIC;
    (void)vgic_running(v);
    for (unsigned n = count; n < 16; n++)
        EXPECT_EQ(0x5a5a'5a5a'5a5a'5a5a, v->state.lr[n]);
}

TEST(gic, hcr_signals_without_a_list_register)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    v->state.hcr_el2 = HCR_RW | HCR_VI;
    v->reply |= MTD_EL2_HCR;
    EXPECT(vgic_is_signalled(v));
    v->state.hcr_el2 = HCR_RW;
    v->reply |= MTD_EL2_HCR;
    EXPECT(!vgic_is_signalled(v));
}

/* GICV belongs to whose turn it is: threads that have it mapped find an interface that was never used. */
TEST(gic, nothing_of_a_guest_is_in_a_host_thread)
{
    enum : size_t { GICV_PMR = 0x04, GICV_IAR = 0x0c, GICV_RPR = 0x14 };
    const struct vm vm = new_vm();
    struct vcpu *const v = vgic_vcpu(&vm, cpu_here());
    if (has_gicv3()) {
        tap_skip("the interface is not in memory");
        return;
    }
    MUST(memory_map(GICV, HVA_FREE, 2 * PAGE_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE));
    const volatile uint32_t *const gicv = (const volatile uint32_t *)HVA_FREE;
    lr_set(v, 0, lr_make(LR_PENDING, A, 0x40));
    lr_set(v, 1, lr_make(LR_PENDING, B, 0x80));
    EXPECT_EQ(A, vgic_ack(v)); /* one is active, one is not */
    EXPECT_EQ(0, gicv[GICV_PMR / 4]);
    EXPECT_EQ(IDLE_PRIORITY, gicv[GICV_RPR / 4]);
    EXPECT_EQ(SPURIOUS, gicv[GICV_IAR / 4] & 0x3ff);
    EXPECT_EQ(0x40, vgic_running(v));
    vgic_end(v, A);
    EXPECT_EQ(SPURIOUS, gicv[GICV_IAR / 4] & 0x3ff);
    EXPECT_EQ(B, vgic_ack(v));
    MUST(memory_map(0, HVA_FREE, 2 * PAGE_SIZE, PERM_NONE, MAD_DEVICE));
}

/* ---- Two virtual CPUs of one VM, each on a CPU ---- */

enum : uint64_t { GPA_GICD_SGIR = 0x800'0f00, SGI_ALL_OTHERS = 1ull << 40 };

static struct vcpu *pair[2];
static _Atomic bool sgi_is_pending[2];

/* SGIs trap: the other gets one, with its next reply; a recall makes it come for it. */
static bool step_ping(struct vcpu *v)
{
    const size_t me = v->step_arg;
    switch (v->event) {
    case EVENT_SYSREG:
    case EVENT_DABORT_LOWER:
        vcpu_skip(v);
        atomic_store(&sgi_is_pending[1 - me], true);
        (void)hc_ctrl_ec(pair[1 - me]->ec, 0);
        break;
    case EVENT_RECALL:
    case EVENT_STARTUP:
        break;
    default:
        return true;
    }
    if (atomic_exchange(&sgi_is_pending[me], false)) /* the last one may still be active */
        lr_set(v, 0, (v->state.lr[0] & LR_ACTIVE) | lr_make(LR_PENDING, SGI_0 + 3, 0x80));
    return false;
}

TEST(gic, virtual_cpus_interrupt_each_other)
{
    const uint64_t rounds = cpu_here() == cpu_there() ? 10 : 200; /* of whole budgets, or not */
    const struct vm vm = new_child_vm();
    _Atomic uint64_t *const count = (_Atomic uint64_t *)vm_word(&vm, DATA);
    for (size_t i = 0; i < 2; i++) {
        struct vcpu *const v = pair[i] = vgic_vcpu(&vm, i == 0 ? cpu_here() : cpu_there());
        atomic_store(&sgi_is_pending[i], false);
        vcpu_set_x(v, 0, GPA_RAM + DATA + 64 * i);
        vcpu_set_x(v, 1, has_gicv3() ? SGI_ALL_OTHERS : 1 << 24);
        vcpu_set_x(v, 2, i == 1);
        vcpu_set_x(v, 9, GPA_GICC);
        vcpu_set_x(v, 10, GPA_GICD_SGIR);
    }
    if (has_gicv3())
        vcpu_load(pair[0], CODE(ping_gicv3));
    else
        vcpu_load(pair[0], CODE(ping_gicv2));
    for (size_t i = 0; i < 2; i++) {
        vcpu_go_to(pair[i], PROGRAM, SPSR_EL1H | SPSR_MASKED);
        pair[i]->step = step_ping;
        pair[i]->step_arg = i;
        vcpu_resume(pair[i]);
    }
    EXPECT(wait_until(count, rounds));
    EXPECT(wait_until(count + 8, rounds));
    EXPECT_EQ(0, drain(pair[0]->stopped) + drain(pair[1]->stopped));
}

static const struct tap_test tests[] = {
    TAP_TEST(gic, a_pending_interrupt_is_taken_when_it_is_let_in),
    TAP_TEST(gic, one_that_runs_is_interrupted_by_the_next_reply),
    TAP_TEST(gic, pending_then_active_then_done),
    TAP_TEST(gic, one_that_may_not_be_masked_becomes_one_that_may),
    TAP_TEST(gic, pending_while_active_comes_again),
    TAP_TEST(gic, the_most_urgent_goes_first),
    TAP_TEST(gic, only_the_more_urgent_preempts),
    TAP_TEST(gic, the_guest_may_mask_by_priority),
    TAP_TEST(gic, end_and_deactivation_may_be_split),
    TAP_TEST(gic, vmcr_shows_what_the_guest_has_set),
    TAP_TEST(gic, active_priorities_can_be_moved),
    TAP_TEST(gic, each_virtual_cpu_has_its_own),
    TAP_TEST(gic, list_registers_that_are_not_there_are_not_written),
    TAP_TEST(gic, hcr_signals_without_a_list_register),
    TAP_TEST(gic, nothing_of_a_guest_is_in_a_host_thread),
    TAP_TEST(gic, virtual_cpus_interrupt_each_other),
};
const struct tap_suite gic_suite = GUEST_SUITE(tests);
