/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86_64: UTCB layout and message transfer descriptor of events (interface specification, 8.7.3 and
 * 8.7.4). The comment of a field names the MTD bit that moves it.
 */
#pragma once

#include "kernel/abi/layout.h"

/* What one MTD bit transfers. r: affected EC to handler; w: handler's reply to affected EC. */
enum mtd_x86_64 : uint32_t {
    MTD_POISON = 1u << 0,     /*  w  kills the EC */
    MTD_GPR_0_7 = 1u << 1,    /* rw */
    MTD_GPR_8_15 = 1u << 2,   /* rw */
    MTD_RFLAGS = 1u << 3,     /* rw  host: only status and control flags are taken over */
    MTD_RIP = 1u << 4,        /* rw  guest: also instruction length and information */
    MTD_STA = 1u << 5,        /* rw  guest */
    MTD_QUAL = 1u << 6,       /* r */
    MTD_CTRL = 1u << 7,       /*  w  guest */
    MTD_TPR = 1u << 8,        /*  w  guest */
    MTD_INJ = 1u << 9,        /* rw  guest; the IDT vectoring fields are read-only */
    MTD_CS_SS = 1u << 10,     /* rw  guest, and all below */
    MTD_DS_ES = 1u << 11,     /* rw */
    MTD_FS_GS = 1u << 12,     /* rw */
    MTD_TR = 1u << 13,        /* rw */
    MTD_LDTR = 1u << 14,      /* rw */
    MTD_GDTR = 1u << 15,      /* rw */
    MTD_IDTR = 1u << 16,      /* rw */
    MTD_PDPTE = 1u << 17,     /* rw */
    MTD_CR = 1u << 18,        /* rw */
    MTD_DR = 1u << 19,        /* rw */
    MTD_XSAVE = 1u << 20,     /* rw */
    MTD_APIC = 1u << 21,      /*  w  guest-physical address of the APIC access page */
    MTD_SYSCALL = 1u << 22,   /* rw */
    MTD_SYSENTER = 1u << 23,  /* rw */
    MTD_PAT = 1u << 24,       /* rw */
    MTD_EFER = 1u << 25,      /* rw */
    MTD_KERNEL_GS = 1u << 26, /* rw */
    MTD_TSC = 1u << 27,       /* rw */
    MTD_TLB = 1u << 29,       /*  w  invalidates the TLB of the virtual CPU */
    MTD_FPU = 1u << 30,       /*     named without a meaning: transfers nothing */
    MTD_SPACES = 1u << 31,    /*  w  assigns guest, port and MSR space */
};

/* Access rights of a segment: bits 7..0 of the descriptor, then its bits 20..23, then "unusable".
 */
enum segment_rights : uint16_t {
    SEGMENT_TYPE_MASK = 0xf,
    SEGMENT_S = 1u << 4, /* code or data, not system */
    SEGMENT_DPL_SHIFT = 5,
    SEGMENT_P = 1u << 7,
    SEGMENT_AVL = 1u << 8,
    SEGMENT_L = 1u << 9, /* 64-bit mode; CS only */
    SEGMENT_DB = 1u << 10,
    SEGMENT_G = 1u << 11,
    SEGMENT_UNUSABLE = 1u << 12,
};

/* Segment register; GDTR and IDTR have only limit and base. */
struct segment {
    uint16_t selector;
    uint16_t rights;
    uint32_t limit;
    uint64_t base;
};
ABI_FIELD(struct segment, selector, 0x0, 2);
ABI_FIELD(struct segment, rights, 0x2, 2);
ABI_FIELD(struct segment, limit, 0x4, 4);
ABI_FIELD(struct segment, base, 0x8, 8);
ABI_SIZE(struct segment, 16);

