/* SPDX-License-Identifier: GPL-2.0-only */
/* What to say when the kernel itself takes an exception, and the dump that each panic ends with. */

#include "arch/aarch64/fault.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/start.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/cpu.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/device/console.h"

static_assert(offsetof(struct cpu, arch.fault) == CPU_FAULT_FRAME, "vectors.S");
static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP, "vectors.S");
static_assert(offsetof(struct fault_frame, sp) == FAULT_SP, "vectors.S");
static_assert(offsetof(struct fault_frame, entered) == FAULT_ENTERED, "vectors.S");
static_assert(offsetof(struct fault_frame, kind) == FAULT_ENTERED + 8, "vectors.S");
static_assert(sizeof(struct fault_frame) == FAULT_FRAME_SIZE && FAULT_FRAME_SIZE % 16 == 0);

enum : unsigned { BACKTRACE_MAX = 16, STACK_SIZE = PAGE_SIZE << CPU_STACK_ORDER };

/* Arm ARM, ESR_EL2: exception classes that the kernel can run into. */
enum : unsigned { EC_INSTRUCTION_ABORT_SAME = 0x21, EC_DATA_ABORT_SAME = 0x25 };
static const struct {
    uint8_t class;
    const char *words;
} classes[] = {
    {0x00, "undefined instruction"},
    {0x07, "access to SIMD registers"},
    {0x0d, "branch to something that is no branch target"},
    {0x0e, "illegal execution state"},
    {0x18, "trapped system register access"},
    {0x1c, "return address with a wrong signature"},
    {EC_INSTRUCTION_ABORT_SAME, "instruction abort"},
    {0x22, "misaligned program counter"},
    {EC_DATA_ABORT_SAME, "data abort"},
    {0x26, "misaligned stack pointer"},
    {0x2f, "SError"},
    {0x3c, "BRK instruction"},
};

static const char *class_words(unsigned class)
{
    for (unsigned i = 0; i < ARRAY_SIZE(classes); i++)
        if (classes[i].class == class)
            return classes[i].words;
    return "unexpected exception";
}

/* Fault status code of an abort (ESR_EL2, "ISS encoding for an exception from a Data Abort"). */
static const char *status_words(unsigned status)
{
    static const char *const by_level[] = {"address size fault", "translation fault",
                                           "access flag fault", "permission fault"};
    if (status < 4 * ARRAY_SIZE(by_level))
        return by_level[status / 4];
    switch (status) {
    case 0x10:
        return "external abort";
    case 0x21:
        return "alignment fault";
    case 0x30:
        return "conflicting TLB entries";
    default:
        return "other fault";
    }
}

/* Pointer authentication puts its code above the 48 bits that EL2 translates. */
static uint64_t strip(uint64_t address)
{
    return address & low_bits(48);
}

/* Is `address` the one behind a call instruction of the kernel: BL or BLR? */
static bool is_return_address(uint64_t address)
{
    if (!is_aligned(address, 4) || address < KERNEL_VIRT + IMAGE_HEAD_SIZE + 4 ||
        address >= (uintptr_t)image_text_end)
        return false;
    const uint32_t call = *(const uint32_t *)(address - 4); /* NOLINT: in the kernel's text */
    return (call & 0xfc00'0000) == 0x9400'0000 || (call & 0xffff'fc1f) == 0xd63f'0000;
}

static void backtrace(const struct cpu *cpu, uint64_t link, uint64_t sp)
{
    const uint64_t top = (uintptr_t)cpu->stack_top;
    unsigned count = 0;
    if (is_return_address(strip(link)))
        console_print(CONSOLE_ERROR, "  #%u %#014lx", count++, strip(link));
    if (!is_aligned(sp, 8) || sp >= top)
        return;
    /* An overflown stack pointer stands below the lowest byte: the deepest calls are above it. */
    for (uint64_t at = max_u64(sp, top - STACK_SIZE); at < top && count < BACKTRACE_MAX; at += 8) {
        const uint64_t word = strip(*(const uint64_t *)at); /* NOLINT: on the kernel's stack */
        if (is_return_address(word))
            console_print(CONSOLE_ERROR, "  #%u %#014lx", count++, word);
    }
}

static void dump_frame(const struct fault_frame *f)
{
    for (unsigned i = 0; i < 30; i += 3)
        console_print(CONSOLE_ERROR, "  X%-2u %016lx  X%-2u %016lx  X%-2u %016lx", i, f->x[i],
                      i + 1, f->x[i + 1], i + 2, f->x[i + 2]);
    console_print(CONSOLE_ERROR, "  X30 %016lx  SP  %016lx", f->x[30], f->sp);
    console_print(CONSOLE_ERROR, "  ELR %016lx  SPSR %08lx  ESR %010lx  FAR %016lx  HPFAR %010lx",
                  SYSREG_READ(elr_el2), SYSREG_READ(spsr_el2), SYSREG_READ(esr_el2),
                  SYSREG_READ(far_el2), SYSREG_READ(hpfar_el2));
}

void arch_cpu_dump(void)
{
    const struct cpu *const cpu = cpu_local();
    const struct fault_frame *const f = cpu->arch.fault;
    console_print(CONSOLE_ERROR, "  MPIDR %#lx  HCR %#lx  SCTLR %#lx  VTTBR %#lx  EC %#lx",
                  SYSREG_READ(mpidr_el1), SYSREG_READ(hcr_el2), SYSREG_READ(sctlr_el2),
                  SYSREG_READ(vttbr_el2), (uintptr_t)cpu->current);
    if (f->entered) {
        dump_frame(f);
        backtrace(cpu, f->x[30], f->sp);
    } else {
        backtrace(cpu, 0, (uintptr_t)__builtin_frame_address(0));
    }
}

static bool is_stack_overflow(const struct cpu *cpu, uint64_t far)
{
    const uint64_t bottom = (uintptr_t)cpu->stack_top - STACK_SIZE;
    return far < bottom && far >= bottom - PAGE_SIZE;
}

static const char *const kind_words[] = {
    [FAULT_SYNC] = "exception", [FAULT_IRQ] = "IRQ with SP_EL0",        [FAULT_FIQ] = "FIQ",
    [FAULT_SERROR] = "SError",  [FAULT_LOWER_FIQ] = "FIQ in user mode",
};

[[noreturn]] void fault_report(const struct fault_frame *frame)
{
    const uint64_t esr = SYSREG_READ(esr_el2), far = SYSREG_READ(far_el2);
    const unsigned class = (unsigned)sysreg_field(esr, 31, 26);
    const uint64_t elr = SYSREG_READ(elr_el2);
    if (frame->kind != FAULT_SYNC)
        panic("%s at %#lx", kind_words[frame->kind], elr);
    if (class != EC_DATA_ABORT_SAME && class != EC_INSTRUCTION_ABORT_SAME)
        panic("%s at %#lx", class_words(class), elr);
    if (is_stack_overflow(cpu_local(), far))
        panic("kernel stack overflow at %#lx", elr);
    panic("%s, %s of %#lx at %#lx", class_words(class), status_words(esr & 0x3f), far, elr);
}

void fault_use_stack(struct cpu *cpu, void *stack)
{
    void *const top = (char *)stack + FAULT_STACK_SIZE; /* 16-byte aligned, as SP must be */
    cpu->arch.fault = (struct fault_frame *)top - 1;
    cpu->arch.fault->entered = 0;
}
