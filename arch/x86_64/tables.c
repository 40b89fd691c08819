/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/tables.h"

#include "arch/x86_64/insn.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/space.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kmap.h"

enum : unsigned { IST_STACK_ORDER = 0, TABLES_ORDER = 2 };
enum : uint64_t { IST_STACK_SIZE = PAGE_SIZE << IST_STACK_ORDER };
static_assert(sizeof(struct cpu_tables) <= PAGE_SIZE << TABLES_ORDER);

/* Entry points of all vectors, VECTOR_STUB_SIZE apart: entry.S. */
extern const char entry_vectors[];

/* SDM vol. 3, "64-Bit IDT Gate Descriptors". */
struct gate {
    uint64_t low, high;
};
static_assert(sizeof(struct gate) == 16);

enum : uint64_t {
    GATE_INTERRUPT = UINT64_C(0x8e) << 40, /* present, interrupt gate (clears IF), DPL 0 */
    GATE_DPL3 = UINT64_C(3) << 45,
    GATE_IST_SHIFT = 32,

    DESC_KERNEL_CODE = UINT64_C(0x00af'9b00'0000'ffff), /* 64-bit code, accessed, DPL 0 */
    DESC_KERNEL_DATA = UINT64_C(0x00cf'9300'0000'ffff),
    DESC_USER_DATA = UINT64_C(0x00cf'f300'0000'ffff),
    DESC_USER_CODE = UINT64_C(0x00af'fb00'0000'ffff),
    DESC_TSS = UINT64_C(0x89) << 40, /* present, 64-bit TSS, available */
};

/* Shared by all CPUs; read-only once filled. */
alignas(PAGE_SIZE) static struct gate idt[VECTOR_COUNT];

alignas(PAGE_SIZE) static struct cpu_tables boot_tables;
alignas(PAGE_SIZE) static char boot_ist_stack[IST_STACK_SIZE];

struct [[gnu::packed]] table_pointer {
    uint16_t limit;
    uint64_t base;
};

static enum ist vector_ist(unsigned vector)
{
    switch (vector) {
    case VECTOR_NMI:
        return IST_NMI;
    case VECTOR_DF:
        return IST_DF;
    case VECTOR_MC:
        return IST_MC;
    case VECTOR_GP:
        return IST_GP;
    default:
        return (enum ist)0;
    }
}

static void idt_fill(void)
{
    for (unsigned v = 0; v < VECTOR_COUNT; v++) {
        const uint64_t at = (uint64_t)entry_vectors + (uint64_t)v * VECTOR_STUB_SIZE;
        const bool user = v == 3 || v == 4; /* INT3 and INTO are for everyone */
        idt[v].low = (at & 0xffff) | (at & 0xffff'0000) << 32 | (uint64_t)SEL_KERNEL_CODE << 16 |
                     (uint64_t)vector_ist(v) << GATE_IST_SHIFT | GATE_INTERRUPT |
                     (user ? GATE_DPL3 : 0);
        idt[v].high = at >> 32;
    }
    space_seal(idt);
}

static void tables_fill(struct cpu *cpu)
{
    struct cpu_tables *const t = cpu->arch.tables;
    const uint64_t base = (uint64_t)&t->tss;
    const uint64_t limit = offsetof(struct cpu_tables, io_bitmap_end); /* its first byte counts */
    t->tss.rsp[0] = (uint64_t)cpu->stack_top;
    t->tss.iomap_base = IO_BITMAP_NONE;
    t->io_bitmap_end = ~UINT64_C(0);
    t->gdt[SEL_KERNEL_CODE / 8] = DESC_KERNEL_CODE;
    t->gdt[SEL_KERNEL_DATA / 8] = DESC_KERNEL_DATA;
    t->gdt[SEL_USER_DATA / 8] = DESC_USER_DATA;
    t->gdt[SEL_USER_CODE / 8] = DESC_USER_CODE;
    t->gdt[SEL_TSS / 8] =
        DESC_TSS | (limit & 0xffff) | (base & 0xff'ffff) << 16 | (base >> 24 & 0xff) << 56;
    t->gdt[SEL_TSS / 8 + 1] = base >> 32;
}

static void registers_load(const struct cpu_tables *t)
{
    const struct table_pointer gdtr = {sizeof t->gdt - 1, (uint64_t)t->gdt};
    const struct table_pointer idtr = {sizeof idt - 1, (uint64_t)idt};
    __asm__ volatile("lgdt %0" : : "m"(gdtr));
    __asm__ volatile("lidt %0" : : "m"(idtr));
    __asm__ volatile("lldt %w0" : : "r"(0));
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
}

/*
 * CS and the null data segments stay valid: the kernel's code selector is the same in every GDT. FS
 * and GS bases are set after the GDT, as loading a selector may change them.
 */
static void gs_set(struct cpu *cpu)
{
    wrmsr(IA32_FS_BASE, 0);
    wrmsr(IA32_GS_BASE, (uint64_t)cpu);
    wrmsr(IA32_KERNEL_GS_BASE, 0);
}

void tables_load_early(struct cpu *cpu)
{
    gs_set(cpu);
    cpu->arch.tables = &boot_tables;
    tables_fill(cpu);
    for (unsigned i = IST_NMI; i < IST_END; i++)
        boot_tables.tss.ist[i - 1] = (uint64_t)(boot_ist_stack + sizeof boot_ist_stack);
    idt_fill();
    registers_load(&boot_tables);
}

void tables_load(struct cpu *cpu)
{
    if (cpu != &boot_cpu) {
        gs_set(cpu);
        cpu->arch.tables = frame_alloc(TABLES_ORDER, FRAME_ZERO);
        if (cpu->arch.tables == nullptr)
            panic("no memory for CPU %u: build with a larger pool", cpu->id);
        tables_fill(cpu);
    }
    for (unsigned i = IST_NMI; i < IST_END; i++) {
        const void *const top = kmap_stack(IST_STACK_ORDER);
        if (top == nullptr)
            panic("no memory for the stacks of CPU %u: build with a larger pool", cpu->id);
        cpu->arch.tables->tss.ist[i - 1] = (uint64_t)top;
    }
    if (cpu != &boot_cpu)
        registers_load(cpu->arch.tables);
}

const void *tables_ist_top(const struct cpu *cpu, uint64_t sp)
{
    for (unsigned i = IST_NMI; i < IST_END; i++) {
        const uint64_t top = cpu->arch.tables->tss.ist[i - 1];
        if (sp >= top - IST_STACK_SIZE && sp < top)
            return (const void *)top; /* NOLINT: a stack */
    }
    return nullptr;
}
