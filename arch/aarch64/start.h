/* SPDX-License-Identifier: GPL-2.0-only */
/* Between start.S and C. Symbols of kernel.ld are addresses: only `&symbol` means anything. */
#pragma once

#include "arch/contract/boot.h"

/* In the order of kernel.ld; image_file_end is 64-byte aligned, the others page-aligned. */
extern const char image_text_end[], image_rodata_end[], image_file_end[], image_bss_end[];
extern const char image_guard[], image_data_end[];

extern uint64_t table_root[512], table_kernel_1g[512], table_kernel_2m[512], table_kernel_4k[512];
extern uint64_t table_identity[512], table_identity_1g[512], table_identity_2m[512];
extern char boot_stack_top[];

/*
 * What the boot CPU offers to the CPU it is starting, the one with that MPIDR (with MPIDR_VALID). 0:
 * nothing.
 */
struct start_slot {
    _Atomic uint64_t mpidr;
    struct cpu *cpu;
};
extern struct start_slot start_slot;

/* MPIDR of the CPU that asked last to be the boot CPU, and of the one that is; 0 0: entered at EL2. */
extern uint64_t start_el3[2];

/*
 * The CPU that `cpu` was offered to is ready to work. Answers false if it is too late: the boot CPU has
 * gone on without it. Context: that CPU, set up.
 */
bool start_claim(struct cpu *cpu);

/* First instruction of a started CPU. */
extern const char start_secondary_entry[];

/*
 * If the loader is a Multiboot2 one that left UEFI boot services alive (tags 12 and 20), end them and
 * note what they told; otherwise note that there is none. X0 and X1 as the loader left them.
 * Context: the loader's: before the kernel's page tables, at the image's physical address.
 */
void start_uefi(uint64_t x0, uint64_t x1, struct uefi_handover *out);

/*
 * Fill the static page tables for an image of `size` bytes loaded at `image`: the kernel's, and a
 * copy with a read-only identity mapping of the image for switching the MMU on. `text_bits` go into
 * descriptors of code.
 * Context: MMU off, at the image's physical address.
 */
void start_map(uint64_t image, uint64_t size, uint64_t text_bits);

/* 128 bits for the key that signs return addresses. Context: this CPU is not signing yet. */
struct start_random {
    uint64_t lo, hi;
};
struct start_random start_random(void);

/*
 * First C function of the boot CPU, with its registers and time at the entry and the image's place,
 * and of another CPU.
 */
[[noreturn]] void start_main(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t stc, uint64_t image,
                             uint64_t size);
[[noreturn]] void start_secondary(struct cpu *cpu);
