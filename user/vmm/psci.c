/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/psci.h"

enum : uint32_t {
    CALL_64 = 1u << 30, /* the same function with 64-bit arguments */

    SMCCC_VERSION = 0x8000'0000,
    PSCI_VERSION = 0x8400'0000,
    CPU_SUSPEND = 0x8400'0001,
    CPU_OFF = 0x8400'0002,
    CPU_ON = 0x8400'0003,
    AFFINITY_INFO = 0x8400'0004,
    MIGRATE_INFO_TYPE = 0x8400'0006,
    SYSTEM_OFF = 0x8400'0008,
    SYSTEM_RESET = 0x8400'0009,
    PSCI_FEATURES = 0x8400'000a,
};

enum : int64_t {
    PSCI_SUCCESS = 0,
    NOT_SUPPORTED = -1,
    INVALID_PARAMETERS = -2,
    ALREADY_ON = -4,
    VERSION_1_1 = 0x1'0001,
    AFFINITY_ON = 0,
    AFFINITY_OFF = 1,
    NO_MIGRATION = 2,
};

/* The virtual CPU whose affinity is `target`; nullptr: none. */
static struct vcpu *find(struct vm *vm, uint64_t target)
{
    return target < vm->config->vcpu_count ? &vm->vcpu[target] : nullptr;
}

static int64_t cpu_on(struct vm *vm, uint64_t target, uint64_t entry, uint64_t context)
{
    struct vcpu *const vcpu = find(vm, target);
    if (vcpu == nullptr)
        return INVALID_PARAMETERS;
    if (vcpu->is_on)
        return ALREADY_ON;
    vcpu->is_on = vcpu->is_fresh = true;
    vcpu->entry = entry;
    vcpu->context = context;
    vm_kick(vcpu);
    return PSCI_SUCCESS;
}

static int64_t features(uint32_t function)
{
    switch (function & ~CALL_64) {
    case SMCCC_VERSION:
    case PSCI_VERSION:
    case CPU_SUSPEND:
    case CPU_OFF:
    case CPU_ON:
    case AFFINITY_INFO:
    case MIGRATE_INFO_TYPE:
    case SYSTEM_OFF:
    case SYSTEM_RESET:
    case PSCI_FEATURES:
        return PSCI_SUCCESS;
    default:
        return NOT_SUPPORTED;
    }
}

static int64_t call(struct vm *vm, struct vcpu *vcpu, const uint64_t x[4])
{
    const uint32_t function = (uint32_t)x[0];
    const uint64_t mask = function & CALL_64 ? UINT64_MAX : UINT32_MAX;
    const struct vcpu *target;

    switch (function & ~CALL_64) {
    case SMCCC_VERSION:
    case PSCI_VERSION:
        return VERSION_1_1;
    case CPU_SUSPEND:
        vcpu->is_idle = true;
        return PSCI_SUCCESS;
    case CPU_OFF:
        vcpu->is_on = false;
        return PSCI_SUCCESS;
    case CPU_ON:
        return cpu_on(vm, x[1] & mask, x[2] & mask, x[3] & mask);
    case AFFINITY_INFO:
        target = find(vm, x[1] & mask);
        if (target == nullptr)
            return INVALID_PARAMETERS;
        return target->is_on ? AFFINITY_ON : AFFINITY_OFF;
    case MIGRATE_INFO_TYPE:
        return NO_MIGRATION;
    case SYSTEM_OFF:
        vm_stop(vm, VM_OFF);
        return PSCI_SUCCESS;
    case SYSTEM_RESET:
        vm_reset(vm);
        return PSCI_SUCCESS;
    case PSCI_FEATURES:
        return features((uint32_t)x[1]);
    default:
        return NOT_SUPPORTED;
    }
}

uint64_t psci_call(struct vm *vm, struct vcpu *vcpu, const uint64_t x[4])
{
    return (uint64_t)call(vm, vcpu, x);
}
