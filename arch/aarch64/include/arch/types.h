/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sheet 1 of aarch64: what the core embeds by value, and page-table formats.
 *
 * Arm ARM (DDI 0487), "VMSAv8-64 translation table format descriptors"; 4 KiB granule throughout.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/perm.h"
#include "kernel/mm/ptab_format.h"

#define ARCH_NAME "aarch64"
enum : uint16_t { ARCH_ELF_MACHINE = 0xb7 }; /* EM_AARCH64 */
/* Macros, as code for the other kind of CPU is then unreachable on purpose in the compiler's eyes. */
#define ARCH_HAS_PIO 0
#define ARCH_HAS_MSR 0
#define ARCH_HAS_GUEST_IRQ 1

/* Where the image is mapped: the last 512 GiB of the 48 bits that TTBR0_EL2 covers. */
#define KERNEL_VIRT UINT64_C(0x0000'ff80'0000'0000)

/* 1 GiB each, for kernel/mm/kmap.c. */
#define ARCH_KMAP_WINDOW (KERNEL_VIRT + UINT64_C(0x4000'0000))
#define ARCH_KMAP_DEVICE (KERNEL_VIRT + UINT64_C(0x8000'0000))
#define ARCH_KMAP_STACK (KERNEL_VIRT + UINT64_C(0xc000'0000))

/* Properties of the boot CPU that decide formats, read in start_main. */
extern struct arch_features {
    uint8_t hva_bits;  /* H: input bits of stage 2, and physical addresses that root may have */
    uint8_t vmid_bits; /* 8 or 16                                                             */
    bool xnx;          /* FEAT_XNX: execute permissions of EL1 and EL0 are separate           */
} arch_features;

/* The kernel's own events of host ECs (interface specification, 7.6.2). */
enum : unsigned { ARCH_EVENT_STARTUP = 0x40, ARCH_EVENT_RECALL = 0x41 };
/* And of virtual CPUs. */
enum : unsigned { ARCH_GUEST_STARTUP = 0x40, ARCH_GUEST_RECALL = 0x41, ARCH_GUEST_TIMER = 0x42 };

/*
 * Registers of a host EC; vectors.S knows the offsets (asm.h). What C may change stands together, so
 * that X30, which is of it, makes a pair with X18.
 */
struct arch_regs {
    uint64_t x[18]; /* X0-X17 */
    uint64_t x18, x30;
    uint64_t x19[11]; /* X19-X29 */
    uint64_t sp;      /* SP_EL0 */
    uint64_t elr, spsr;
    uint64_t tpidr, tpidrro;
    uint64_t esr, far; /* of its last exception that was no hypercall */
};

struct arch_fpu;
struct arch_guest;

struct arch_ec {
    alignas(16) struct arch_regs regs; /* 16: SP_EL2 points here while the EC runs           */
    void *stack_top;                   /* of its CPU: the entry takes it from here           */
    struct arch_fpu *fpu;              /* its FPU registers; nullptr: it must not have any   */
    struct arch_guest *guest;          /* virtual CPU: the rest of it; nullptr: a host EC    */
};

/*
 * Tags of what is active on a CPU, a host space or a virtual CPU. Sticky: exit code does more than loading
 * VTTBR_EL2 when it leaves it, world_leave.
 */
enum : uintptr_t { WORLD_STICKY = 1, WORLD_GUEST = 2, WORLD_TAGS = WORLD_STICKY | WORLD_GUEST };

struct arch_space_hst {
    uint64_t *root;
    uint64_t vttbr;     /* VTTBR_EL2: VMID and root                                          */
    uintptr_t world;    /* its struct space_hst, with WORLD_STICKY if it shares its VMID, or
                           a CPU needs it (mitigations.h)                                    */
    _Atomic bool dying; /* no EC is bound to it any more: who has it active leaves it        */
};

struct fault_frame;
struct ec;

