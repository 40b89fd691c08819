/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual CPU interface of GICv3: ICH_*_EL2. Arm IHI 0069. */

#include "arch/aarch64/gic_impl.h"
#include "arch/aarch64/sysreg.h"

#define ICH_HCR_EL2 s3_4_c12_c11_0
#define ICH_VTR_EL2 s3_4_c12_c11_1
#define ICH_ELRSR_EL2 s3_4_c12_c11_5
#define ICH_VMCR_EL2 s3_4_c12_c11_7

enum : uint64_t { ICH_HCR_ENABLE = 1 };

/* ICH_AP0R<n>_EL2, ICH_AP1R<n>_EL2, ICH_LR<n>_EL2. */
#define EACH_APR(X)                                                                                \
    X(0, s3_4_c12_c8_0, s3_4_c12_c9_0)                                                             \
    X(1, s3_4_c12_c8_1, s3_4_c12_c9_1)                                                             \
    X(2, s3_4_c12_c8_2, s3_4_c12_c9_2)                                                             \
    X(3, s3_4_c12_c8_3, s3_4_c12_c9_3)
#define EACH_LR(X)                                                                                 \
    X(0, s3_4_c12_c12_0)                                                                           \
    X(1, s3_4_c12_c12_1)                                                                           \
    X(2, s3_4_c12_c12_2)                                                                           \
    X(3, s3_4_c12_c12_3)                                                                           \
    X(4, s3_4_c12_c12_4)                                                                           \
    X(5, s3_4_c12_c12_5)                                                                           \
    X(6, s3_4_c12_c12_6)                                                                           \
    X(7, s3_4_c12_c12_7)                                                                           \
    X(8, s3_4_c12_c13_0)                                                                           \
    X(9, s3_4_c12_c13_1)                                                                           \
    X(10, s3_4_c12_c13_2)                                                                          \
    X(11, s3_4_c12_c13_3)                                                                          \
    X(12, s3_4_c12_c13_4)                                                                          \
    X(13, s3_4_c12_c13_5)                                                                          \
    X(14, s3_4_c12_c13_6)                                                                          \
    X(15, s3_4_c12_c13_7)

static const struct arch_cpu_guests *has(void)
{
    return &cpu_local()->arch.guests;
}

static void guest_init(struct arch_cpu_guests *guests)
{
    const uint64_t vtr = SYSREG_READ(ICH_VTR_EL2);
    const unsigned priority_bits = (unsigned)sysreg_field(vtr, 31, 29) + 1;
    guests->list_count = (uint8_t)(sysreg_field(vtr, 3, 0) + 1); /* ListRegs, at most 16 */
    guests->apr_count = priority_bits > 5 ? (uint8_t)(1u << (priority_bits - 5)) : 1;
}

/* Those that a CPU lacks are UNDEFINED. */
static void save_lists(uint64_t *lr, unsigned count)
{
#define SAVE(n, reg)                                                                               \
    if (count <= (n))                                                                              \
        return;                                                                                    \
    lr[n] = SYSREG_READ(reg);
    EACH_LR(SAVE)
#undef SAVE
}

static void load_lists(const uint64_t *lr, unsigned count)
{
#define LOAD(n, reg)                                                                               \
    if (count <= (n))                                                                              \
        return;                                                                                    \
    SYSREG_WRITE(reg, lr[n]);
    EACH_LR(LOAD)
#undef LOAD
}

static void save_active(struct guest_gic *state, unsigned count)
{
#define SAVE(n, reg0, reg1)                                                                        \
    if (count <= (n))                                                                              \
        return;                                                                                    \
    state->ap0r[n] = (uint32_t)SYSREG_READ(reg0);                                                  \
    state->ap1r[n] = (uint32_t)SYSREG_READ(reg1);
    EACH_APR(SAVE)
#undef SAVE
}

static void load_active(const struct guest_gic *state, unsigned count)
{
#define LOAD(n, reg0, reg1)                                                                        \
    if (count <= (n))                                                                              \
        return;                                                                                    \
    SYSREG_WRITE(reg0, state->ap0r[n]);                                                            \
    SYSREG_WRITE(reg1, state->ap1r[n]);
    EACH_APR(LOAD)
#undef LOAD
}

static void guest_save(struct guest_gic *state)
{
    save_lists(state->lr, has()->list_count);
    save_active(state, has()->apr_count);
    state->elrsr = (uint32_t)SYSREG_READ(ICH_ELRSR_EL2);
    state->vmcr = (uint32_t)SYSREG_READ(ICH_VMCR_EL2);
}

static void guest_load(const struct guest_gic *state)
{
    load_lists(state->lr, has()->list_count);
    load_active(state, has()->apr_count);
    SYSREG_WRITE(ICH_VMCR_EL2, state->vmcr);
    SYSREG_WRITE(ICH_HCR_EL2, ICH_HCR_ENABLE);
}

static void guest_off(void)
{
    guest_load(&(struct guest_gic){});
    SYSREG_WRITE(ICH_HCR_EL2, 0);
}

const struct gic_guest_ops gic_v3_guest = {
    .init = guest_init,
    .save = guest_save,
    .load = guest_load,
    .off = guest_off,
};
