/* SPDX-License-Identifier: GPL-2.0-only */
/* The boot CPU's first C, at the kernel's own addresses. */

#include "arch/x86_64/start.h"

#include "arch/x86_64/cet.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/image.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/patch.h"
#include "arch/x86_64/space.h"
#include "arch/x86_64/tables.h"
#include "kernel/base/bits.h"

/* start.S fills reg, stc and image. */
struct boot_entry boot_entry = {
    .uefi = {.map = {UINT64_MAX}, .rsdp = {UINT64_MAX}, .fdt = {UINT64_MAX}},
};
static_assert(offsetof(struct boot_entry, reg) == BOOT_ENTRY_REG);
static_assert(offsetof(struct boot_entry, stc) == BOOT_ENTRY_STC);
static_assert(offsetof(struct boot_entry, image) == BOOT_ENTRY_IMAGE);

/* Below it a page that is unmapped, so that an overflow is a fault. */
[[gnu::aligned(4096), gnu::used]] static struct {
    char guard[PAGE_SIZE];
    char stack[PAGE_SIZE << CPU_STACK_ORDER];
} boot_stack;
__asm__(".globl boot_stack_top\n"
        ".set boot_stack_top, boot_stack + 3 * 4096");
static_assert(sizeof boot_stack == 3 * PAGE_SIZE);

[[noreturn]] void start_boot(void)
{
    boot_cpu.self = &boot_cpu;
    boot_cpu.stack_top = boot_stack.stack + sizeof boot_stack.stack;
    tables_load_early(&boot_cpu);
    patch_apply();
    space_boot(&boot_stack.guard);
    cpu_limits_read();
    boot_entry.image_size = (uint64_t)(image_end - image_start);
    boot_entry.free = paddr(boot_entry.image.raw + (uint64_t)(image_free - image_start));
    cet_enter(cet_prepare(&boot_cpu));
    boot_main(&boot_entry);
}
