/* SPDX-License-Identifier: GPL-2.0-only */
/* aarch64: exceptions and state of host ECs (interface specification, 7.6 and 7.7). */
#include "tests/conformance/cpu.h"

#include "tests/conformance/conf.h"
#include "tests/lib/random.h"

/* clang-format off */
#define CODES(C) \
    C(udf) C(wfi) C(svc) C(hvc) C(smc) C(mrs) \
    C(msr) C(sve) C(sme) C(jump) C(data) C(pc) \
    C(read) C(write) C(protected) C(beyond) C(brk)
/* clang-format on */
#define CODE_EXTERN(name) extern const char code_##name[], code_##name##_end[];
CODES(CODE_EXTERN)
extern struct regs provoke_regs;

void write_return(uint64_t hva)
{
    *(volatile uint32_t *)hva = 0xd65f'03c0;
    __asm__ volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" : : "r"(hva) : "memory");
}

const unsigned page_fault_event[] = {EVENT_DABORT_LOWER, EVENT_IABORT_LOWER};
const size_t page_fault_count = 2;

enum : uint64_t { BEYOND = 1ull << 45 };
#define NOWHERE ((const char *)0x2000'0000)

/* ELR is at the instruction, behind an SVC (Arm ARM DDI 0487, "Preferred exception return
 * address"). The last instruction of the code raises the event. */
#define FAULT(name) .code = code_##name, .at = code_##name##_end - 4
#define TRAP(name) .code = code_##name, .at = code_##name##_end

/* ESR_EL2: class, and what is compared of the rest: status without level, write, length. */
#define CLASS(event) ((uint64_t)(event) << 26)
enum : uint64_t {
    CLASS_MASK = 0x3full << 26,
    IL = 1 << 25,
    WRITE = 1 << 6,
    STATUS_MASK = 0x3c, /* without the level */
    TRANSLATION = 0x04,
    PERMISSION = 0x0c,
};