/* What a CPU has for guests (guest_start.c). */
struct arch_cpu_guests {
    uint64_t hcr_clear; /* HCR_EL2: bits that are 0 in a guest                            */
    uint64_t hcrx_mask; /* HCRX_EL2: bits that a VMM may set; 0 without FEAT_HCX          */
    uint32_t modes[2];  /* by HCR_EL2.RW: modes of SPSR_EL2 that exist, a bit for each    */
    bool has_ras;
    uint8_t list_count; /* list registers that are used                                   */
    uint8_t apr_count;  /* words of active priorities, each of two groups                 */
};

struct arch_cpu {
    struct fault_frame *fault; /* offset 0: where the vectors put registers of a fatal exception */
    _Atomic uintptr_t world; /* the struct space_hst in VTTBR_EL2, 0: none; with WORLD_STICKY if it
                                  shares its VMID or the FPU is not denied. Or a struct ec, with
                                  WORLD_TAGS: that virtual CPU. Others may read it                */
    struct ec *fpu_owner;    /* whose state the FPU registers hold                             */
    uint64_t mpidr;          /* affinity fields of MPIDR_EL1                                   */
    uint32_t leave_call;     /* firmware call when a host space is left; 0: none (mitigations.h) */
    uint64_t gic_kick;       /* what raises the kick here: GICD_SGIR or ICC_SGI1R_EL1          */
    volatile void *gic_private; /* registers of this CPU's own interrupts                     */
    struct ec *guest_owner;     /* the virtual CPU whose banks are in registers (guest.h)      */
    struct arch_cpu_guests guests;
};

enum : uint64_t {
    PTE_VALID = UINT64_C(1) << 0,
    PTE_TABLE = UINT64_C(1) << 1, /* table above level 0, page at level 0; clear: block */
    PTE_SH_INNER = UINT64_C(3) << 8,
    PTE_AF = UINT64_C(1) << 10,

    /* Stage 1 of EL2 */
    PTE_ATTR_SHIFT = 2,         /* AttrIndx: index into MAIR_EL2, the MAD's cacheability    */
    PTE_AP1 = UINT64_C(1) << 6, /* RES1 in a regime of one exception level          */
    PTE_READ_ONLY = UINT64_C(1) << 7,
    PTE_GUARDED = UINT64_C(1) << 50,
    PTE_XN = UINT64_C(1) << 54,

    /* Stage 2 */
    PTE_MEMATTR_SHIFT = 2,
    PTE_S2_READ = UINT64_C(1) << 6,
    PTE_S2_WRITE = UINT64_C(1) << 7,
    PTE_SH_SHIFT = 8,
    PTE_S2_XN_SHIFT = 53,
    PTE_OWNED = UINT64_C(1) << 55, /* software: kernel-owned, never delegated       */
    PTE_XU = UINT64_C(1) << 56,    /* software: executable in user mode as asked    */
    PTE_XS = UINT64_C(1) << 57,    /* software: executable in supervisor as asked   */

    /* Permissions and software's bits: they change without a break in between. */
    PTE_S2_LOOSE =
        PTE_S2_READ | PTE_S2_WRITE | UINT64_C(3) << PTE_S2_XN_SHIFT | PTE_OWNED | PTE_XU | PTE_XS,
};

/* Cacheability and shareability of a MAD (interface specification, 7.7.5). */
enum : uint32_t {
    MAD_CA_MASK = 7,
    MAD_CA_RESERVED = 4,
    MAD_CA_DEVICE = 0,
    MAD_CA_WRITE_BACK = 7,
    MAD_SH_SHIFT = 3,
    MAD_SH_MASK = 3,
    MAD_SH_RESERVED = 1,
};

/* Stage 2 of host threads: up to 40 bits from level 1, hence two concatenated root tables. */
static constexpr struct ptab_format ARCH_PTAB_HOST = {
    .levels = 3,
    .root_bits = 10,
    .present = PTE_VALID,
    .break_bits = ~PTE_S2_LOOSE,
    .leaf_mask = PTE_TABLE,
    .leaf_value = 0,
    .addr_mask = 0x0000'ffff'ffff'f000,
    .table = PTE_VALID | PTE_TABLE,
};

