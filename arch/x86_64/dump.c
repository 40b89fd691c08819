/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/dump.h"

#include "arch/contract/cpu.h"
#include "arch/x86_64/image.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/tables.h"
#include "kernel/base/bits.h"
#include "kernel/cpu/cpu.h"
#include "kernel/device/console.h"
#include "kernel/mm/phys.h"

enum : unsigned { BACKTRACE_MAX = 16 };

/* SDM vol. 3, "Exceptions and Interrupts" */
static const char names[VECTOR_EXCEPTIONS][8] = {
    "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "9",   "#TS",
    "#NP", "#SS", "#GP", "#PF", "15",  "#MF", "#AC", "#MC", "#XM", "#VE", "#CP",
    "22",  "23",  "24",  "25",  "26",  "27",  "#HV", "#VC", "#SX", "31",
};

const char *dump_vector_name(unsigned vector)
{
    return vector < VECTOR_EXCEPTIONS ? names[vector] : "interrupt";
}

#define LINE(...) console_print(CONSOLE_ERROR, __VA_ARGS__)

static void dump_regs(const struct arch_regs *r)
{
    LINE(" RIP %016lx  CS %04lx  RFLAGS %08lx  error code %#lx", r->rip, r->cs, r->rflags,
         r->error);
    LINE(" RSP %016lx  SS %04lx  CR2 %016lx  CR3 %016lx", r->rsp, r->ss, read_cr2(), read_cr3());
    LINE(" RAX %016lx RBX %016lx RCX %016lx RDX %016lx", r->rax, r->rbx, r->rcx, r->rdx);
    LINE(" RSI %016lx RDI %016lx RBP %016lx R8  %016lx", r->rsi, r->rdi, r->rbp, r->r8);
    LINE(" R9  %016lx R10 %016lx R11 %016lx R12 %016lx", r->r9, r->r10, r->r11, r->r12);
    LINE(" R13 %016lx R14 %016lx R15 %016lx CR4 %016lx", r->r13, r->r14, r->r15, read_cr4());
}

/* Does a CALL end right before `at`? E8 rel32, or FF /2 with any addressing (SDM vol. 2, "CALL"). */
static bool is_return_address(uint64_t at)
{
    if (at < (uint64_t)image_start + PAGE_SIZE + 8 || at >= (uint64_t)image_text_end)
        return false;
    const uint8_t *const p = (const uint8_t *)at; /* NOLINT: text is readable */
    if (p[-5] == 0xe8)
        return true;
    for (int length = 2; length <= 7; length++)
        if (p[-length] == 0xff && (p[1 - length] >> 3 & 7) == 2)
            return true;
    return false;
}

/* One past the last word of the stack that `sp` is on; nullptr if it is on none of ours. */
static const uint64_t *stack_top(const struct cpu *cpu, uint64_t sp)
{
    const uint64_t top = (uint64_t)cpu->stack_top;
    if (sp >= top - (PAGE_SIZE << CPU_STACK_ORDER) && sp < top)
        return cpu->stack_top;
    return tables_ist_top(cpu, sp);
}

static void backtrace(const struct cpu *cpu, uint64_t sp)
{
    const uint64_t *const top = stack_top(cpu, sp);
    if (top == nullptr || !is_aligned(sp, sizeof(uint64_t))) {
        LINE(" no backtrace: %016lx is not on a stack of this CPU", sp);
        return;
    }
    unsigned count = 0;
    for (const uint64_t *at = (const uint64_t *)sp; at < top && count < BACKTRACE_MAX;
         at++) /* NOLINT */
        if (is_return_address(*at)) {
            LINE(" called from %016lx", *at);
            count++;
        }
}

void arch_cpu_dump(void)
{
    const struct cpu *const cpu = cpu_local();
    const struct arch_regs *const fault = cpu->arch.fault;
    uint64_t sp;
    __asm__("mov %%rsp, %0" : "=r"(sp));
    if (fault != nullptr) {
        dump_regs(fault);
        sp = fault->rsp;
    }
    LINE(" image at %016lx, linked at %016lx", kernel_phys, KERNEL_VIRT);
    backtrace(cpu, sp);
}