const struct exception exceptions[] = {
    {"undefined instruction", FAULT(udf), EVENT_UNKNOWN, CLASS(EVENT_UNKNOWN) | IL, ~0ull},
    {"WFI", FAULT(wfi), EVENT_WFX, CLASS(EVENT_WFX) | IL, CLASS_MASK | IL},
    {"SVC that is no hypercall", TRAP(svc), EVENT_SVC64, CLASS(EVENT_SVC64) | IL | 2, ~0ull},
    {"HVC", FAULT(hvc), EVENT_UNKNOWN, CLASS(EVENT_UNKNOWN) | IL, ~0ull},
    {"SMC", FAULT(smc), EVENT_UNKNOWN, CLASS(EVENT_UNKNOWN) | IL, ~0ull},
    {"reading a system register", FAULT(mrs), EVENT_SYSREG, CLASS(EVENT_SYSREG) | IL | 1,
     CLASS_MASK | IL | 1},
    {"masking interrupts", FAULT(msr), EVENT_SYSREG, CLASS(EVENT_SYSREG) | IL, CLASS_MASK | IL | 1},
    {"SVE", FAULT(sve), EVENT_SVE, CLASS(EVENT_SVE) | IL, CLASS_MASK | IL,
     .may_be_undefined = true},
    {"SME", FAULT(sme), EVENT_SME, CLASS(EVENT_SME) | IL, CLASS_MASK | IL,
     .may_be_undefined = true},
    {"jump to nowhere", .code = code_jump, .at = NOWHERE, EVENT_IABORT_LOWER,
     CLASS(EVENT_IABORT_LOWER) | IL | TRANSLATION, CLASS_MASK | IL | STATUS_MASK, 0x2000'0000},
    {"jump to data", .code = code_data, .at = (const char *)&provoke_regs, EVENT_IABORT_LOWER,
     CLASS(EVENT_IABORT_LOWER) | IL | PERMISSION, CLASS_MASK | IL | STATUS_MASK,
     (uint64_t)&provoke_regs},
    {"misaligned jump", .code = code_pc, .at = code_pc + 2, EVENT_PC_ALIGN,
     CLASS(EVENT_PC_ALIGN) | IL, CLASS_MASK | IL, (uint64_t)code_pc + 2},
    {"read of nothing", FAULT(read), EVENT_DABORT_LOWER,
     CLASS(EVENT_DABORT_LOWER) | IL | TRANSLATION, CLASS_MASK | IL | WRITE | STATUS_MASK,
     0x2000'0000},
    {"write to nothing", FAULT(write), EVENT_DABORT_LOWER,
     CLASS(EVENT_DABORT_LOWER) | IL | WRITE | TRANSLATION, CLASS_MASK | IL | WRITE | STATUS_MASK,
     0x2000'0000},
    {"write to code", FAULT(protected), EVENT_DABORT_LOWER,
     CLASS(EVENT_DABORT_LOWER) | IL | WRITE | PERMISSION, CLASS_MASK | IL | WRITE | STATUS_MASK,
     (uint64_t)code_protected},
    {"address beyond all", FAULT(beyond), EVENT_DABORT_LOWER, CLASS(EVENT_DABORT_LOWER) | IL,
     CLASS_MASK | IL | WRITE, BEYOND},
    {"BRK", FAULT(brk), EVENT_BRK64, CLASS(EVENT_BRK64) | IL | 7, ~0ull},
};
const size_t exception_count = sizeof exceptions / sizeof *exceptions;

void exception_registers(struct regs *in)
{
    in->r[20] = BEYOND;
}

uint64_t behind_hypercall(const struct regs *in, size_t index)
{
    return in->r[index];
}

const unsigned trap_event = EVENT_SVC64, fpu_event = EVENT_FPU;

const struct mtd_bit mtd_bits[] = {
    {MTD_GPR, 0x000, 0x0f8, true},          {MTD_EL0_SP, 0x0f8, 0x100, true},
    {MTD_EL0_IDR, 0x100, 0x110, true},      {MTD_EL2_ELR_SPSR, 0x1e0, 0x1f0, true},
    {MTD_EL2_ESR_FAR, 0x1f0, 0x200, false},
};
const size_t mtd_bit_count = sizeof mtd_bits / sizeof *mtd_bits;

/* NZCV; BTYPE, as the CPU has set it. */
const uint64_t flags_changeable = 0xf000'0000, flags_given = 0xc00, flags_step = 0;

uint64_t *state_register(struct utcb *utcb, size_t index)
{
    return index == REG_SP ? &event_state(utcb)->sp_el0 : &event_state(utcb)->x[index];
}

uint64_t *state_flags(struct utcb *utcb)
{
    return &event_state(utcb)->spsr_el2;
}

uint64_t state_syndrome(struct utcb *utcb)
{
    return event_state(utcb)->esr_el2;
}

size_t fpu_width(void)
{
    return 16;
}

/* FPCR: AHP, DN, FZ, RMode; FPSR: QC and the flags of exceptions, which are not trapped. */
enum : uint64_t { FPCR_BITS = 0x07c0'0000, FPSR_BITS = 0x0800'009f };

const struct fpu_rest fpu_rest_initial = {};

struct fpu_rest fpu_rest_random(uint64_t *state)
{
    return (struct fpu_rest){.fpcr = random_next(state) & FPCR_BITS,
                             .fpsr = random_next(state) & FPSR_BITS};
}

void fpu_rest_load(const struct fpu_rest *rest)
{
    __asm__ volatile("msr fpcr, %0\n msr fpsr, %1" : : "r"(rest->fpcr), "r"(rest->fpsr));
}

struct fpu_rest fpu_rest_store(void)
{
    struct fpu_rest rest;
    __asm__ volatile("mrs %0, fpcr\n mrs %1, fpsr" : "=r"(rest.fpcr), "=r"(rest.fpsr));
    return rest;
}

bool fpu_rest_equals(const struct fpu_rest *a, const struct fpu_rest *b)
{
    return a->fpcr == b->fpcr && a->fpsr == b->fpsr;
}
