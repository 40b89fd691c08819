/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/sysreg.h"

#include "user/vmm/idregs.h"

/* Arm ARM DDI 0487, ESR_EL2, "ISS encoding for trapped MSR, MRS, or System instruction". */
enum : uint32_t { ISS_READ = 1, ISS_RT_SHIFT = 5, ISS_NAME = 0x3f'fc1e };

#define NAME(op0, op1, crn, crm, op2)                                                              \
    ((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)

enum sysreg_kind : uint8_t { ZERO, IGNORED, SGI1R, SRE, COUNTER };

/* Arm IHI 0069, ICC_SRE_EL1: system registers only, no bypass; writes change nothing. */
enum : uint64_t { SRE_ALWAYS = 7 };

/* Registers of their own; whole families are in find(). */
static const struct {
    uint32_t name;
    enum sysreg_kind kind;
} registers[] = {
    {NAME(3, 0, 12, 11, 5), SGI1R},   /* ICC_SGI1R_EL1                      */
    {NAME(3, 0, 12, 11, 6), IGNORED}, /* ICC_ASGI1R_EL1: no secure state    */
    {NAME(3, 0, 12, 11, 7), IGNORED}, /* ICC_SGI0R_EL1                      */
    {NAME(3, 0, 12, 12, 5), SRE},     /* ICC_SRE_EL1: where it traps        */
    {NAME(3, 3, 14, 0, 1), COUNTER},  /* CNTPCT_EL0                         */
    {NAME(3, 3, 14, 2, 1), ZERO},     /* CNTP_CTL_EL0: there is none        */
    {NAME(3, 0, 1, 0, 1), ZERO},      /* ACTLR_EL1                          */
    {NAME(3, 0, 0, 0, 6), ZERO},      /* REVIDR_EL1                         */
    {NAME(3, 1, 0, 0, 7), ZERO},      /* AIDR_EL1                           */
    {NAME(1, 0, 7, 6, 2), IGNORED},   /* DC ISW: memory is coherent         */
    {NAME(1, 0, 7, 10, 2), IGNORED},  /* DC CSW                             */
    {NAME(1, 0, 7, 14, 2), IGNORED},  /* DC CISW                            */
};

static bool find(uint32_t name, enum sysreg_kind *kind)
{
    if (name >> 20 == 2) { /* debug: nothing ever matches */
        *kind = ZERO;
        return true;
    }
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        if (registers[i].name == name) {
            *kind = registers[i].kind;
            return true;
        }
    }
    return false;
}

/* op0=3, op1=0, CRn=0, CRm=1 to 7 */
static bool is_id(uint32_t name)
{
    const uint32_t crm = name >> 1 & 15;
    return (name & ~NAME(0, 0, 0, 15, 7)) == NAME(3, 0, 0, 0, 0) && crm >= 1 && crm <= 7;
}

bool sysreg_access(struct vm *vm, const struct vcpu *vcpu, struct utcb_arch *state)
{
    const uint32_t iss = (uint32_t)state->esr_el2, name = iss & ISS_NAME;
    const unsigned rt = iss >> ISS_RT_SHIFT & 31;
    const bool is_read = iss & ISS_READ;
    uint64_t value = 0;
    enum sysreg_kind kind = ZERO;

    if (is_id(name) && is_read)
        value = idreg_read(vcpu->hints, name >> 1 & 15, name >> 17 & 7, vm->gic.version == 3);
    else if (!find(name, &kind))
        return false;

    if (kind == SGI1R && !is_read)
        gic_send_sgi1r(&vm->gic, vcpu->index, rt == 31 ? 0 : state->x[rt]);
    if (kind == SRE)
        value = SRE_ALWAYS;
    if (kind == COUNTER)
        value = stc_now() - vm->stc_offset;
    if (is_read && rt != 31)
        state->x[rt] = value;
    return true;
}
