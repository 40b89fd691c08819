/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory spaces: TLB tags and TLB maintenance. Tables themselves are kernel/mm/ptab.h's. */

#include "arch/aarch64/ec.h"
#include "arch/aarch64/start.h"
#include "arch/aarch64/sysreg.h"
#include "arch/contract/ec.h"
#include "arch/contract/space.h"
#include "kernel/base/bits.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"

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

status_t arch_space_hst_init(struct arch_space_hst *space)
{
    space->root = frame_alloc(ROOT_ORDER, FRAME_ZERO);
    if (space->root == nullptr)
        return MEM_OBJ;
    space->vttbr = vmid_take() << VTTBR_VMID_SHIFT | virt_to_phys(space->root).raw;
    dsb_ishst();
    return SUCCESS;
}

void arch_space_hst_fini(struct arch_space_hst *space)
{
    arch_space_hst_flush(space);
    vmid_give(space->vttbr >> VTTBR_VMID_SHIFT);
    frame_free(space->root, ROOT_ORDER);
}

void arch_space_hst_flush(struct arch_space_hst *space)
{
    /* The instruction takes the VMID from VTTBR_EL2. Arm ARM, TLBI VMALLS12E1IS. */
    const uint64_t active = cpu_local()->arch.vttbr;
    dsb_ishst();
    SYSREG_WRITE(vttbr_el2, space->vttbr);
    isb();
    __asm__ volatile("tlbi vmalls12e1is\n dsb ish\n" : : : "memory");
    SYSREG_WRITE(vttbr_el2, active);
    isb();
}

void space_switch(const struct space_hst *space)
{
    const uint64_t vttbr = space->arch.vttbr;
    cpu_local()->arch.vttbr = vttbr;
    SYSREG_WRITE(vttbr_el2, vttbr);
    if (vttbr >> VTTBR_VMID_SHIFT == VMID_SHARED) {
        isb();
        __asm__ volatile("tlbi vmalls12e1\n dsb nsh\n" : : : "memory");
    }
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

void arch_ports_flush([[maybe_unused]] struct space_bit *ports)
{
    unreachable(); /* no ports, hence no port spaces */
}

uint64_t *arch_kernel_root(void)
{
    return table_root;
}