/* Fields of interruption_info and vectoring_info (8.7.3). */
enum interruption_info : uint32_t {
    INTERRUPTION_VECTOR_MASK = 0xff,
    INTERRUPTION_TYPE_SHIFT = 8,
    INTERRUPTION_TYPE_MASK = 7u << 8,
    INTERRUPTION_EXTERNAL = 0u << 8,
    INTERRUPTION_NMI = 2u << 8,
    INTERRUPTION_EXCEPTION = 3u << 8,
    INTERRUPTION_SOFT_INT = 4u << 8,
    INTERRUPTION_PRIVILEGED_SOFT = 5u << 8,
    INTERRUPTION_SOFT_EXCEPTION = 6u << 8,
    INTERRUPTION_OTHER = 7u << 8,
    INTERRUPTION_ERROR = 1u << 11,      /* E: interruption_error is delivered */
    INTERRUPTION_WINDOW = 1u << 12,     /* I: request an interrupt window */
    INTERRUPTION_NMI_WINDOW = 1u << 13, /* N: request an NMI window */
    INTERRUPTION_VALID = 1u << 31,      /* V: E, type and vector are valid */
};

struct utcb_arch {
    uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;  /* GPR_0_7, in encoding order */
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;    /* GPR_8_15 */
    uint64_t rflags;                                  /* RFLAGS */
    uint64_t rip;                                     /* RIP */
    uint32_t instruction_length, instruction_info;    /* RIP */
    uint32_t interruptibility, activity;              /* STA */
    uint64_t qual[3];                                 /* QUAL */
    uint64_t reserved_0b8;                            /* ignored */
    uint32_t exec_1, exec_2;                          /* CTRL */
    uint64_t exec_3;                                  /* CTRL */
    uint64_t cr0_intercepts, cr4_intercepts;          /* CTRL */
    uint32_t exc_intercepts;                          /* CTRL */
    uint32_t pf_error_mask, pf_error_match;           /* CTRL */
    uint32_t tpr_threshold;                           /* TPR */
    uint32_t interruption_info, interruption_error;   /* INJ */
    uint32_t vectoring_info, vectoring_error;         /* INJ, read-only */
    struct segment cs, ss;                            /* CS_SS */
    struct segment ds, es;                            /* DS_ES */
    struct segment fs, gs;                            /* FS_GS */
    struct segment tr;                                /* TR */
    struct segment ldtr;                              /* LDTR */
    struct segment gdtr;                              /* GDTR */
    struct segment idtr;                              /* IDTR */
    uint64_t pdpte[4];                                /* PDPTE */
    uint64_t cr0, cr2, cr3, cr4, cr8;                 /* CR */
    uint64_t dr7;                                     /* DR */
    uint64_t xcr0, xss;                               /* XSAVE */
    uint64_t apic_base;                               /* APIC */
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip; /* SYSENTER */
    uint64_t pat;                                     /* PAT */
    uint64_t efer;                                    /* EFER */
    uint64_t star, lstar, fmask;                      /* SYSCALL */
    uint64_t kernel_gs_base;                          /* KERNEL_GS */
    uint64_t tsc_aux;                                 /* TSC */
    uint64_t sel_gst, sel_pio, sel_msr;               /* SPACES: selectors of the handler */
};
ABI_FIELD(struct utcb_arch, rax, 0x000, 8);
ABI_FIELD(struct utcb_arch, rcx, 0x008, 8);
ABI_FIELD(struct utcb_arch, rdx, 0x010, 8);
ABI_FIELD(struct utcb_arch, rbx, 0x018, 8);
ABI_FIELD(struct utcb_arch, rsp, 0x020, 8);
ABI_FIELD(struct utcb_arch, rbp, 0x028, 8);
ABI_FIELD(struct utcb_arch, rsi, 0x030, 8);
ABI_FIELD(struct utcb_arch, rdi, 0x038, 8);
ABI_FIELD(struct utcb_arch, r8, 0x040, 8);
ABI_FIELD(struct utcb_arch, r9, 0x048, 8);
ABI_FIELD(struct utcb_arch, r10, 0x050, 8);
ABI_FIELD(struct utcb_arch, r11, 0x058, 8);
ABI_FIELD(struct utcb_arch, r12, 0x060, 8);
ABI_FIELD(struct utcb_arch, r13, 0x068, 8);
ABI_FIELD(struct utcb_arch, r14, 0x070, 8);
ABI_FIELD(struct utcb_arch, r15, 0x078, 8);
ABI_FIELD(struct utcb_arch, rflags, 0x080, 8);
ABI_FIELD(struct utcb_arch, rip, 0x088, 8);
ABI_FIELD(struct utcb_arch, instruction_length, 0x090, 4);
ABI_FIELD(struct utcb_arch, instruction_info, 0x094, 4);
ABI_FIELD(struct utcb_arch, interruptibility, 0x098, 4);
ABI_FIELD(struct utcb_arch, activity, 0x09c, 4);
ABI_FIELD(struct utcb_arch, qual, 0x0a0, 24);
ABI_FIELD(struct utcb_arch, reserved_0b8, 0x0b8, 8);
ABI_FIELD(struct utcb_arch, exec_1, 0x0c0, 4);
ABI_FIELD(struct utcb_arch, exec_2, 0x0c4, 4);
ABI_FIELD(struct utcb_arch, exec_3, 0x0c8, 8);
ABI_FIELD(struct utcb_arch, cr0_intercepts, 0x0d0, 8);
ABI_FIELD(struct utcb_arch, cr4_intercepts, 0x0d8, 8);
ABI_FIELD(struct utcb_arch, exc_intercepts, 0x0e0, 4);
ABI_FIELD(struct utcb_arch, pf_error_mask, 0x0e4, 4);
ABI_FIELD(struct utcb_arch, pf_error_match, 0x0e8, 4);
ABI_FIELD(struct utcb_arch, tpr_threshold, 0x0ec, 4);
ABI_FIELD(struct utcb_arch, interruption_info, 0x0f0, 4);
ABI_FIELD(struct utcb_arch, interruption_error, 0x0f4, 4);
ABI_FIELD(struct utcb_arch, vectoring_info, 0x0f8, 4);
ABI_FIELD(struct utcb_arch, vectoring_error, 0x0fc, 4);
ABI_FIELD(struct utcb_arch, cs, 0x100, 16);
ABI_FIELD(struct utcb_arch, ss, 0x110, 16);
ABI_FIELD(struct utcb_arch, ds, 0x120, 16);
ABI_FIELD(struct utcb_arch, es, 0x130, 16);
ABI_FIELD(struct utcb_arch, fs, 0x140, 16);
ABI_FIELD(struct utcb_arch, gs, 0x150, 16);
ABI_FIELD(struct utcb_arch, tr, 0x160, 16);
ABI_FIELD(struct utcb_arch, ldtr, 0x170, 16);
ABI_FIELD(struct utcb_arch, gdtr, 0x180, 16);
ABI_FIELD(struct utcb_arch, idtr, 0x190, 16);
ABI_FIELD(struct utcb_arch, pdpte, 0x1a0, 32);
ABI_FIELD(struct utcb_arch, cr0, 0x1c0, 8);
ABI_FIELD(struct utcb_arch, cr2, 0x1c8, 8);
ABI_FIELD(struct utcb_arch, cr3, 0x1d0, 8);
ABI_FIELD(struct utcb_arch, cr4, 0x1d8, 8);
ABI_FIELD(struct utcb_arch, cr8, 0x1e0, 8);
ABI_FIELD(struct utcb_arch, dr7, 0x1e8, 8);
ABI_FIELD(struct utcb_arch, xcr0, 0x1f0, 8);
ABI_FIELD(struct utcb_arch, xss, 0x1f8, 8);
ABI_FIELD(struct utcb_arch, apic_base, 0x200, 8);
ABI_FIELD(struct utcb_arch, sysenter_cs, 0x208, 8);
ABI_FIELD(struct utcb_arch, sysenter_esp, 0x210, 8);
ABI_FIELD(struct utcb_arch, sysenter_eip, 0x218, 8);
ABI_FIELD(struct utcb_arch, pat, 0x220, 8);
ABI_FIELD(struct utcb_arch, efer, 0x228, 8);
ABI_FIELD(struct utcb_arch, star, 0x230, 8);
ABI_FIELD(struct utcb_arch, lstar, 0x238, 8);
ABI_FIELD(struct utcb_arch, fmask, 0x240, 8);
ABI_FIELD(struct utcb_arch, kernel_gs_base, 0x248, 8);
ABI_FIELD(struct utcb_arch, tsc_aux, 0x250, 8);
ABI_FIELD(struct utcb_arch, sel_gst, 0x258, 8);
ABI_FIELD(struct utcb_arch, sel_pio, 0x260, 8);
ABI_FIELD(struct utcb_arch, sel_msr, 0x268, 8);
ABI_SIZE(struct utcb_arch, 0x270);
