/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUID, as a table. */

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/regs.h"
#include "kernel/base/bits.h"

enum reg : uint8_t { EAX, EBX, ECX, EDX };

static const struct {
    uint32_t leaf;
    uint8_t subleaf;
    enum reg reg;
    uint8_t bit;
} features[CPU_FEATURE_COUNT] = {
    [CPU_X2APIC] = {0x1, 0, ECX, 21},
    [CPU_TSC_DEADLINE] = {0x1, 0, ECX, 24},
    [CPU_XSAVE] = {0x1, 0, ECX, 26},
    [CPU_HYPERVISOR] = {0x1, 0, ECX, 31},
    [CPU_MCE] = {0x1, 0, EDX, 7},
    [CPU_SEP] = {0x1, 0, EDX, 11},
    [CPU_MCA] = {0x1, 0, EDX, 14},
    [CPU_SMEP] = {0x7, 0, EBX, 7},
    [CPU_SMAP] = {0x7, 0, EBX, 20},
    [CPU_UMIP] = {0x7, 0, ECX, 2},
    [CPU_SHADOW_STACK] = {0x7, 0, ECX, 7},
    [CPU_TME] = {0x7, 0, ECX, 13},
    [CPU_RDPID] = {0x7, 0, ECX, 22},
    [CPU_IBT] = {0x7, 0, EDX, 20},
    [CPU_RTM] = {0x7, 0, EBX, 11},
    [CPU_MD_CLEAR] = {0x7, 0, EDX, 10},
    [CPU_SPEC_CTRL] = {0x7, 0, EDX, 26},
    [CPU_ARCH_CAPABILITIES] = {0x7, 0, EDX, 29},
    [CPU_BHI_CTRL] = {0x7, 2, EDX, 4},
    [CPU_XSAVEOPT] = {0xd, 1, EAX, 0},
    [CPU_XSAVES] = {0xd, 1, EAX, 3},
    [CPU_PAGE_1G] = {0x8000'0001, 0, EDX, 26},
    [CPU_RDTSCP] = {0x8000'0001, 0, EDX, 27},
    [CPU_XSAVE_POINTERS] = {0x8000'0008, 0, EBX, 2},
    [CPU_AMD_IBPB] = {0x8000'0008, 0, EBX, 12},
    [CPU_AUTO_IBRS] = {0x8000'0021, 0, EAX, 8},
    [CPU_VERW_CLEAR] = {0x8000'0021, 0, EAX, 5},
    [CPU_TSA_SQ_NO] = {0x8000'0021, 0, ECX, 1},
    [CPU_TSA_L1_NO] = {0x8000'0021, 0, ECX, 2},
};

struct cpu_limits cpu_limits;

/* Leaves beyond the highest read as zero; the CPU itself would answer something else. */
static struct cpuid leaf(uint32_t number, uint32_t subleaf)
{
    if (cpuid(number & 0x8000'0000, 0).eax < number)
        return (struct cpuid){};
    return cpuid(number, subleaf);
}

bool cpu_has(enum cpu_feature feature)
{
    const struct cpuid r = leaf(features[feature].leaf, features[feature].subleaf);
    const uint32_t words[] = {r.eax, r.ebx, r.ecx, r.edx};
    return words[features[feature].reg] >> features[feature].bit & 1;
}

/* SDM vol. 2, "CPUID", leaf 0: twelve characters in EBX, EDX, ECX; the middle four tell them apart. */
enum cpu_vendor cpu_vendor(void)
{
    switch (cpuid(0, 0).edx) {
    case 0x4965'6e69: /* Genu ineI ntel */
        return CPU_VENDOR_INTEL;
    case 0x6974'6e65: /* Auth enti cAMD */
    case 0x6e65'476e: /* Hygo nGen uine */
        return CPU_VENDOR_AMD;
    default:
        return CPU_VENDOR_OTHER;
    }
}

enum : uint64_t {
    TME_ACTIVATE_ENABLED = UINT64_C(1) << 1,
    TME_KEYID_BITS_SHIFT = 32, /* bits 35..32 */
    TME_MAX_KEYS_SHIFT = 36,   /* bits 50..36 of IA32_TME_CAPABILITY */
};

/* Bits of a physical address that choose a key (SDM vol. 3, "Memory Encryption"). */
static unsigned key_bits(uint16_t *max)
{
    *max = 0;
    if (!cpu_has(CPU_TME))
        return 0;
    const uint64_t activate = rdmsr(IA32_TME_ACTIVATE);
    if (!(activate & TME_ACTIVATE_ENABLED))
        return 0;
    const unsigned bits = activate >> TME_KEYID_BITS_SHIFT & 0xf;
    const uint64_t keys = rdmsr(IA32_TME_CAPABILITY) >> TME_MAX_KEYS_SHIFT & 0x7fff;
    *max = (uint16_t)min_u64(low_bits(bits), keys);
    return bits;
}

void cpu_limits_read(void)
{
    const uint32_t width = leaf(0x8000'0008, 0).eax & 0xff;
    const unsigned bits = (width == 0 ? 36 : width) - key_bits(&cpu_limits.key_max);
    cpu_limits.key_shift = (uint8_t)bits;
    cpu_limits.phys_bits = (uint8_t)min_u64(bits, 47);
    cpu_limits.host_max_leaf = cpu_has(CPU_PAGE_1G) ? 2 : 1;
}
