/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/fpu.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/space.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"
#include "kernel/mm/slab.h"
#include "kernel/obj/pd.h"

/* XCR0: x87, SSE, AVX, AVX-512 (SDM vol. 1, "XSAVE-Supported Features and State-Component Bitmaps"). */
enum : uint64_t { XCR0_MANAGED = 0xe7, XCOMP_COMPACTED = UINT64_C(1) << 63 };
enum : uint32_t { AREA_ALIGN = 64 };

/* FXSAVE image and XSAVE header (SDM vol. 1, "XSAVE-Managed State"). */
struct fpu_area {
    uint16_t fcw;
    uint16_t unused0[11];
    uint32_t mxcsr;
    uint32_t unused1[121];
    uint64_t xstate_bv; /* 0: every component is in its initial state */
    uint64_t xcomp_bv;
    uint64_t unused2[6];
};
static_assert(sizeof(struct fpu_area) == 512 + 64 && offsetof(struct fpu_area, mxcsr) == 24);

alignas(AREA_ALIGN) static const struct fpu_area initial = {.fcw = 0x37f, .mxcsr = 0x1f80};

/* How state is saved; of these the first that the CPU has. */
static enum fpu_format : uint8_t {
    FPU_XSAVES,   /* compacted, what is in its initial state or unchanged left out */
    FPU_XSAVEOPT, /* what is in its initial state or unchanged left out            */
    FPU_XSAVE,
    FPU_FXSAVE,
} format;

/* All written by the boot CPU, before other CPUs run. */
static uint64_t components; /* XCR0 */
static bool eager;          /* TS does not hide registers */
static bool clear_pointers; /* those of the last x87 instruction are neither saved nor restored */
static struct slab_cache cache;

#define FPU_OP(op, area) __asm__ volatile(op "64 (%0)" : : "r"(area), "a"(~0u), "d"(~0u) : "memory")

static void save(struct fpu_area *area)
{
    switch (format) {
    case FPU_XSAVES:
        FPU_OP("xsaves", area);
        break;
    case FPU_XSAVEOPT:
        FPU_OP("xsaveopt", area);
        break;
    case FPU_XSAVE:
        FPU_OP("xsave", area);
        break;
    case FPU_FXSAVE:
        FPU_OP("fxsave", area);
        break;
    }
}

/* Addresses of the last instruction and its operand become ours (APM vol. 2, "FXSAVE and FXRSTOR"). */
static void pointers_clear(void)
{
    static const int32_t zero;
    __asm__ volatile("fnclex; emms; fildl %0" : : "m"(zero));
}

static void restore(const struct fpu_area *area)
{
    if (clear_pointers)
        pointers_clear();
    switch (format) {
    case FPU_XSAVES:
        FPU_OP("xrstors", area);
        break;
    case FPU_XSAVEOPT:
    case FPU_XSAVE:
        FPU_OP("xrstor", area);
        break;
    case FPU_FXSAVE:
        FPU_OP("fxrstor", area);
        break;
    }
}

static void restore_initial(void)
{
    if (clear_pointers)
        pointers_clear();
    if (format == FPU_FXSAVE)
        FPU_OP("fxrstor", &initial);
    else
        FPU_OP("xrstor", &initial); /* not compacted: whatever the format */
}

static void ts_clear(void)
{
    __asm__ volatile("clts" ::: "memory");
}

static void ts_set(void)
{
    write_cr0(CR0_KERNEL | CR0_TS);
}

static uint32_t area_size(void)
{
    switch (format) {
    case FPU_XSAVES:
        return cpuid(0xd, 1).ebx;
    case FPU_XSAVEOPT:
    case FPU_XSAVE:
        return cpuid(0xd, 0).ebx;
    case FPU_FXSAVE:
        return sizeof(struct fpu_area);
    }
    unreachable();
}

/*
 * XSAVES of AMD's family 17h may leave XMM registers out (erratum 1386 of its revision guides). Family:
 * SDM vol. 2, "CPUID", leaf 1.
 */
