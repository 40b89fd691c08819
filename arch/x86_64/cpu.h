/* SPDX-License-Identifier: GPL-2.0-only */
/* What this CPU can do and how it is set up. */
#pragma once

#include <stdint.h>

#include "kernel/cpu/cpu.h"

/* Features that something depends on, from CPUID (SDM vol. 2, "CPUID"; APM vol. 3, appendix E). */
enum cpu_feature : uint8_t {
    CPU_X2APIC,
    CPU_TSC_DEADLINE,
    CPU_XSAVE,
    CPU_HYPERVISOR, /* runs in a virtual machine */
    CPU_MCE,
    CPU_SEP,
    CPU_MCA,
    CPU_SMEP,
    CPU_SMAP,
    CPU_UMIP,
    CPU_TME,
    CPU_RDPID,
    CPU_SHADOW_STACK,
    CPU_IBT,
    CPU_SPEC_CTRL, /* IBRS, IBPB */
    CPU_MD_CLEAR,  /* VERW clears buffers */
    CPU_RTM,
    CPU_BHI_CTRL, /* BHI_DIS_S */
    CPU_ARCH_CAPABILITIES,
    CPU_XSAVEOPT,
    CPU_XSAVES,
    CPU_XSAVE_POINTERS, /* XSAVE always saves the pointers of x87 exceptions */
    CPU_AMD_IBPB,
    CPU_AUTO_IBRS,
    CPU_VERW_CLEAR, /* likewise, of AMD */
    CPU_TSA_SQ_NO,
    CPU_TSA_L1_NO,
    CPU_PAGE_1G,
    CPU_RDTSCP,
    CPU_FEATURE_COUNT,
};
bool cpu_has(enum cpu_feature feature);

enum cpu_vendor : uint8_t { CPU_VENDOR_OTHER, CPU_VENDOR_INTEL, CPU_VENDOR_AMD /* and Hygon */ };
enum cpu_vendor cpu_vendor(void);

/* Fill cpu_limits. Context: boot CPU, before anything uses them. */
void cpu_limits_read(void);

/* Program what depends on the CPU's number. */
void cpu_set_number(const struct cpu *cpu);

/* A rdmsr that may fault: answers 0 then. */
uint64_t rdmsr_try(uint32_t msr);

/* Where rdmsr_try may fault: for trap_kernel. */
extern const char rdmsr_try_site[];

/* Report the first NMI of this CPU, if there was one and it was not reported. */
void trap_report_nmi(struct cpu *cpu);
