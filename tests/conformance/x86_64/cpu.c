/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64: exceptions and state of host ECs (interface specification, 8.6 and 8.7). */
#include "tests/conformance/cpu.h"

#include "tests/conformance/conf.h"
#include "tests/lib/random.h"

/* clang-format off */
#define CODES(C) \
    C(de) C(db) C(bp) C(of) C(ud) C(gp) \
    C(gp_int) C(gp_port) C(gp_address) C(gp_rdmsr) C(pf_read) C(pf_write) \
    C(pf_execute) C(pf_protected) C(pf_data) C(mf)
/* clang-format on */
#define CODE_EXTERN(name) extern const char code_##name[], code_##name##_end[];
CODES(CODE_EXTERN)
extern struct regs provoke_regs;

void write_return(uint64_t hva)
{
    *(volatile uint8_t *)hva = 0xc3;
}

const unsigned page_fault_event[] = {EVENT_HST_PF};
const size_t page_fault_count = 1;

#define NOWHERE ((const char *)0x2000'0000)

/* Faults are told at the instruction, traps behind it (SDM vol. 3, "Exception and Interrupt
 * Reference"). */
#define FAULT(name) .code = code_##name, .at = code_##name
#define TRAP(name) .code = code_##name, .at = code_##name##_end

/* Bits of a page fault's error code. */
enum : uint64_t { P = 1, W = 2, U = 4, I = 16 };

