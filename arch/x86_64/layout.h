/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that assembly and C share. C asserts the offsets (ec.c, cpu.c, start.c).
 */
#pragma once

#define LAYOUT_VIRT 0xffffffff80000000 /* KERNEL_VIRT of arch/types.h */

/* Segment selectors; their order is what SYSCALL and SYSRET demand (SDM vol. 2, "SYSRET"). */
#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#define SEL_USER_DATA 0x1b
#define SEL_USER_CODE 0x23
#define SEL_TSS 0x30

/* struct cpu, by GS */
#define CPU_CURRENT 8
#define CPU_STACK_TOP 16
#define CPU_SHADOW_TOKEN 32
#define CPU_QUICK_HOST 40
#define CPU_HOST 48
#define CPU_SWITCH_WORK 56
#define CPU_AGAIN 0x78

/* struct arch_regs */
#define REGS_RAX 0x00
#define REGS_RCX 0x08
#define REGS_RDX 0x10
#define REGS_RBX 0x18
#define REGS_RBP 0x20
#define REGS_RSI 0x28
#define REGS_RDI 0x30
#define REGS_R8 0x38
#define REGS_R9 0x40
#define REGS_R10 0x48
#define REGS_R11 0x50
#define REGS_R12 0x58
#define REGS_R13 0x60
#define REGS_R14 0x68
#define REGS_R15 0x70
#define REGS_VECTOR 0x78
#define REGS_ERROR 0x80
#define REGS_RIP 0x88
#define REGS_CS 0x90
#define REGS_RFLAGS 0x98
#define REGS_RSP 0xa0
#define REGS_SS 0xa8
#define REGS_SIZE 0xb0

/*
 * regs.vector of an EC that came in by SYSCALL, and so may go out by SYSRET: what it is whenever the EC
 * is not between an exception or interrupt and the IRET that ends it.
 */
#define VECTOR_SYSCALL 0x100

/* struct ec, struct space_hst */
#define EC_CR2 0xb0
#define EC_HOST 0xc0
#define HOST_CR3 24

/* From here on a hypercall's status is not the whole story: HYPERCALL_RARE */
#define STATUS_RARE 0xa

#define VECTOR_NMI 2
#define VECTOR_NM 7
#define VECTOR_DF 8
#define VECTOR_GP 13
#define VECTOR_PF 14
#define VECTOR_MC 18
#define VECTOR_EXCEPTIONS 32 /* number of exceptions; their names: dump.c */
#define VECTOR_COUNT 256
#define VECTOR_STUB_SIZE 16 /* distance of the entry points in entry.S */

#define USER_RFLAGS 0x202 /* IF, and bit 1 which is always set */

/* struct boot_entry */
#define BOOT_ENTRY_REG 0
#define BOOT_ENTRY_STC 24
#define BOOT_ENTRY_IMAGE 32

/* Code that only some CPUs run: see patch.h. */
#define FEATURE_SMAP 0
#define FEATURE_SHADOW_STACK 1
#define FEATURE_VERW 2

/* The page that other CPUs start in (trampoline.S). */
#define TRAMPOLINE_BASE 0x1000