/* Stage 1 of EL2: 48 bits. */
static constexpr struct ptab_format ARCH_PTAB_KERNEL = {
    .levels = 4,
    .root_bits = 9,
    .present = PTE_VALID,
    .break_bits = ~UINT64_C(0),
    .leaf_mask = PTE_TABLE,
    .leaf_value = 0,
    .addr_mask = 0x0000'ffff'ffff'f000,
    .table = PTE_VALID | PTE_TABLE,
};

/* False for the two reserved encodings; bits 31-5 mean nothing. */
static inline bool arch_mad_is_valid(uint32_t mad)
{
    return (mad & MAD_CA_MASK) != MAD_CA_RESERVED &&
           (mad >> MAD_SH_SHIFT & MAD_SH_MASK) != MAD_SH_RESERVED;
}

/* Stage-2 MemAttr of cacheability n is nibble n: three kinds of device, then NC, WT, WB in both. */
static constexpr uint32_t MEMATTR_OF_CA = 0xfa50'3210;
/* And back: nibble n is the cacheability of MemAttr n. */
static constexpr uint64_t CA_OF_MEMATTR = 0x7000'0600'0050'3210;

/* XN bits 54-53: with FEAT_XNX 00 both, 01 EL0 only, 10 none, 11 EL1 only; without only bit 54. */
static inline uint64_t arch_host_xn(uint8_t perm)
{
    const unsigned x = (perm & PERM_MEM_XU ? 1u : 0u) | (perm & PERM_MEM_XS ? 2u : 0u);
    static constexpr uint8_t xn[4] = {2, 1, 3, 0};
    if (arch_features.xnx)
        return xn[x];
    return x == 0 ? 2 : 0;
}

/* Descriptor bits, without the address, of a stage-2 leaf at `level`; attr.mad is valid. */
static inline uint64_t arch_host_leaf(struct mem_attr attr, unsigned level)
{
    const uint64_t memattr = MEMATTR_OF_CA >> 4 * (attr.mad & MAD_CA_MASK) & 0xf;
    const uint64_t sh = attr.mad >> MAD_SH_SHIFT & MAD_SH_MASK;
    return PTE_VALID | (level == 0 ? PTE_TABLE : 0) | memattr << PTE_MEMATTR_SHIFT |
           (attr.perm & PERM_MEM_R ? PTE_S2_READ : 0) |
           (attr.perm & PERM_MEM_W ? PTE_S2_WRITE : 0) | sh << PTE_SH_SHIFT | PTE_AF |
           arch_host_xn(attr.perm) << PTE_S2_XN_SHIFT | (attr.owned ? PTE_OWNED : 0) |
           (attr.perm & PERM_MEM_XU ? PTE_XU : 0) | (attr.perm & PERM_MEM_XS ? PTE_XS : 0);
}

/* What the leaf `pte` was made from. */
static inline struct mem_attr arch_host_attr(uint64_t pte, [[maybe_unused]] unsigned level)
{
    const uint32_t ca = CA_OF_MEMATTR >> 4 * (pte >> PTE_MEMATTR_SHIFT & 0xf) & MAD_CA_MASK;
    const uint32_t sh = pte >> PTE_SH_SHIFT & MAD_SH_MASK;
    const unsigned perm = (pte & PTE_S2_READ ? PERM_MEM_R : 0u) |
                          (pte & PTE_S2_WRITE ? PERM_MEM_W : 0u) |
                          (pte & PTE_XU ? PERM_MEM_XU : 0u) | (pte & PTE_XS ? PERM_MEM_XS : 0u);
    return (struct mem_attr){
        .mad = ca | sh << MAD_SH_SHIFT, .perm = (uint8_t)perm, .owned = (pte & PTE_OWNED) != 0};
}

/* Descriptor bits, without the address, of a kernel leaf at `level`. Never executable. */
static inline uint64_t arch_kernel_leaf(enum kmap_kind kind, unsigned level)
{
    const uint64_t ca = kind == KMAP_REGISTERS ? MAD_CA_DEVICE : MAD_CA_WRITE_BACK;
    return PTE_VALID | (level == 0 ? PTE_TABLE : 0) | ca << PTE_ATTR_SHIFT | PTE_AP1 |
           (kind == KMAP_READ ? PTE_READ_ONLY : 0) | PTE_SH_INNER | PTE_AF | PTE_XN;
}