static bool has_xsaves(bool is_amd)
{
    const uint32_t signature = cpuid(1, 0).eax;
    const uint32_t family = (signature >> 8 & 0xf) + (signature >> 20 & 0xff);
    return cpu_has(CPU_XSAVES) && !(is_amd && family == 0x17);
}

/* Before the boot CPU: what is the same on all CPUs. */
static void choose(void)
{
    const bool is_amd = cpu_vendor() == CPU_VENDOR_AMD;
    eager = !is_amd;
    clear_pointers = is_amd && !cpu_has(CPU_XSAVE_POINTERS);
    format = !cpu_has(CPU_XSAVE)     ? FPU_FXSAVE
             : has_xsaves(is_amd)    ? FPU_XSAVES
             : cpu_has(CPU_XSAVEOPT) ? FPU_XSAVEOPT
                                     : FPU_XSAVE;
    components = format == FPU_FXSAVE ? 0 : cpuid(0xd, 0).eax & XCR0_MANAGED;
}

void fpu_init(struct cpu *cpu)
{
    ts_clear();
    if (cpu == &boot_cpu)
        choose();
    if (format != FPU_FXSAVE)
        xsetbv(0, components);
    if (format == FPU_XSAVES)
        wrmsr(IA32_XSS, 0);
    if (cpu == &boot_cpu) {
        cache.object_size = (uint32_t)align_up(area_size(), AREA_ALIGN);
        ASSERT(cache.object_size <= PAGE_SIZE - AREA_ALIGN); /* XCR0_MANAGED says so */
    }
    restore_initial();
    ts_set();
    cpu->arch.switch_work |= eager ? SWITCH_FPU : 0;
}

status_t fpu_create(struct ec *ec)
{
    struct fpu_area *const area = pd_object_alloc(ec->host->pd, &cache);
    if (area == nullptr)
        return MEM_OBJ;
    ASSERT(is_aligned((uintptr_t)area, AREA_ALIGN));
    *area = initial;
    if (format == FPU_XSAVES)
        area->xcomp_bv = XCOMP_COMPACTED | components;
    ec->arch.fpu = area;
    return SUCCESS;
}

/* Whoever owns the registers loses them, and nothing of them stays. */
static void clear(struct cpu *cpu)
{
    cpu->arch.fpu_owner = nullptr;
    ts_clear();
    restore_initial();
    ts_set();
    if (!eager)
        cpu->arch.switch_work &= ~SWITCH_FPU;
}

void fpu_destroy(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    if (ec->arch.fpu == nullptr)
        return;
    if (cpu->arch.fpu_owner == ec)
        clear(cpu);
    pd_object_free(ec->host->pd, &cache, ec->arch.fpu);
    ec->arch.fpu = nullptr;
}

/* The registers, which TS hides no longer, become those of `ec`. */
static void own(struct cpu *cpu, struct ec *ec)
{
    struct ec *const owner = cpu->arch.fpu_owner;
    ts_clear();
    if (owner == ec)
        return;
    if (owner != nullptr)
        save(owner->arch.fpu);
    restore(ec->arch.fpu);
    cpu->arch.fpu_owner = ec;
}

bool fpu_use(struct cpu *cpu, struct ec *ec)
{
    if (ec->arch.fpu == nullptr)
        return false;
    own(cpu, ec);
    cpu->arch.switch_work |= SWITCH_FPU;
    space_set_quick(cpu);
    return true;
}

void fpu_switch(struct cpu *cpu, struct ec *ec)
{
    struct ec *const owner = cpu->arch.fpu_owner;
    if (owner == ec)
        return;
    if (!eager) {
        ts_set();
        cpu->arch.switch_work &= ~SWITCH_FPU;
    } else if (ec->arch.fpu != nullptr) {
        own(cpu, ec);
    } else if (owner != nullptr) {
        save(owner->arch.fpu);
        clear(cpu);
    }
}
