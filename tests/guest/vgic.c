/* SPDX-License-Identifier: GPL-2.0-only */
/* Arm IHI 0048 (GICv2), "GICC_*"; Arm IHI 0069 (GICv3), "ICC_*". */
#include "tests/guest/vgic.h"

enum : unsigned { LOAD = 1, STORE = 0 };
enum : uint32_t { ISB = 0xd503'3fdf, HVC = 0xd400'0842 };

/* One access: a register of either version. */
struct access {
    uint16_t offset; /* of the memory-mapped interface */
    struct sysreg reg;
};
static const struct access ctlr = {0x00, {3, 0, 12, 12, 4}}, pmr = {0x04, {3, 0, 4, 6, 0}},
                           iar = {0x0c, {3, 0, 12, 12, 0}}, eoir = {0x10, {3, 0, 12, 12, 1}},
                           rpr = {0x14, {3, 0, 12, 11, 3}}, hppir = {0x18, {3, 0, 12, 12, 2}},
                           dir = {0x1000, {3, 0, 12, 11, 1}};
static const struct sysreg igrpen1 = {3, 0, 12, 12, 7}, isr = {3, 0, 12, 1, 0};

static uint64_t run(struct vcpu *v, uint32_t instruction, uint64_t x0)
{
    const uint32_t code[] = {instruction, ISB, HVC};
    vcpu_load(v, code, sizeof code);
    vcpu_set_x(v, 0, x0);
    vcpu_set_x(v, 9, GPA_GICC);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    return v->state.x[0];
}

/* LDR or STR W0, [X9, #offset], or MRS or MSR X0. */
static uint64_t access(struct vcpu *v, const struct access *a, bool is_load, uint64_t x0)
{
    if (has_gicv3())
        return run(v, is_load ? code_mrs(a->reg, 0) : code_msr(a->reg, 0), x0);
    return run(v, (is_load ? 0xb940'0120u : 0xb900'0120u) | a->offset / 4u << 10, x0);
}

uint64_t lr_make(uint64_t state, unsigned intid, unsigned priority)
{
    return state | (uint64_t)priority << LR_PRIORITY_SHIFT | intid | (has_gicv3() ? LR_GROUP_1 : 0);
}

uint64_t lr_make_hw(unsigned intid, unsigned priority, unsigned pintid)
{
    return lr_make(LR_PENDING, intid, priority) | LR_HW | (uint64_t)pintid << LR_PINTID_SHIFT;
}

struct vcpu *vgic_vcpu(const struct vm *vm, uint16_t cpu)
{
    struct vcpu *const v = new_vcpu(vm, cpu);
    if (has_gicv3())
        run(v, code_msr(igrpen1, 0), 1);
    else
        MUST(gst_map(vm->gst, GICV, GPA_GICC, 2, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE));
    vgic_set_split(v, false);
    vgic_set_mask(v, 0xff);
    return v;
}

uint64_t vgic_ack(struct vcpu *v)
{
    return access(v, &iar, true, 0) & 0x3ff;
}

void vgic_end(struct vcpu *v, uint64_t intid)
{
    access(v, &eoir, false, intid);
}

void vgic_deactivate(struct vcpu *v, uint64_t intid)
{
    access(v, &dir, false, intid);
}

void vgic_set_split(struct vcpu *v, bool is_split)
{
    if (has_gicv3())
        access(v, &ctlr, false, is_split ? 2 : 0);
    else
        access(v, &ctlr, false, is_split ? 0x201 : 1); /* EnableGrp0 */
}

void vgic_set_mask(struct vcpu *v, unsigned priority)
{
    access(v, &pmr, false, priority);
}

uint64_t vgic_running(struct vcpu *v)
{
    return access(v, &rpr, true, 0);
}

uint64_t vgic_highest(struct vcpu *v)
{
    return access(v, &hppir, true, 0) & 0x3ff;
}

bool vgic_is_signalled(struct vcpu *v)
{
    return (run(v, code_mrs(isr, 0), 0) & 0xc0) != 0;
}

void lr_set(struct vcpu *v, unsigned n, uint64_t lr)
{
    v->state.lr[n] = lr;
    v->reply |= MTD_GIC;
}
