/* SPDX-License-Identifier: GPL-2.0-only */
/* Sheet 1 of x86_64: what the core embeds by value, and the page-table formats. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/perm.h"
#include "kernel/mm/ptab_format.h"

#define ARCH_NAME "x86_64"
enum : uint16_t { ARCH_ELF_MACHINE = 0x3e }; /* EM_X86_64 */
enum : bool { ARCH_HAS_PIO = true, ARCH_HAS_MSR = true };
#define ARCH_HAS_GUEST_IRQ 0 /* a macro: what depends on it is unreachable on purpose */

/* All of the kernel lives below one entry of the top-level table, the last. */
#define KERNEL_VIRT UINT64_C(0xffff'ffff'8000'0000)
enum : uint64_t {
    ARCH_KMAP_WINDOW = UINT64_C(0xffff'ff80'0000'0000),
    ARCH_KMAP_DEVICE = UINT64_C(0xffff'ff80'4000'0000),
    ARCH_KMAP_STACK = UINT64_C(0xffff'ff80'8000'0000),
};

/* The kernel's own events of host ECs (interface specification, 8.6). */
enum : unsigned { ARCH_EVENT_STARTUP = 0x20, ARCH_EVENT_RECALL = 0x21 };
/* And of virtual CPUs, which have no timer of their own. */
enum : unsigned {
    ARCH_GUEST_STARTUP = 0x100,
    ARCH_GUEST_RECALL = 0x101,
    ARCH_GUEST_TIMER = ARCH_GUEST_RECALL,
};

/*
 * Registers of an EC in user mode. The last five are what IRET takes (SDM vol. 3, "64-Bit Mode Stack
 * Frame").
 */
struct arch_regs {
    uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector; /* low byte: why it left user mode; VECTOR_SYSCALL: leave by SYSRET */
    uint64_t error;
    uint64_t rip, cs, rflags, rsp, ss;
};

struct fpu_area;

struct arch_ec {
    alignas(16) struct arch_regs regs;
    uint64_t cr2;         /* of the last page fault                            */
    struct fpu_area *fpu; /* its FPU state, when not in a CPU; nullptr: it has none */
};

struct arch_space_hst {
    uint64_t *root;     /* PML4; its last entry is the kernel's                      */
    uint64_t cr3;       /* the same, as CR3 wants it                                 */
    _Atomic bool dying; /* CPUs that have it active leave it when asked (space.c)    */
};

struct cpu_tables;
struct space_bit;
struct space_hst;

/* What a switch to another host space takes besides CR3; arch_cpu.switch_work. */
enum : uint32_t {
    SWITCH_FPU = 1 << 0,     /* the FPU is open: that must end, whatever the space is */
    SWITCH_PORTS = 1 << 1,   /* user mode can reach its ports                        */
    SWITCH_BARRIER = 1 << 2, /* indirect branch predictor barrier                     */
};

struct arch_cpu {
    uint64_t shadow_token; /* of the kernel's shadow stack; 0: none                       */
    /*
     * `host` is the space whose tables CR3 points to, nullptr: the kernel's own. `quick_host` is the
     * same, or nullptr: then even a switch to an EC of that space takes ec_switch. A switch sets it
     * first, then CR3, then `host`: a space that is neither is not in use. Read by other CPUs.
     */
    _Atomic(struct space_hst *) quick_host;
    _Atomic(struct space_hst *) host;
    uint32_t switch_work;      /* SWITCH_*                                                  */
    uint32_t ports_generation; /* of the copy below                                         */
    _Atomic(struct space_hst *) ports_host; /* its owner                                     */
    _Atomic(struct space_bit *)
        ports;                 /* whose bitmap the TSS holds a copy of; nullptr: none. Read by
                                          other CPUs                                         */
    struct ec *fpu_owner;      /* whose state the FPU holds; nullptr: nobody's              */
    struct cpu_tables *tables; /* GDT, TSS and I/O permission bitmap                        */
    uint32_t apic_id;
    uint32_t nmi_count;            /* unexpected NMIs; the first is reported                    */
    const struct arch_regs *fault; /* what stopped the kernel, for arch_cpu_dump                */
    bool nmi_reported;
};

/* Limits of this machine, from CPUID: written once, before anything uses them. */
struct cpu_limits {
    uint8_t phys_bits;     /* of addresses that can be delegated, 47 at most                    */
    uint8_t key_shift;     /* where key identifiers begin in a page-table entry                 */
    uint8_t host_max_leaf; /* 2 with 1 GiB pages, else 1                                        */
    uint16_t key_max;      /* largest key identifier; 0: no memory encryption with many keys    */
};
extern struct cpu_limits cpu_limits;

/* Paging-structure entries (SDM vol. 3, "4-Level Paging and 5-Level Paging"). */
enum : uint64_t {
    PTE_P = UINT64_C(1) << 0,
    PTE_W = UINT64_C(1) << 1,
    PTE_U = UINT64_C(1) << 2,
    PTE_PWT = UINT64_C(1) << 3, /* with PCD: PAT index bits 0 and 1      */
    PTE_A = UINT64_C(1) << 5,
    PTE_D = UINT64_C(1) << 6,
    PTE_PS = UINT64_C(1) << 7,  /* above level 0: leaf                   */
    PTE_PAT = UINT64_C(1) << 7, /* at level 0; bit 12 of leaves above    */
    PTE_PAT_LARGE = UINT64_C(1) << 12,
    PTE_G = UINT64_C(1) << 8,
    PTE_OWNED = UINT64_C(1) << 9, /* ignored by the CPU, and so the next two */
    PTE_XU = UINT64_C(1) << 10,
    PTE_XS = UINT64_C(1) << 11,
    PTE_NX = UINT64_C(1) << 63,
};
enum : unsigned { PTE_PWT_SHIFT = 3, PTE_XU_SHIFT = 10 };

/* Memory attribute descriptor (interface specification, 8.7.5). */
enum : uint32_t {
    MAD_CA_MASK = 0x7, /* is the PAT index: see cpu.c                      */
    MAD_CA_LAST = 0x4, /* higher ones are reserved                         */
    MAD_KI_SHIFT = 3,
    MAD_KI_MASK = 0x7fff,
};

/*
 * Key identifiers sit inside addr_mask: harmless, as an address taken from a leaf only ever goes back
 * into a leaf with the same key.
 */
static constexpr struct ptab_format ARCH_PTAB_HOST = {
    .levels = 4,
    .root_bits = 9,
    .present = PTE_P,
    .leaf_mask = PTE_PS,
    .leaf_value = PTE_PS,
    .addr_mask = 0x000f'ffff'ffff'f000,
    .table = PTE_P | PTE_W | PTE_U | PTE_A,
};

static constexpr struct ptab_format ARCH_PTAB_KERNEL = {
    .levels = 4,
    .root_bits = 9,
    .present = PTE_P,
    .leaf_mask = PTE_PS,
    .leaf_value = PTE_PS,
    .addr_mask = 0x000f'ffff'ffff'f000,
    .table = PTE_P | PTE_W | PTE_A,
};

/* Bits of a leaf of a host space. Accessed and dirty are set: the CPU need not write them. */
static inline uint64_t arch_host_leaf(struct mem_attr attr, unsigned level)
{
    const uint32_t ca = attr.mad & MAD_CA_MASK;
    const uint64_t key = attr.mad >> MAD_KI_SHIFT & MAD_KI_MASK;
    uint64_t pte = PTE_P | PTE_U | PTE_A | (uint64_t)(ca & 3) << PTE_PWT_SHIFT;
    if (key != 0)
        pte |= key << cpu_limits.key_shift;
    if (level > 0)
        pte |= PTE_PS | (ca & 4 ? PTE_PAT_LARGE : 0);
    else
        pte |= ca & 4 ? PTE_PAT : 0;
    if (attr.perm & PERM_MEM_W)
        pte |= PTE_W | PTE_D;
    /* One bit stops user and supervisor from executing; which of them may is remembered beside. */
    if (!(attr.perm & (PERM_MEM_XU | PERM_MEM_XS)))
        pte |= PTE_NX;
    pte |= (uint64_t)(attr.perm & (PERM_MEM_XU | PERM_MEM_XS)) / PERM_MEM_XU << PTE_XU_SHIFT;
    return pte | (attr.owned ? PTE_OWNED : 0);
}

static inline struct mem_attr arch_host_attr(uint64_t pte, unsigned level)
{
    const uint32_t ca = (uint32_t)(pte >> PTE_PWT_SHIFT & 3) |
                        (pte & (level > 0 ? PTE_PAT_LARGE : PTE_PAT) ? 4u : 0u);
    const uint32_t key =
        cpu_limits.key_max == 0 ? 0 : (uint32_t)((pte & ~PTE_NX) >> cpu_limits.key_shift);
    return (struct mem_attr){
        .mad = ca | (key & cpu_limits.key_max) << MAD_KI_SHIFT,
        .perm = (uint8_t)(PERM_MEM_R | (pte & PTE_W ? PERM_MEM_W : 0) |
                          (pte >> PTE_XU_SHIFT & 3) * PERM_MEM_XU),
        .owned = (pte & PTE_OWNED) != 0,
    };
}

static inline bool arch_mad_is_valid(uint32_t mad)
{
    return (mad & MAD_CA_MASK) <= MAD_CA_LAST &&
           (mad >> MAD_KI_SHIFT & MAD_KI_MASK) <= cpu_limits.key_max;
}

/* Bits of a leaf of the kernel's own: global, never executable. */
static inline uint64_t arch_kernel_leaf(enum kmap_kind kind, unsigned level)
{
    const uint64_t pte = PTE_P | PTE_A | PTE_G | PTE_NX | (level > 0 ? PTE_PS : 0);
    switch (kind) {
    case KMAP_READ:
        return pte;
    case KMAP_WRITE:
        return pte | PTE_W | PTE_D;
    case KMAP_REGISTERS:
        return pte | PTE_W | PTE_D | UINT64_C(3) << PTE_PWT_SHIFT; /* PAT 3: uncacheable */
    }
    unreachable();
}
