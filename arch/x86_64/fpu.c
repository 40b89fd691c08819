/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/fpu.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/regs.h"

/* XCR0: x87, SSE, AVX, AVX-512 (SDM vol. 1, "XSAVE-Supported Features and State-Component Bitmaps"). */
enum : uint64_t { XCR0_MANAGED = 0xe7 };

/* FXSAVE image and XSAVE header (SDM vol. 1, "XSAVE-Managed State"). */
struct xsave_area {
    uint16_t fcw;
    uint16_t unused0[11];
    uint32_t mxcsr;
    uint32_t unused1[121];
    uint64_t xstate_bv; /* 0: every component is in its initial state */
    uint64_t unused2[7];
};
static_assert(sizeof(struct xsave_area) == 512 + 64 && offsetof(struct xsave_area, mxcsr) == 24);

alignas(64) static const struct xsave_area initial = {.fcw = 0x37f, .mxcsr = 0x1f80};

void fpu_init(void)
{
    if (!cpu_has(CPU_XSAVE)) {
        __asm__ volatile("fxrstor64 %0" : : "m"(initial));
        return;
    }
    const struct cpuid supported = cpuid(0xd, 0);
    xsetbv(0, supported.eax & XCR0_MANAGED);
    if (cpu_has(CPU_XSAVES))
        wrmsr(IA32_XSS, 0);
    __asm__ volatile("xrstor64 %0" : : "m"(initial), "a"(~0u), "d"(~0u));
}
