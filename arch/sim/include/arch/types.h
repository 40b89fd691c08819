/* SPDX-License-Identifier: GPL-2.0-only */
/* Sheet 1 of the simulated CPU: what the core embeds by value, for tests on the host. */
#pragma once

#include <stdint.h>

#include "kernel/mm/ptab_format.h"

#define ARCH_NAME "sim"
enum : uint16_t { ARCH_ELF_MACHINE = 0x3e };
enum : bool { ARCH_HAS_PIO = true, ARCH_HAS_MSR = true, ARCH_HAS_GUEST_IRQ = true };

/* The pool of a test is a static array; phys_to_virt(p) == p there. */
#define KERNEL_VIRT UINT64_C(0)
enum : uint64_t {
    ARCH_KMAP_WINDOW = UINT64_C(0x2000'0000'0000), /* what is shown there lies there: machine.c */
    ARCH_KMAP_DEVICE = UINT64_C(0x2000'4000'0000),
    ARCH_KMAP_STACK = UINT64_C(0x2000'8000'0000),
};

/* The kernel's own events of host ECs (interface specification, 8.6). */
enum : unsigned { ARCH_EVENT_STARTUP = 0x20, ARCH_EVENT_RECALL = 0x21 };
/* And of virtual CPUs. */
enum : unsigned { ARCH_GUEST_STARTUP = 0x40, ARCH_GUEST_RECALL = 0x41, ARCH_GUEST_TIMER = 0x42 };

struct arch_regs {
    uint64_t slot[5]; /* P0..P4 */
    uint64_t ip, sp;
};

struct arch_ec {
    struct arch_regs regs;
    uint64_t
        *fpu; /* a page, whose first word stands for FPU registers; nullptr: no FPU for this EC */
    uint64_t
        hidden; /* STC ticks that a virtual CPU does not see                                       */
    bool
        has_run; /* something of it may be in its CPU                                               */
};

struct arch_space_hst {
    uint64_t *root;
    uint64_t flushes; /* how often the core asked for a flush */
    bool dying;       /* CPUs that serve leave it             */
};

struct ec;
struct space_bit;
struct space_hst;

struct arch_cpu {
    _Atomic bool kicked;     /* an inter-processor interrupt is pending                  */
    uint64_t timer;          /* STC at which the timer interrupts; UINT64_MAX: it is off */
    uint64_t irqs;           /* interrupts of devices that are pending                   */
    struct space_hst *host;  /* active host space; its translations may be remembered    */
    struct space_bit *ports; /* whose bitmap was copied                                  */
    uint64_t fpu;            /* the FPU's registers                                      */
    struct ec *fpu_owner;    /* whose they are                                           */
};

/*
 * The format of x86_64 long mode, without its attributes; breaks are demanded as on aarch64, unless a test
 * wants it otherwise.
 */
#ifndef SIM_BREAK_BITS
#define SIM_BREAK_BITS 0x7f0f'ffff'ffff'f080 /* all but permissions and the kernel's mark */
#endif
static constexpr struct ptab_format ARCH_PTAB_HOST = {
    .levels = 4,
    .root_bits = 9,
    .present = 1,
    .break_bits = SIM_BREAK_BITS,
    .leaf_mask = 0x80,
    .leaf_value = 0x80,
    .addr_mask = 0x000f'ffff'ffff'f000,
    .table = 0x7,
};

/* Bits of a leaf at `level`: permissions in 9..12 of the software bits, mad from bit 52 on. */
static inline uint64_t arch_host_leaf(struct mem_attr attr, unsigned level)
{
    return UINT64_C(1) | (level > 0 ? 0x80u : 0u) | (attr.owned ? 0x800u : 0u) |
           (uint64_t)(attr.perm & 0xf) << 52 | (uint64_t)(attr.mad & 0x7f) << 56;
}

static inline struct mem_attr arch_host_attr(uint64_t pte, [[maybe_unused]] unsigned level)
{
    return (struct mem_attr){
        .mad = pte >> 56 & 0x7f, .perm = pte >> 52 & 0xf, .owned = (pte & 0x800) != 0};
}

static constexpr struct ptab_format ARCH_PTAB_KERNEL = ARCH_PTAB_HOST;

static inline uint64_t arch_kernel_leaf(enum kmap_kind kind, unsigned level)
{
    return UINT64_C(1) | (level > 0 ? 0x80u : 0u) | (uint64_t)kind << 52;
}

static inline bool arch_mad_is_valid(uint32_t mad)
{
    return (mad & 7) <= 4;
}
