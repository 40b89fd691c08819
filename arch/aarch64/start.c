/* SPDX-License-Identifier: GPL-2.0-only */
/* The first C functions of each CPU. */

#include "arch/aarch64/start.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/cpu.h"
#include "arch/aarch64/fault.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/cpu.h"
#include "kernel/base/bits.h"
#include "kernel/device/console.h"
#include "kernel/firmware/uefi.h"
#include "platforms/board.h"

static_assert(sizeof(struct uefi_handover) <= START_UEFI_SIZE, "start.S");
static_assert(BOOT_STACK_SIZE == PAGE_SIZE << CPU_STACK_ORDER, "start.S");
static_assert(offsetof(struct start_slot, cpu) == 8, "start.S");
static_assert(offsetof(struct cpu, arch.mpidr) == CPU_MPIDR, "start.S");
static_assert(offsetof(struct board, gicd) == BOARD_GICD, "el3.S");
static_assert(offsetof(struct board, gicc) == BOARD_GICC, "el3.S");

uint64_t arch_stc_offset;

static struct boot_entry entry;
alignas(16) static char boot_fault_stack[FAULT_STACK_SIZE];

/* Bits of each word depend on all bits of the one before (the finalizer of SplitMix64). */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e37'79b9'7f4a'7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58'476d'1ce4'e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d0'49bb'1331'11eb);
    return x ^ x >> 31;
}

/* A random number of the CPU (FEAT_RNG), or 0 when it has none to give. */
static uint64_t random_number(void)
{
    const bool has_rng = sysreg_field(SYSREG_READ(id_aa64isar0_el1), 63, 60) != 0;
    return has_rng ? SYSREG_READ(s3_3_c2_c4_0) : 0; /* RNDR reads as 0 on failure */
}

struct start_random start_random(void)
{
    struct start_random r = {};
    r.lo = mix(SYSREG_READ(cntpct_el0) ^ random_number());
    r.hi = mix(r.lo ^ SYSREG_READ(mpidr_el1) ^ random_number());
    return r;
}

[[noreturn]] void start_main(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t stc, uint64_t image,
                             uint64_t size)
{
    boot_cpu.self = &boot_cpu;
    boot_cpu.stack_top = boot_stack_top;
    fault_use_stack(&boot_cpu, boot_fault_stack);
    cpu_find_features();

    const void *const uefi = (const char *)KERNEL_VIRT + size - START_UEFI_SIZE; /* NOLINT */
    entry = (struct boot_entry){
        .reg = {x0, x1, x2},
        .stc = stc,
        .image = paddr(image),
        .image_size = size,
        .free = paddr(image + ((uintptr_t)image_data_end - KERNEL_VIRT)),
        .uefi = *(const struct uefi_handover *)uefi,
    };
    boot_main(&entry);
}

[[noreturn]] void start_secondary(struct cpu *cpu)
{
    if (!cpu_has_features()) {
        console_print(CONSOLE_WARN,
                      "CPU with MPIDR %#lx: fewer bits of addresses or VMIDs than the boot CPU",
                      cpu_mpidr());
        arch_cpu_stop(); /* the boot CPU waits for it in vain */
    }
    arch_cpu_init(cpu);
    if (!start_claim(cpu))
        arch_cpu_stop();
    boot_secondary(cpu);
}

void arch_boot_extend(const struct boot_entry *boot, uint64_t bytes)
{
    for (uint64_t at = boot->image_size; at < boot->image_size + bytes; at += 2 * MIB)
        table_kernel_2m[at / (2 * MIB)] = (boot->image.raw + at) | arch_kernel_leaf(KMAP_WRITE, 1);
    dsb_ishst(); /* nothing was mapped there before: no TLB maintenance */
    isb();
}
