/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/vcpu.h"

#include <stdckdint.h>

#include "kernel/abi/selector.h"
#include "kernel/base/string.h"
#include "user/lib/alloc.h"
#include "user/lib/event.h"
#include "user/lib/thread.h"
#include "user/vmm/exit.h"

/* Arm ARM DDI 0487. */
enum : uint64_t {
    HCR_RW = 1ull << 31,
    SPSR_EL1H_MASKED = 0x3c5,
    SCTLR_EL1_RES1 = 0x30d0'0800, /* as far as Armv8.0 has them; MMU and caches off */
    MPIDR_RES1 = 1ull << 31,
    CNTV_CTL_ENABLE = 1 << 0,
    CNTV_CTL_IMASK = 1 << 1,
};

/* All that a virtual CPU consists of. */
enum : uint32_t {
    MTD_ALL = MTD_GPR | MTD_EL0_SP | MTD_EL0_IDR | MTD_A32_SPSR | MTD_A32_DIH | MTD_EL1_SP |
              MTD_EL1_IDR | MTD_EL1_ELR_SPSR | MTD_EL1_ESR_FAR | MTD_EL1_AFSR | MTD_EL1_TTBR |
              MTD_EL1_TCR | MTD_EL1_MAIR | MTD_EL1_VBAR | MTD_EL1_SCTLR | MTD_EL1_MDSCR |
              MTD_EL2_HCR | MTD_EL2_IDR | MTD_EL2_ELR_SPSR | MTD_TMR | MTD_GIC | MTD_SPACES,
};

enum : unsigned { PID_EVENT_SHIFT = 8 };
static_assert(EXITS <= SEL_VMM_EVENTS_SIZE);

static struct vm *the_vm; /* of this program */

/* Wait to be kicked, or until the STC reaches `deadline` (0: for ever), without the lock. */
static void wait(struct vm *vm, struct vcpu *vcpu, uint64_t deadline)
{
    vcpu->is_waiting = true;
    vcpu->is_kicked = false;
    mutex_unlock(&vm->lock);
    (void)hc_sm_down(vcpu->wake, CTRL_SM_ZERO, deadline);
    mutex_lock(&vm->lock);
    vcpu->is_waiting = vcpu->is_kicked = false;
}

/*
 * WFI: until there is an interrupt. That of the timer comes by itself when the virtual CPU is back
 * on the CPU after the deadline.
 */
static void idle(struct vm *vm, struct vcpu *vcpu, const struct utcb_arch *state)
{
    const bool is_armed =
        (state->cntv_ctl_el0 & (CNTV_CTL_ENABLE | CNTV_CTL_IMASK)) == CNTV_CTL_ENABLE &&
        !gic_owes_timer(&vm->gic, vcpu->index);
    uint64_t deadline;
    if (ckd_add(&deadline, state->cntv_cval_el0, vm->stc_offset))
        deadline = UINT64_MAX;
    vcpu->is_idle = false;
    if (vcpu->is_on && !gic_has_work(&vm->gic, vcpu->index) && !(is_armed && deadline <= stc_now()))
        wait(vm, vcpu, is_armed ? deadline : 0);
}

static bool all_are_parked(const struct vm *vm)
{
    for (unsigned v = 0; v < vm->config->vcpu_count; v++)
        if (!vm->vcpu[v].is_parked)
            return false;
    return true;
}

/* Off, until somebody switches it on. The last one starts the machine over if that is wanted. */
static void park(struct vm *vm, struct vcpu *vcpu)
{
    vcpu->is_parked = true;
    while (!vcpu->is_on) {
        if (vm->wants_reset && all_are_parked(vm)) {
            vm->wants_reset = false;
            vm->channel->resets++;
            if (vm_power_on(vm) && vcpu->index != 0)
                vm_kick(&vm->vcpu[0]);
            continue;
        }
        wait(vm, vcpu, 0);
    }
}

/* As PSCI's CPU_ON and Linux's boot protocol say. */
static uint32_t start(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    vcpu->is_fresh = vcpu->is_idle = vcpu->is_parked = false;
    memset(state, 0, sizeof *state);
    state->x[0] = vcpu->context;
    state->elr_el2 = vcpu->entry;
    state->spsr_el2 = SPSR_EL1H_MASKED;
    state->sctlr_el1 = SCTLR_EL1_RES1;
    state->hcr_el2 = vcpu->hcr | HCR_RW;
    state->vpidr_el2 = vcpu->midr;
    state->vmpidr_el2 = MPIDR_RES1 | vcpu->index;
    state->cntvoff_el2 = vm->stc_offset;
    state->sel_gst = SEL_VMM_GST;
    return MTD_ALL;
}

static uint32_t handle(uint64_t pid, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    struct vm *const vm = the_vm;
    struct vcpu *const vcpu = &vm->vcpu[pid & ((1 << PID_EVENT_SHIFT) - 1)];
    struct utcb_arch *const state = event_state(utcb);
    const unsigned event = (unsigned)(pid >> PID_EVENT_SHIFT);
    uint32_t reply = 0;

    mutex_lock(&vm->lock);
    vcpu->is_kicked = false;
    gic_sync(&vm->gic, vcpu->index, state->lr);
    /*
     * What it asks for after it was switched off, and before it hears of it, has not happened. The timer's
     * interrupt has: it stays active until a list register ends it.
     */
    if (vcpu->is_on || event == EVENT_STARTUP || event == EVENT_VTIMER)
        reply = exit_handle(vm, vcpu, event, state);
    vm_update(vm, vcpu);
    if (vcpu->is_idle)
        idle(vm, vcpu, state);
    if (!vcpu->is_on)
        park(vm, vcpu);
    if (vcpu->is_fresh)
        reply = start(vm, vcpu, state);
    gic_flush(&vm->gic, vcpu->index, state->lr);
    if (gic_needs_look(&vm->gic, vcpu->index))
        vm_look_soon(vm);
    mutex_unlock(&vm->lock);
    return reply | MTD_GIC;
}

status_t vcpu_create(struct vm *vm, unsigned index)
{
    struct vcpu *const vcpu = &vm->vcpu[index];
    const struct thread_plan plan = {.cpu = vm->config->cpu[index],
                                     .events = SEL_VMM_EVENTS + index * SEL_VMM_EVENTS_SIZE};
    const sel_t events = SEL_VMM_VCPU_EVENTS + index * SEL_VMM_EVENTS_SIZE;
    struct thread handler;

    the_vm = vm;
    *vcpu = (struct vcpu){.index = (uint8_t)index,
                          .ec = SEL_VMM_VCPU + index,
                          .wake = sel_alloc(0),
                          .is_parked = true};
    status_t status = hc_create_sm(vcpu->wake, SEL_ROOT_PD, 0);
    if (status == SUCCESS)
        status = thread_create_local(&handler, &plan, handle);
    for (unsigned event = 0; status == SUCCESS && event < EXITS; event++)
        status = thread_create_portal(&handler, events + event, event << PID_EVENT_SHIFT | index,
                                      exit_mtd(event));
    return status;
}
