/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/fpu.h"

#include "arch/aarch64/asm.h"
#include "arch/aarch64/sysreg.h"
#include "kernel/base/string.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"
#include "kernel/mm/slab.h"
#include "kernel/obj/pd.h"

static_assert(offsetof(struct arch_fpu, fpsr) == 8, "fpu.S");
static_assert(offsetof(struct arch_fpu, v) == FPU_VECTORS, "fpu.S");

static struct slab_cache cache = SLAB_CACHE(struct arch_fpu);

struct arch_fpu *fpu_create(const struct ec *ec)
{
    struct arch_fpu *const fpu = pd_object_alloc(ec->host->pd, &cache);
    if (fpu != nullptr)
        memset(fpu, 0, sizeof *fpu);
    return fpu;
}

void fpu_destroy(struct ec *ec)
{
    struct arch_cpu *const cpu = &cpu_local()->arch;
    if (ec->arch.fpu == nullptr)
        return;
    if (cpu->fpu_owner == ec)
        cpu->fpu_owner = nullptr;
    pd_object_free(ec->host->pd, &cache, ec->arch.fpu);
    ec->arch.fpu = nullptr;
}

void fpu_deny(void)
{
    SYSREG_WRITE(cptr_el2, SYSREG_READ(cptr_el2) | CPTR_TFP);
}

void fpu_allow(void)
{
    SYSREG_WRITE(cptr_el2, SYSREG_READ(cptr_el2) & ~(uint64_t)CPTR_TFP);
}

bool fpu_take(struct ec *ec)
{
    struct arch_cpu *const cpu = &cpu_local()->arch;
    if (ec->arch.fpu == nullptr)
        return false;
    fpu_allow();
    isb();
    if (cpu->fpu_owner != ec) {
        if (cpu->fpu_owner != nullptr)
            fpu_save(cpu->fpu_owner->arch.fpu);
        fpu_load(ec->arch.fpu);
        cpu->fpu_owner = ec;
    }
    /* Relaxed: others only look for spaces that no EC here is bound to. */
    const uintptr_t world = atomic_load_explicit(&cpu->world, memory_order_relaxed);
    atomic_store_explicit(&cpu->world, world | WORLD_STICKY, memory_order_relaxed);
    return true;
}
