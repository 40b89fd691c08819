/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What assembly files share with C: offsets into structs (asserted where the structs are known) and
 * register values. Everything here is a plain number, so both sides can include it.
 */
#pragma once

/* struct cpu (kernel/cpu/cpu.h, arch/types.h) */
#define CPU_CURRENT 8
#define CPU_STACK_TOP 16
#define CPU_FAULT_FRAME 32
#define CPU_WORLD 40
#define CPU_MPIDR 56
#define CPU_AGAIN 128

/* struct ec (kernel/obj/ec.h, arch/types.h), struct space_hst (kernel/cap/space_hst.h) */
#define EC_STACK 304
#define EC_GUEST_STATE 320
#define EC_HOST 336
#define EC_HAZARD 388
#define SPACE_VTTBR 24

/* struct fault_frame (fault.h) */
#define FAULT_SP 248
#define FAULT_ENTERED 256
#define FAULT_FRAME_SIZE 272

/* struct arch_regs (arch/types.h) */
#define REGS_X18 144
#define REGS_X19 160
#define REGS_ELR 256
#define REGS_TPIDR 272
#define REGS_ESR 288

/* ESR_EL2 of SVC #0 and SVC #1 from AArch64: EC 0x15, IL 1, the immediate. */
#define ESR_HYPERCALL 0x56000000
#define ESR_SMC_PROXY 0x56000001

/* struct arch_fpu (fpu.h) */
#define FPU_VECTORS 16

/* CPTR_EL2: use of FPU and SIMD registers traps. */
#define CPTR_TFP 0x400

/* From here on a hypercall's status is not the whole story: HYPERCALL_RARE. */
#define STATUS_RARE 0xa

/* struct board (platforms/board.h) */
#define BOARD_GICD 64
#define BOARD_GICC 96

/* From the start of the image to its first instruction: the head, and the vectors. kernel.ld */
#define IMAGE_HEAD_SIZE 0x800
#define IMAGE_START (IMAGE_HEAD_SIZE + 0x800)

/* struct uefi_handover (arch/contract/boot.h) at the end of the image, while booting. */
#define START_UEFI_SIZE 64

/* The boot CPU's stack: CPU_STACK_ORDER pages. */
#define BOOT_STACK_SIZE 0x2000

/* Arm ARM (DDI 0487), MAIR_EL2: attribute n is cacheability n of the MAD; 0 device, 7 write-back. */
#define MAIR_VALUE 0xffbb44000c080400

/*
 * TCR_EL2 (and TCR_EL3) without PS: RES1 31 and 23, 4 KiB granule, inner-shareable write-back walks,
 * T0SZ 16.
 */
#define TCR_VALUE 0x80803510
#define TCR_PS_SHIFT 16
#define TCR_PS_MAX 5 /* 48 bits: larger sizes need other table formats */

/* SCTLR_EL2 and SCTLR_EL3 with HCR_EL2.E2H = 0: bits that are RES1, and those we choose. */
#define SCTLR_RES1 0x30c50830
#define SCTLR_M 0x1
#define SCTLR_A 0x2
#define SCTLR_C 0x4
#define SCTLR_SA 0x8
#define SCTLR_I 0x1000
#define SCTLR_WXN 0x80000
#define SCTLR_ENIA 0x80000000
#define SCTLR_BT_BIT 36
#define SCTLR_KERNEL (SCTLR_RES1 | SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN)

/* HCR_EL2: RW, TGE; and with them DC, VM while the kernel or a host thread runs. */
#define HCR_START 0x88000000
#define HCR_HOST 0x88001001
#define HCR_E2H 0x400000000 /* never set; reads as set where it is RES1 (ID_AA64MMFR4_EL1.E2H0) */

/* SPSR_ELx: EL2 with SP_EL2, all interrupts masked. */
#define SPSR_EL2H_MASKED 0x3c9

/* CurrentEL */
#define CURRENT_EL2 0x8
#define CURRENT_EL3 0xc

/* MPIDR_EL1: the four affinity fields; bit 31 is RES1 and marks a filled start_slot. */
#define MPIDR_AFFINITY 0xff00ffffff
#define MPIDR_VALID 0x80000000
