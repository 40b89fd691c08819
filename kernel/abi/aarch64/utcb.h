/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aarch64: UTCB layout and message transfer descriptor of events (interface specification, 7.7.3
 * and 7.7.4). The comment of a field names the MTD bit that moves it.
 */
#pragma once

#include "kernel/abi/layout.h"

/* What one MTD bit transfers. r: affected EC to handler; w: handler's reply to affected EC. */
enum mtd_aarch64 : uint32_t {
    MTD_POISON = 1u << 0,        /*  w  kills the EC */
    MTD_ICI = 1u << 1,           /*  w  invalidates a VIPT instruction cache of the local CPU */
    MTD_GPR = 1u << 2,           /* rw */
    MTD_FPR = 1u << 3,           /*     named without a meaning: transfers nothing */
    MTD_EL0_SP = 1u << 4,        /* rw */
    MTD_EL0_IDR = 1u << 5,       /* rw */
    MTD_A32_SPSR = 1u << 7,      /* rw  guest */
    MTD_A32_DIH = 1u << 8,       /* rw  guest */
    MTD_EL1_SP = 1u << 10,       /* rw  guest */
    MTD_EL1_IDR = 1u << 11,      /* rw  guest */
    MTD_EL1_ELR_SPSR = 1u << 12, /* rw  guest */
    MTD_EL1_ESR_FAR = 1u << 13,  /* rw  guest */
    MTD_EL1_AFSR = 1u << 14,     /* rw  guest */
    MTD_EL1_TTBR = 1u << 15,     /* rw  guest */
    MTD_EL1_TCR = 1u << 16,      /* rw  guest */
    MTD_EL1_MAIR = 1u << 17,     /* rw  guest */
    MTD_EL1_VBAR = 1u << 18,     /* rw  guest */
    MTD_EL1_SCTLR = 1u << 19,    /* rw  guest */
    MTD_EL1_MDSCR = 1u << 20,    /* rw  guest */
    MTD_EL2_HCR = 1u << 23,      /* rw  guest */
    MTD_EL2_IDR = 1u << 24,      /* rw  guest */
    MTD_EL2_ELR_SPSR = 1u << 25, /* rw  host: only the condition flags of SPSR are taken over */
    MTD_EL2_ESR_FAR = 1u << 26,  /* r */
    MTD_EL2_HPFAR = 1u << 27,    /* r   guest */
    MTD_TMR = 1u << 29,          /* rw  guest */
    MTD_GIC = 1u << 30,          /* rw  guest; ELRSR and VMCR are read-only */
    MTD_SPACES = 1u << 31,       /*  w  guest: assigns a guest space */
};

