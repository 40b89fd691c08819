/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86_64: event numbers, to be added to the event selector base of an EC (interface specification,
 * 8.6). Host exceptions are numbered by vector, guest intercepts by VMX basic exit reason.
 * User mode takes the base of the kernel's own events from the HIP, never from here.
 */
#pragma once

#include <stdint.h>

enum event_hst : uint16_t {
    EVENT_HST_DE = 0x00,
    EVENT_HST_DB = 0x01,
    EVENT_HST_BP = 0x03,
    EVENT_HST_OF = 0x04,
    EVENT_HST_BR = 0x05,
    EVENT_HST_UD = 0x06,
    EVENT_HST_NM = 0x07, /* may be consumed by the kernel */
    EVENT_HST_DF = 0x08, /* may be consumed by the kernel */
    EVENT_HST_TS = 0x0a, /* may be consumed by the kernel */
    EVENT_HST_NP = 0x0b,
    EVENT_HST_SS = 0x0c,
    EVENT_HST_GP = 0x0d,
    EVENT_HST_PF = 0x0e,
    EVENT_HST_MF = 0x10,
    EVENT_HST_AC = 0x11,
    EVENT_HST_MC = 0x12, /* may be consumed by the kernel */
    EVENT_HST_XM = 0x13,
    EVENT_HST_VE = 0x14,
    EVENT_HST_CP = 0x15,

    EVENT_HST_ARCH = 0x20, /* HIP: SEL_HST/ARCH */
    EVENT_HST_STARTUP = EVENT_HST_ARCH + 0,
    EVENT_HST_RECALL = EVENT_HST_ARCH + 1,
    EVENT_HST_NOVA = 2, /* HIP: SEL_HST/NOVA */
};

enum event_gst : uint16_t {
    EVENT_GST_EXCEPTION = 0x00, /* or NMI; may be consumed by the kernel */
    EVENT_GST_INTERRUPT = 0x01, /* consumed by the kernel */
    EVENT_GST_TRIPLE_FAULT = 0x02,
    EVENT_GST_INIT = 0x03,
    EVENT_GST_SIPI = 0x04,
    EVENT_GST_IO_SMI = 0x05,
    EVENT_GST_OTHER_SMI = 0x06,
    EVENT_GST_INTERRUPT_WINDOW = 0x07,
    EVENT_GST_NMI_WINDOW = 0x08,
    EVENT_GST_TASK_SWITCH = 0x09,
    EVENT_GST_CPUID = 0x0a,
    EVENT_GST_GETSEC = 0x0b,
    EVENT_GST_HLT = 0x0c,
    EVENT_GST_INVD = 0x0d,
    EVENT_GST_INVLPG = 0x0e,
    EVENT_GST_RDPMC = 0x0f,
    EVENT_GST_RDTSC = 0x10,
    EVENT_GST_RSM = 0x11,
    EVENT_GST_VMCALL = 0x12,
    EVENT_GST_VMCLEAR = 0x13,
    EVENT_GST_VMLAUNCH = 0x14,
    EVENT_GST_VMPTRLD = 0x15,
    EVENT_GST_VMPTRST = 0x16,
    EVENT_GST_VMREAD = 0x17,
    EVENT_GST_VMRESUME = 0x18,
    EVENT_GST_VMWRITE = 0x19,
    EVENT_GST_VMXOFF = 0x1a,
    EVENT_GST_VMXON = 0x1b,
    EVENT_GST_CR = 0x1c, /* may be consumed by the kernel */
    EVENT_GST_DR = 0x1d,
    EVENT_GST_IO = 0x1e,
    EVENT_GST_RDMSR = 0x1f,
    EVENT_GST_WRMSR = 0x20,
    EVENT_GST_ENTRY_STATE = 0x21, /* VM entry failed: guest state */
    EVENT_GST_ENTRY_MSR = 0x22,   /* VM entry failed: MSR loading */
    EVENT_GST_MWAIT = 0x24,
    EVENT_GST_MTF = 0x25,
    EVENT_GST_MONITOR = 0x27,
    EVENT_GST_PAUSE = 0x28,
    EVENT_GST_ENTRY_MCE = 0x29, /* VM entry failed: machine check */
    EVENT_GST_TPR_THRESHOLD = 0x2b,
    EVENT_GST_APIC_ACCESS = 0x2c,
    EVENT_GST_EOI = 0x2d,
    EVENT_GST_GDTR_IDTR = 0x2e,
    EVENT_GST_LDTR_TR = 0x2f,
    EVENT_GST_EPT_VIOLATION = 0x30,
    EVENT_GST_EPT_MISCONFIG = 0x31,
    EVENT_GST_INVEPT = 0x32,
    EVENT_GST_RDTSCP = 0x33,
    EVENT_GST_PREEMPTION_TIMER = 0x34,
    EVENT_GST_INVVPID = 0x35,
    EVENT_GST_WBINVD = 0x36,
    EVENT_GST_XSETBV = 0x37,
    EVENT_GST_APIC_WRITE = 0x38,
    EVENT_GST_RDRAND = 0x39,
    EVENT_GST_INVPCID = 0x3a,
    EVENT_GST_VMFUNC = 0x3b,
    EVENT_GST_ENCLS = 0x3c,
    EVENT_GST_RDSEED = 0x3d,
    EVENT_GST_PML_FULL = 0x3e,
    EVENT_GST_XSAVES = 0x3f,
    EVENT_GST_XRSTORS = 0x40,
    EVENT_GST_PCONFIG = 0x41,
    EVENT_GST_SPP = 0x42,
    EVENT_GST_UMWAIT = 0x43,
    EVENT_GST_TPAUSE = 0x44,
    EVENT_GST_LOADIWKEY = 0x45,
    EVENT_GST_ENCLV = 0x46,
    EVENT_GST_ENQCMD = 0x48,
    EVENT_GST_ENQCMDS = 0x49,
    EVENT_GST_BUS_LOCK = 0x4a,
    EVENT_GST_TIMEOUT = 0x4b, /* instruction timeout */
    EVENT_GST_SEAMCALL = 0x4c,
    EVENT_GST_TDCALL = 0x4d,
    EVENT_GST_RDMSRLIST = 0x4e,
    EVENT_GST_WRMSRLIST = 0x4f,
    EVENT_GST_URDMSR = 0x50,
    EVENT_GST_UWRMSR = 0x51,

    EVENT_GST_ARCH = 0x100, /* HIP: SEL_GST/ARCH */
    EVENT_GST_STARTUP = EVENT_GST_ARCH + 0,
    EVENT_GST_RECALL = EVENT_GST_ARCH + 1,
    EVENT_GST_NOVA = 2, /* HIP: SEL_GST/NOVA */
};
static_assert(EVENT_HST_CP < EVENT_HST_ARCH && EVENT_GST_UWRMSR < EVENT_GST_ARCH,
              "the kernel's own events follow those of the CPU");