const struct exception exceptions[] = {
    {"division by zero", FAULT(de), EVENT_HST_DE, 0, ~0ull},
    {"single step", TRAP(db), EVENT_HST_DB, 0, ~0ull},
    {"breakpoint", TRAP(bp), EVENT_HST_BP, 0, ~0ull},
    {"overflow", TRAP(of), EVENT_HST_OF, 0, ~0ull},
    {"undefined instruction", FAULT(ud), EVENT_HST_UD, 0, ~0ull},
    {"privileged instruction", FAULT(gp), EVENT_HST_GP, 0, ~0ull},
    {"interrupt without a gate", FAULT(gp_int), EVENT_HST_GP, 0x80 * 8 + 2, ~0ull},
    {"port that is not ours", FAULT(gp_port), EVENT_HST_GP, 0, ~0ull},
    {"no canonical address", FAULT(gp_address), EVENT_HST_GP, 0, ~0ull},
    {"reading an MSR", FAULT(gp_rdmsr), EVENT_HST_GP, 0, ~0ull},
    {"read of nothing", FAULT(pf_read), EVENT_HST_PF, U, ~0ull, 0x2000'0000},
    {"write to nothing", FAULT(pf_write), EVENT_HST_PF, U | W, ~0ull, 0x2000'0123},
    {"jump to nowhere", .code = code_pf_execute, .at = NOWHERE, EVENT_HST_PF, U | I, ~0ull,
     0x2000'0000},
    {"write to code", FAULT(pf_protected), EVENT_HST_PF, P | U | W, ~0ull, (uint64_t)provoke},
    {"jump to data", .code = code_pf_data, .at = (const char *)&provoke_regs, EVENT_HST_PF,
     P | U | I, ~0ull, (uint64_t)&provoke_regs},
    {"x87 exception", .code = code_mf, .at = code_mf_end, EVENT_HST_MF, 0, ~0ull},
};
const size_t exception_count = sizeof exceptions / sizeof *exceptions;

void exception_registers(struct regs *in)
{
    in->r[1] = 0;                     /* RCX: divisor, number of an MSR */
    in->r[3] = 0x8000'0000'0000'0000; /* RBX: no canonical address      */
}

/* RCX and R11 are RIP and RFLAGS (SDM vol. 2, "SYSRET"). */
uint64_t behind_hypercall(const struct regs *in, size_t index)
{
    return index == 1                          ? (uint64_t)hypercall_back
           : index == 11 || index == REG_FLAGS ? 0x202
                                               : in->r[index];
}

const unsigned trap_event = EVENT_HST_BP, fpu_event = EVENT_HST_NM;

const struct mtd_bit mtd_bits[] = {
    {MTD_GPR_0_7, 0x00, 0x40, true}, {MTD_GPR_8_15, 0x40, 0x80, true},
    {MTD_RFLAGS, 0x80, 0x88, true},  {MTD_RIP, 0x88, 0x90, true},
    {MTD_QUAL, 0xa0, 0xb8, false},
};
const size_t mtd_bit_count = sizeof mtd_bits / sizeof *mtd_bits;

/* CF, PF, AF, ZF, SF, DF, OF, ID; AC, IF, bit 1; TF (SDM vol. 1, "EFLAGS Register"). */
const uint64_t flags_changeable = 0x20'0cd5, flags_given = 0x4'0202, flags_step = 0x100;

uint64_t *state_register(struct utcb *utcb, size_t index)
{
    return &event_state(utcb)->rax + index;
}

uint64_t *state_flags(struct utcb *utcb)
{
    return &event_state(utcb)->rflags;
}

uint64_t state_syndrome(struct utcb *utcb)
{
    return event_state(utcb)->qual[0];
}

extern bool fpu_is_wide;
bool fpu_is_wide;

/* AVX, if CPU and kernel have it: CPUID.1:ECX.OSXSAVE, XCR0 bits 1 and 2. */
static bool is_wide(void)
{
    uint32_t eax = 1, ebx, ecx = 0, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if (!(ecx & 1u << 27))
        return false;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return (eax & 6) == 6;
}

size_t fpu_width(void)
{
    fpu_is_wide = is_wide();
    return fpu_is_wide ? 32 : 16;
}

/* SDM vol. 1, "FXSAVE Area": as far as it is looked at here. */
struct image {
    alignas(16) uint16_t fcw;
    uint16_t fsw, ftw, unused0[9];
    uint32_t mxcsr, unused1;
    uint16_t st[8][8];
    uint8_t unused2[352];
};
static_assert(sizeof(struct image) == 512);

enum : uint16_t { FCW_INITIAL = 0x37f, FCW_PRECISION_ROUNDING = 0xf00, FSW_QUIET = 0x7f7f };
enum : uint32_t { MXCSR_INITIAL = 0x1f80, MXCSR_ROUNDING_FLAGS = 0xe03f };

const struct fpu_rest fpu_rest_initial = {.fcw = FCW_INITIAL, .mxcsr = MXCSR_INITIAL};

/* All exceptions are masked: flags that are set raise nothing. */
struct fpu_rest fpu_rest_random(uint64_t *state)
{
    struct fpu_rest rest = {
        .fcw = (uint16_t)(FCW_INITIAL ^ (random_next(state) & FCW_PRECISION_ROUNDING)),
        .fsw = (uint16_t)(random_next(state) & FSW_QUIET),
        .ftw = (uint16_t)(random_next(state) & 0xff),
        .mxcsr = MXCSR_INITIAL ^ (random_next(state) & MXCSR_ROUNDING_FLAGS),
    };
    for (size_t i = 0; i < 8; i++)
        for (size_t w = 0; w < 5; w++)
            rest.st[i][w] = (uint16_t)random_next(state);
    return rest;
}

void fpu_rest_load(const struct fpu_rest *rest)
{
    struct image image;
    __asm__ volatile("fxsave64 %0" : "=m"(image)); /* vectors stay as they are */
    image.fcw = rest->fcw;
    image.fsw = rest->fsw;
    image.ftw = rest->ftw;
    image.mxcsr = rest->mxcsr;
    for (size_t i = 0; i < 8; i++)
        for (size_t w = 0; w < 5; w++)
            image.st[i][w] = rest->st[i][w];
    __asm__ volatile("fxrstor64 %0" : : "m"(image));
}

struct fpu_rest fpu_rest_store(void)
{
    struct image image;
    __asm__ volatile("fxsave64 %0" : "=m"(image));
    struct fpu_rest rest = {
        .fcw = image.fcw, .fsw = image.fsw, .ftw = image.ftw & 0xff, .mxcsr = image.mxcsr};
    for (size_t i = 0; i < 8; i++)
        for (size_t w = 0; w < 5; w++)
            rest.st[i][w] = image.st[i][w];
    return rest;
}

bool fpu_rest_equals(const struct fpu_rest *a, const struct fpu_rest *b)
{
    bool equal = a->fcw == b->fcw && a->fsw == b->fsw && a->ftw == b->ftw && a->mxcsr == b->mxcsr;
    for (size_t i = 0; i < 8; i++)
        for (size_t w = 0; w < 5; w++)
            equal = equal && a->st[i][w] == b->st[i][w];
    return equal;
}
