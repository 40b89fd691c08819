/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of guests (code.S), to be copied anywhere, and instructions made at run time. */
#pragma once

/* In X0 behind an instruction that skip_vectors have stepped over, shifted left by 48. */
#define SKIP_MARK 0xdead

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* Start and size of a program, as two arguments. */
#define CODE(name) guest_##name, (size_t)(guest_##name##_end - guest_##name)
#define CODE_TABLE(C)                                                                              \
    C(report_vectors)                                                                              \
    C(skip_vectors)                                                                                \
    C(hvc)                                                                                         \
    C(smc)                                                                                         \
    C(nops)                                                                                        \
    C(load)                                                                                        \
    C(count)                                                                                       \
    C(count_hvc)                                                                                   \
    C(await_timer)                                                                                 \
    C(fpu)                                                                                         \
    C(ping_gicv3)                                                                                  \
    C(ping_gicv2)

#define CODE_DECLARE_(name) extern const char guest_##name[], guest_##name##_end[];
CODE_TABLE(CODE_DECLARE_)
#undef CODE_DECLARE_

/* An exception that a guest takes itself: report_vectors say HVC with this and the vector's number. */
enum : unsigned {
    HVC_VECTOR = 0x100,
    VECTOR_SYNC = 4,
    VECTOR_IRQ = 5,
    VECTOR_SERROR = 7,
    VECTOR_LOWER_SYNC = 8,
    VECTOR_LOWER32_SYNC = 12,
};

/* Arm ARM, "System instruction class encoding overview": a register or an instruction of its space. */
struct sysreg {
    uint8_t op0, op1, crn, crm, op2;
};

static inline uint32_t code_sys(struct sysreg r, unsigned rt)
{
    return 0xd500'0000 | (uint32_t)r.op0 << 19 | (uint32_t)r.op1 << 16 | (uint32_t)r.crn << 12 |
           (uint32_t)r.crm << 8 | (uint32_t)r.op2 << 5 | rt;
}

/* MSR or SYS; MRS or SYSL. */
static inline uint32_t code_msr(struct sysreg r, unsigned rt)
{
    return code_sys(r, rt);
}
static inline uint32_t code_mrs(struct sysreg r, unsigned rt)
{
    return code_sys(r, rt) | 1u << 21;
}
#endif
