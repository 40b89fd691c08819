/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the CPU's first instructions to the portable boot code, and back for the other CPUs.
 *
 * arch/<cpu>/start.* enters the kernel in the state that the boot loader left, switches to the
 * kernel's own page tables and a stack, and calls boot_main once, on the boot CPU.
 */
#pragma once

#include "kernel/base/types.h"

/* What only the start code can know. Addresses are physical. */
struct boot_entry {
    uint64_t reg[3];     /* X0, X1, X2 on aarch64; EAX, EBX, 0 on x86_64, as the loader left them */
    uint64_t stc;        /* system time counter at the first instruction                          */
    paddr_t image;       /* where the image was loaded; a multiple of 2 MiB                       */
    uint64_t image_size; /* bytes that are mapped at KERNEL_VIRT: the linked footprint           */
    paddr_t free;        /* first byte behind code and data: the kernel's pool starts here        */
    struct uefi_handover {
        paddr_t map; /* memory map, as GetMemoryMap left it; UINT64_MAX if there is none         */
        uint32_t map_size;
        uint16_t desc_size, desc_version;
        paddr_t rsdp; /* from the configuration table; UINT64_MAX if there is none               */
        paddr_t fdt;  /* likewise                                                                */
    } uefi;
};

/*
 * Portable boot code of the boot CPU (kernel/boot/main.c). Never returns: it ends in user mode, or
 * idle when there is no usable root image.
 * Context: kernel page tables and stack of this CPU, interrupts off; arch_cpu_local() answers
 * `boot_cpu`, whose other members are zero.
 */
[[noreturn]] void boot_main(const struct boot_entry *entry);

/*
 * Portable boot code of every other CPU, called by its start code with the kernel's page tables, on
 * the stack of `cpu` (cpu->stack_top), with arch_cpu_local() == cpu.
 */
struct cpu;
[[noreturn]] void boot_secondary(struct cpu *cpu);

/*
 * Map [image + image_size, image + image_size + bytes) behind the image at KERNEL_VIRT, read-write,
 * not executable. `bytes` is a multiple of 2 MiB; image_size + bytes is at most 512 MiB. Called at
 * most once, before the frame allocator exists: uses no memory but the image's own static tables.
 */
void arch_boot_extend(const struct boot_entry *entry, uint64_t bytes);
