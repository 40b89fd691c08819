/* SPDX-License-Identifier: GPL-2.0-only */
/* Control registers and MSRs, by the names of the manuals (SDM vol. 3 and 4). */
#pragma once

#include <stdint.h>

enum cr0 : uint64_t {
    CR0_PE = UINT64_C(1) << 0,
    CR0_MP = UINT64_C(1) << 1,
    CR0_TS = UINT64_C(1) << 3,
    CR0_ET = UINT64_C(1) << 4,
    CR0_NE = UINT64_C(1) << 5,
    CR0_WP = UINT64_C(1) << 16,
    CR0_PG = UINT64_C(1) << 31,
};

/* What CR0 is, but for TS. */
enum : uint64_t { CR0_KERNEL = CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE };

enum cr4 : uint64_t {
    CR4_DE = UINT64_C(1) << 3,
    CR4_PAE = UINT64_C(1) << 5,
    CR4_MCE = UINT64_C(1) << 6,
    CR4_PGE = UINT64_C(1) << 7,
    CR4_OSFXSR = UINT64_C(1) << 9,
    CR4_OSXMMEXCPT = UINT64_C(1) << 10,
    CR4_UMIP = UINT64_C(1) << 11,
    CR4_OSXSAVE = UINT64_C(1) << 18,
    CR4_SMEP = UINT64_C(1) << 20,
    CR4_SMAP = UINT64_C(1) << 21,
    CR4_CET = UINT64_C(1) << 23,
};

enum efer : uint64_t {
    EFER_SCE = UINT64_C(1) << 0,
    EFER_LME = UINT64_C(1) << 8,
    EFER_NXE = UINT64_C(1) << 11,
    EFER_AIBRSE = UINT64_C(1) << 21,
};

enum msr : uint32_t {
    IA32_TSC = 0x10,
    IA32_APIC_BASE = 0x1b,
    IA32_SPEC_CTRL = 0x48,
    IA32_PRED_CMD = 0x49,
    MSR_FSB_FREQ = 0xcd,
    MSR_PLATFORM_INFO = 0xce,
    IA32_ARCH_CAPABILITIES = 0x10a,
    IA32_MCG_CAP = 0x179,
    IA32_MCG_STATUS = 0x17a,
    IA32_MCG_CTL = 0x17b,
    IA32_SYSENTER_CS = 0x174,
    IA32_SYSENTER_ESP = 0x175,
    IA32_SYSENTER_EIP = 0x176,
    IA32_THERM_INTERRUPT = 0x19b,
    IA32_PAT = 0x277,
    IA32_MC0_CTL = 0x400, /* bank n: + 4 n */
    IA32_MC0_STATUS = 0x401,
    IA32_MC0_ADDR = 0x402,
    IA32_MC0_MISC = 0x403,
    IA32_U_CET = 0x6a0,
    IA32_S_CET = 0x6a2,
    IA32_PL0_SSP = 0x6a4,
    IA32_INTERRUPT_SSP_TABLE = 0x6a8,
    IA32_TSC_DEADLINE = 0x6e0,
    IA32_X2APIC = 0x800, /* register n: + n / 16 */
    IA32_TME_CAPABILITY = 0x981,
    IA32_TME_ACTIVATE = 0x982,
    IA32_XSS = 0xda0,
    IA32_EFER = 0xc000'0080,
    IA32_STAR = 0xc000'0081,
    IA32_LSTAR = 0xc000'0082,
    IA32_CSTAR = 0xc000'0083,
    IA32_FMASK = 0xc000'0084,
    IA32_FS_BASE = 0xc000'0100,
    IA32_GS_BASE = 0xc000'0101,
    IA32_KERNEL_GS_BASE = 0xc000'0102,
    IA32_TSC_AUX = 0xc000'0103,
};

enum : uint64_t {
    MCG_CAP_COUNT = 0xff,               /* number of banks                        */
    MCG_CAP_CTL = UINT64_C(1) << 8,     /* IA32_MCG_CTL exists                    */
    MCG_STATUS_RIPV = UINT64_C(1) << 0, /* the interrupted program can go on      */
    MC_STATUS_VAL = UINT64_C(1) << 63,
    MC_STATUS_OVER = UINT64_C(1) << 62, /* an earlier error is lost               */
    MC_STATUS_UC = UINT64_C(1) << 61,
    MC_STATUS_MISCV = UINT64_C(1) << 59,
    MC_STATUS_ADDRV = UINT64_C(1) << 58,
    MC_STATUS_PCC = UINT64_C(1) << 57, /* processor context corrupt              */

    APIC_BASE_ADDRESS = 0x000f'ffff'ffff'f000,
    APIC_BASE_ENABLE = UINT64_C(1) << 11,
    APIC_BASE_X2APIC = UINT64_C(1) << 10,

    ARCH_CAP_RDCL_NO = UINT64_C(1) << 0,  /* no Meltdown, no L1TF                      */
    ARCH_CAP_IBRS_ALL = UINT64_C(1) << 1, /* IBRS may stay set                         */
    ARCH_CAP_MDS_NO = UINT64_C(1) << 5,
    ARCH_CAP_TAA_NO = UINT64_C(1) << 8,
    ARCH_CAP_MMIO_NO = UINT64_C(7) << 13, /* SBDR_SSDP_NO, FBSDP_NO, PSDP_NO           */
    ARCH_CAP_FB_CLEAR = UINT64_C(1) << 17,
    ARCH_CAP_RFDS_CLEAR = UINT64_C(1) << 28, /* only CPUs say so that need it          */

    SPEC_CTRL_IBRS = UINT64_C(1) << 0,
    SPEC_CTRL_BHI_DIS_S = UINT64_C(1) << 10,
    PRED_CMD_IBPB = UINT64_C(1) << 0,

    S_CET_SH_STK_EN = UINT64_C(1) << 0,
    S_CET_ENDBR_EN = UINT64_C(1) << 2,
    S_CET_NO_TRACK_EN = UINT64_C(1) << 4,
    S_CET_SUPPRESS_DIS = UINT64_C(1) << 5,
};
