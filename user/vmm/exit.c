/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/exit.h"

#include "kernel/abi/aarch64/event.h"
#include "user/vmm/inject.h"
#include "user/vmm/psci.h"
#include "user/vmm/sysreg.h"

typedef uint32_t exit_fn(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state);

enum : uint64_t { INSTRUCTION_SIZE = 4, ISS_WFE = 1, ELRSR_BITS = 0xffff };

static uint32_t startup(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    for (unsigned i = 0; i < 31; i++)
        vcpu->hints[i] = state->x[i];
    vcpu->hcr = state->hcr_el2;
    vcpu->midr = state->vpidr_el2;
    vm->gic.vcpu[vcpu->index].lr_count = (unsigned)__builtin_popcountll(state->elrsr & ELRSR_BITS);
    return 0;
}

/* Somebody wants it to look at its interrupts, or at whether it is on. */
static uint32_t recall([[maybe_unused]] struct vm *vm, [[maybe_unused]] struct vcpu *vcpu,
                       [[maybe_unused]] struct utcb_arch *state)
{
    return 0;
}

static uint32_t timer(struct vm *vm, struct vcpu *vcpu, [[maybe_unused]] struct utcb_arch *state)
{
    gic_raise_timer(&vm->gic, vcpu->index);
    return 0;
}

static uint32_t wait([[maybe_unused]] struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    vcpu->is_idle = !(state->esr_el2 & ISS_WFE);
    state->elr_el2 += INSTRUCTION_SIZE;
    return MTD_EL2_ELR_SPSR;
}

/* The program counter is behind an HVC. */
static uint32_t hvc(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    state->x[0] = psci_call(vm, vcpu, state->x);
    return MTD_GPR;
}

/* The program counter is at an SMC. */
static uint32_t smc(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    state->elr_el2 += INSTRUCTION_SIZE;
    return hvc(vm, vcpu, state) | MTD_EL2_ELR_SPSR;
}

static uint32_t undefined([[maybe_unused]] struct vm *vm, [[maybe_unused]] struct vcpu *vcpu,
                          struct utcb_arch *state)
{
    inject_undefined(state);
    return MTD_INJECT;
}

static uint32_t debug([[maybe_unused]] struct vm *vm, [[maybe_unused]] struct vcpu *vcpu,
                      struct utcb_arch *state)
{
    inject_again(state);
    return MTD_INJECT;
}

static uint32_t fetch_abort([[maybe_unused]] struct vm *vm, [[maybe_unused]] struct vcpu *vcpu,
                            struct utcb_arch *state)
{
    inject_abort(state, true);
    return MTD_INJECT;
}

/* Arm ARM DDI 0487, HPFAR_EL2: bits 51 to 12 of the address at bit 4. */
static uint64_t fault_address(const struct utcb_arch *state)
{
    return (state->hpfar_el2 & 0xfff'ffff'fff0) << 8 | (state->far_el2 & 0xfff);
}

static uint32_t data_abort(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    struct mmio_decoded d = mmio_decode((uint32_t)state->esr_el2);
    const bool is_zero = d.reg == 31;
    d.access.vcpu = vcpu->index;
    if (d.access.is_write && !is_zero)
        d.access.value =
            mmio_extend(&(struct mmio_decoded){.is_64 = true, .access = d.access}, state->x[d.reg]);
    if (!d.is_valid || !vm_access(vm, fault_address(state), &d.access)) {
        inject_abort(state, false);
        return MTD_INJECT;
    }
    if (!d.access.is_write && !is_zero)
        state->x[d.reg] = mmio_extend(&d, d.access.value);
    state->elr_el2 += INSTRUCTION_SIZE;
    return MTD_EL2_ELR_SPSR | MTD_GPR;
}

static uint32_t system_register(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    if (!sysreg_access(vm, vcpu, state))
        return undefined(vm, vcpu, state);
    state->elr_el2 += INSTRUCTION_SIZE;
    return MTD_EL2_ELR_SPSR | MTD_GPR;
}

static uint32_t unexpected(struct vm *vm, struct vcpu *vcpu, struct utcb_arch *state)
{
    vm_say(vm, "VMM: virtual CPU %u stops at %#lx: unexpected exit, ESR_EL2 %#lx\n", vcpu->index,
           state->elr_el2, state->esr_el2);
    vm_stop(vm, VM_FAILED);
    return 0;
}

enum : uint32_t { MTD_FAULT = MTD_EL2_ELR_SPSR | MTD_EL2_ESR_FAR };

/* Every event brings the list registers too. */
static const struct {
    uint32_t mtd;
    exit_fn *handle;
} exits[EXITS] = {
    [EVENT_STARTUP] = {MTD_GPR | MTD_EL2_HCR | MTD_EL2_IDR, startup},
    [EVENT_RECALL] = {0, recall},
    [EVENT_VTIMER] = {0, timer},
    [EVENT_WFX] = {MTD_FAULT | MTD_TMR, wait},
    [EVENT_HVC64] = {MTD_GPR | MTD_TMR, hvc},
    [EVENT_SMC64] = {MTD_GPR | MTD_TMR | MTD_EL2_ELR_SPSR, smc},
    [EVENT_SYSREG] = {MTD_GPR | MTD_FAULT | MTD_INJECT, system_register},
    [EVENT_DABORT_LOWER] = {MTD_GPR | MTD_FAULT | MTD_EL2_HPFAR | MTD_INJECT, data_abort},
    [EVENT_IABORT_LOWER] = {MTD_FAULT | MTD_INJECT, fetch_abort},

    /* The guest's own: the kernel has debug exceptions come here. */
    [EVENT_BKPT32] = {MTD_FAULT | MTD_INJECT, debug},
    [EVENT_BRK64] = {MTD_FAULT | MTD_INJECT, debug},

    /* What the ID registers hide. */
    [EVENT_UNKNOWN] = {MTD_INJECT, undefined},
    [EVENT_MCR_CP15] = {MTD_INJECT, undefined},
    [EVENT_MCRR_CP15] = {MTD_INJECT, undefined},
    [EVENT_MCR_CP14] = {MTD_INJECT, undefined},
    [EVENT_LDC_CP14] = {MTD_INJECT, undefined},
    [EVENT_FPU] = {MTD_INJECT, undefined},
    [EVENT_VMRS] = {MTD_INJECT, undefined},
    [EVENT_PAUTH] = {MTD_INJECT, undefined},
    [EVENT_LD64B] = {MTD_INJECT, undefined},
    [EVENT_MRRC_CP14] = {MTD_INJECT, undefined},
    [EVENT_SVE] = {MTD_INJECT, undefined},
    [EVENT_SME] = {MTD_INJECT, undefined},
};

uint32_t exit_mtd(unsigned event)
{
    return MTD_GIC | (exits[event].handle != nullptr ? exits[event].mtd : (uint32_t)MTD_FAULT);
}

uint32_t exit_handle(struct vm *vm, struct vcpu *vcpu, unsigned event, struct utcb_arch *state)
{
    exit_fn *const handle = exits[event].handle;
    return (handle != nullptr ? handle : unexpected)(vm, vcpu, state);
}
