/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory spaces: TLB tags and TLB maintenance. Tables themselves are kernel/mm/ptab.h's. */

#include "arch/aarch64/ec.h"
#include "arch/aarch64/fpu.h"
#include "arch/aarch64/guest.h"
#include "arch/aarch64/mitigations.h"
#include "arch/aarch64/start.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/contract/space.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/obj/pd.h"

/* Arm ARM, VTTBR_EL2. VMID 0 is shared by spaces that came when all others were taken. */
enum : unsigned { VTTBR_VMID_SHIFT = 48, VMID_SHARED = 0 };

/* Two concatenated tables of level 1 (ARCH_PTAB_HOST.root_bits): 8 KiB, aligned to their size. */
enum : unsigned { ROOT_ORDER = 1 };
static_assert(ARCH_PTAB_HOST.root_bits == PTAB_INDEX_BITS + ROOT_ORDER);

enum : size_t { VMID_WORDS = 0x1'0000 / 64 };
static struct {
    struct spinlock lock;
    uint64_t used[VMID_WORDS] GUARDED_BY(&lock); /* one bit per VMID; bit 0 is never given out */
} vmids;

static uint64_t vmid_take(void)
{
    SPIN_GUARD(&vmids.lock);
    vmids.used[0] |= bit(VMID_SHARED);
    const size_t words = bit(arch_features.vmid_bits) / 64;
    for (size_t i = 0; i < words; i++)
        if (~vmids.used[i] != 0) {
            const unsigned n = bit_lowest(~vmids.used[i]);
            vmids.used[i] |= bit(n);
            return i * 64 + n;
        }
    return VMID_SHARED;
}

static void vmid_give(uint64_t vmid)
{
    SPIN_GUARD(&vmids.lock);
    vmids.used[vmid / 64] &= ~bit(vmid % 64);
}

/* VMID of a value of VTTBR_EL2. */
static uint64_t vmid_of(uint64_t vttbr)
{
    return vttbr >> VTTBR_VMID_SHIFT;
}

static struct pd *space_pd(struct arch_space_hst *space)
{
    return CONTAINER_OF(space, struct space_hst, arch)->pd;
}

status_t arch_space_hst_init(struct arch_space_hst *space)
{
    space->root = pd_frame_alloc(space_pd(space), ROOT_ORDER, FRAME_ZERO);
    if (space->root == nullptr)
        return MEM_OBJ;
    const uint64_t vmid = vmid_take();
    space->vttbr = vmid << VTTBR_VMID_SHIFT | virt_to_phys(space->root).raw;
    space->world = (uintptr_t)CONTAINER_OF(space, struct space_hst, arch) |
                   (vmid == VMID_SHARED || mitigations_on_leave() ? WORLD_STICKY : 0);
    dsb_ishst();
    return SUCCESS;
}

/* Does `cpu` have `space` active? If not, and no EC is bound to the space, it never will. */
static bool is_world_of(const struct cpu *cpu, const struct arch_space_hst *space)
{
    /* Acquire: pairs with the release in arch_cpu_serve. */
    const uintptr_t world = atomic_load_explicit(&cpu->arch.world, memory_order_acquire);
    return (world & ~WORLD_STICKY) == (space->world & ~WORLD_STICKY);
}

static const struct space_hst *active_space(const struct cpu *cpu)
{
    const uintptr_t world = atomic_load_explicit(&cpu->arch.world, memory_order_relaxed);
    return (const struct space_hst *)(world & WORLD_GUEST
                                          ? 0
                                          : world & ~WORLD_STICKY); /* NOLINT: a tagged pointer */
}

void world_forget_translations(void)
{
    isb(); /* of the VMID in VTTBR_EL2 */
    tlbi_vmalls12e1();
}

void world_end(const struct cpu *cpu)
{
    mitigations_leave(cpu);
    const bool is_shared = vmid_of(SYSREG_READ(vttbr_el2)) == VMID_SHARED;
    SYSREG_WRITE(vttbr_el2, 0);
    if (is_shared)
        world_forget_translations();
}

void world_leave(const struct space_hst *next)
{
    struct cpu *const cpu = cpu_local();
    if (guest_active(cpu) != nullptr) {
        guest_leave(cpu);
        return;
    }
    fpu_deny();
    if (active_space(cpu) != next)
        world_end(cpu);
}

NOINLINE void arch_cpu_serve(void)
{
    struct cpu *const cpu = cpu_local();
    const struct space_hst *const space = active_space(cpu);
    /* Acquire: pairs with the release in arch_space_hst_fini. */
    if (space == nullptr || !atomic_load_explicit(&space->arch.dying, memory_order_acquire))
        return;
    world_leave(nullptr);
    /* Release: who sees the space gone from here finds nothing of it in this CPU's registers. */
    atomic_store_explicit(&cpu->arch.world, 0, memory_order_release);
}

COLD void arch_space_hst_fini(struct arch_space_hst *space)
{
    atomic_store_explicit(&space->dying, true, memory_order_release);
    arch_cpu_serve();
    for (uint16_t id = 0; id < cpu_count; id++)
        if (is_world_of(cpu_table[id], space))
            cpu_ask(cpu_table[id]);
    for (uint16_t id = 0; id < cpu_count; id++)
        if (is_world_of(cpu_table[id], space))
            cpu_await(cpu_table[id]);
    arch_space_hst_flush(space);
    if (vmid_of(space->vttbr) != VMID_SHARED)
        vmid_give(vmid_of(space->vttbr));
    pd_frame_free(space_pd(space), space->root, ROOT_ORDER);
}

void arch_space_hst_flush(struct arch_space_hst *space)
{
    const uint64_t active = SYSREG_READ(vttbr_el2);
    const bool is_active = vmid_of(active) == vmid_of(space->vttbr);
    dsb_ishst();
    if (!is_active) {
        SYSREG_WRITE(vttbr_el2, space->vttbr);
        isb();
    }
    tlbi_vmalls12e1is();
    if (!is_active) {
        SYSREG_WRITE(vttbr_el2, active);
        isb();
    }
}

bool space_maps(struct space_hst *space, uint64_t address)
{
    if (address >= bit(arch_features.hva_bits))
        return false;
    SPIN_GUARD(&space->lock);
    return ptab_lookup(&ARCH_PTAB_HOST, space->arch.root, address).mapped;
}

void arch_kernel_flush(uintptr_t va, uint64_t size)
{
    /* TLBI VAE2IS takes page numbers; beyond some size it is cheaper to drop everything. */
    enum : uint64_t { PAGES_MAX = 64 };
    dsb_ishst();
    if (size >> PAGE_BITS > PAGES_MAX)
        __asm__ volatile("tlbi alle2is" : : : "memory");
    else
        for (uintptr_t at = va; at < va + size; at += PAGE_SIZE)
            __asm__ volatile("tlbi vae2is, %0" : : "r"(at >> PAGE_BITS) : "memory");
    dsb_ish();
    isb();
}

void arch_code_sync(const void *code, size_t size)
{
    /* CTR_EL0.DminLine: words in the smallest data cache line. By address, to the PoU. */
    const uint64_t line = UINT64_C(4) << sysreg_field(SYSREG_READ(ctr_el0), 19, 16);
    const uintptr_t start = (uintptr_t)code, end = start + size;
    for (uintptr_t at = align_down(start, line); at < end; at += line)
        __asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
    dsb_ish();
    __asm__ volatile("ic ialluis" : : : "memory");
    dsb_ish();
    isb();
}

void arch_ports_flush([[maybe_unused]] struct space_bit *ports)
{
    unreachable(); /* no ports, hence no port spaces */
}

uint64_t *arch_kernel_root(void)
{
    return table_root;
}