struct utcb_arch {
    uint64_t x[31];                                                 /* GPR */
    uint64_t sp_el0;                                                /* EL0_SP */
    uint64_t tpidr_el0, tpidrro_el0;                                /* EL0_IDR */
    uint32_t spsr_abt, spsr_fiq, spsr_irq, spsr_und;                /* A32_SPSR */
    uint32_t dacr, ifsr, hstr;                                      /* A32_DIH */
    uint32_t reserved_12c;                                          /* ignored */
    uint64_t sp_el1;                                                /* EL1_SP */
    uint64_t tpidr_el1, contextidr_el1;                             /* EL1_IDR */
    uint64_t elr_el1, spsr_el1;                                     /* EL1_ELR_SPSR */
    uint64_t esr_el1, far_el1;                                      /* EL1_ESR_FAR */
    uint64_t afsr0_el1, afsr1_el1;                                  /* EL1_AFSR */
    uint64_t ttbr0_el1, ttbr1_el1;                                  /* EL1_TTBR */
    uint64_t tcr_el1;                                               /* EL1_TCR */
    uint64_t mair_el1, amair_el1;                                   /* EL1_MAIR */
    uint64_t vbar_el1;                                              /* EL1_VBAR */
    uint64_t sctlr_el1;                                             /* EL1_SCTLR */
    uint64_t mdscr_el1;                                             /* EL1_MDSCR */
    uint64_t reserved_1b8;                                          /* ignored */
    uint64_t hcr_el2, hcrx_el2;                                     /* EL2_HCR */
    uint64_t vpidr_el2, vmpidr_el2;                                 /* EL2_IDR */
    uint64_t elr_el2, spsr_el2;                                     /* EL2_ELR_SPSR */
    uint64_t esr_el2, far_el2;                                      /* EL2_ESR_FAR */
    uint64_t hpfar_el2;                                             /* EL2_HPFAR */
    uint64_t reserved_208;                                          /* ignored */
    uint64_t cntv_cval_el0, cntv_ctl_el0, cntkctl_el1, cntvoff_el2; /* TMR */
    uint64_t lr[16];                                                /* GIC */
    uint32_t ap0r[4], ap1r[4];                                      /* GIC */
    uint32_t elrsr, vmcr;                                           /* GIC, read-only */
    uint64_t reserved_2d8;                                          /* ignored */
    uint64_t sel_gst;                                               /* SPACES: of the handler */
    uint64_t reserved_2e8;                                          /* ignored */
};
ABI_FIELD(struct utcb_arch, x, 0x000, 248);
ABI_FIELD(struct utcb_arch, sp_el0, 0x0f8, 8);
ABI_FIELD(struct utcb_arch, tpidr_el0, 0x100, 8);
ABI_FIELD(struct utcb_arch, tpidrro_el0, 0x108, 8);
ABI_FIELD(struct utcb_arch, spsr_abt, 0x110, 4);
ABI_FIELD(struct utcb_arch, spsr_fiq, 0x114, 4);
ABI_FIELD(struct utcb_arch, spsr_irq, 0x118, 4);
ABI_FIELD(struct utcb_arch, spsr_und, 0x11c, 4);
ABI_FIELD(struct utcb_arch, dacr, 0x120, 4);
ABI_FIELD(struct utcb_arch, ifsr, 0x124, 4);
ABI_FIELD(struct utcb_arch, hstr, 0x128, 4);
ABI_FIELD(struct utcb_arch, reserved_12c, 0x12c, 4);
ABI_FIELD(struct utcb_arch, sp_el1, 0x130, 8);
ABI_FIELD(struct utcb_arch, tpidr_el1, 0x138, 8);
ABI_FIELD(struct utcb_arch, contextidr_el1, 0x140, 8);
ABI_FIELD(struct utcb_arch, elr_el1, 0x148, 8);
ABI_FIELD(struct utcb_arch, spsr_el1, 0x150, 8);
ABI_FIELD(struct utcb_arch, esr_el1, 0x158, 8);
ABI_FIELD(struct utcb_arch, far_el1, 0x160, 8);
ABI_FIELD(struct utcb_arch, afsr0_el1, 0x168, 8);
ABI_FIELD(struct utcb_arch, afsr1_el1, 0x170, 8);
ABI_FIELD(struct utcb_arch, ttbr0_el1, 0x178, 8);
ABI_FIELD(struct utcb_arch, ttbr1_el1, 0x180, 8);
ABI_FIELD(struct utcb_arch, tcr_el1, 0x188, 8);
ABI_FIELD(struct utcb_arch, mair_el1, 0x190, 8);
ABI_FIELD(struct utcb_arch, amair_el1, 0x198, 8);
ABI_FIELD(struct utcb_arch, vbar_el1, 0x1a0, 8);
ABI_FIELD(struct utcb_arch, sctlr_el1, 0x1a8, 8);
ABI_FIELD(struct utcb_arch, mdscr_el1, 0x1b0, 8);
ABI_FIELD(struct utcb_arch, reserved_1b8, 0x1b8, 8);
ABI_FIELD(struct utcb_arch, hcr_el2, 0x1c0, 8);
ABI_FIELD(struct utcb_arch, hcrx_el2, 0x1c8, 8);
ABI_FIELD(struct utcb_arch, vpidr_el2, 0x1d0, 8);
ABI_FIELD(struct utcb_arch, vmpidr_el2, 0x1d8, 8);
ABI_FIELD(struct utcb_arch, elr_el2, 0x1e0, 8);
ABI_FIELD(struct utcb_arch, spsr_el2, 0x1e8, 8);
ABI_FIELD(struct utcb_arch, esr_el2, 0x1f0, 8);
ABI_FIELD(struct utcb_arch, far_el2, 0x1f8, 8);
ABI_FIELD(struct utcb_arch, hpfar_el2, 0x200, 8);
ABI_FIELD(struct utcb_arch, reserved_208, 0x208, 8);
ABI_FIELD(struct utcb_arch, cntv_cval_el0, 0x210, 8);
ABI_FIELD(struct utcb_arch, cntv_ctl_el0, 0x218, 8);
ABI_FIELD(struct utcb_arch, cntkctl_el1, 0x220, 8);
ABI_FIELD(struct utcb_arch, cntvoff_el2, 0x228, 8);
ABI_FIELD(struct utcb_arch, lr, 0x230, 128);
ABI_FIELD(struct utcb_arch, ap0r, 0x2b0, 16);
ABI_FIELD(struct utcb_arch, ap1r, 0x2c0, 16);
ABI_FIELD(struct utcb_arch, elrsr, 0x2d0, 4);
ABI_FIELD(struct utcb_arch, vmcr, 0x2d4, 4);
ABI_FIELD(struct utcb_arch, reserved_2d8, 0x2d8, 8);
ABI_FIELD(struct utcb_arch, sel_gst, 0x2e0, 8);
ABI_FIELD(struct utcb_arch, reserved_2e8, 0x2e8, 8);
ABI_SIZE(struct utcb_arch, 0x2f0);
