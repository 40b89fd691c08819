/* SPDX-License-Identifier: GPL-2.0-only */
/* Sheet 2 of aarch64: functions too hot to call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "arch/types.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"

struct cpu;

/* TPIDR_EL2 holds the CPU's struct from the first C function on and is never changed. */
static inline struct cpu *arch_cpu_local(void)
{
    struct cpu *cpu;
    __asm__("mrs %0, tpidr_el2" : "=r"(cpu));
    return cpu;
}

static inline void arch_cpu_relax(void)
{
    __asm__ volatile("yield");
}

/* The MMU may take an old view of a table until a DSB. Arm ARM, "Ordering of translation table walks". */
static inline void arch_ptab_sync(void)
{
    __asm__ volatile("dsb ishst\n isb" : : : "memory");
}

/* Zero the page, by the block that DC ZVA covers (DCZID_EL0, BS; at most 2 KiB). */
static inline void arch_page_zero(void *page)
{
    uint64_t bs;
    __asm__("mrs %0, dczid_el0" : "=r"(bs));
    const uint64_t block = UINT64_C(4) << (bs & 0xf);
    const uintptr_t end = (uintptr_t)page + PAGE_SIZE;
    for (uintptr_t at = (uintptr_t)page; at < end; at += block)
        __asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
}

/* Eight words from `f` + at to `t` + at; the first form moves both on by `size` bytes before the rest. */
#define COPY_8(at)                                                                                 \
    "ldp %[a], %[b], [%[f], #" at "]\n ldp %[c], %[d], [%[f], #" at "+16]\n"                       \
    "ldp %[e], %[g], [%[f], #" at "+32]\n ldp %[h], %[i], [%[f], #" at "+48]\n"                    \
    "stp %[a], %[b], [%[t], #" at "]\n stp %[c], %[d], [%[t], #" at "+16]\n"                       \
    "stp %[e], %[g], [%[t], #" at "+32]\n stp %[h], %[i], [%[t], #" at "+48]\n"
#define COPY_8_MOVE(size)                                                                          \
    "ldp %[a], %[b], [%[f]], #" size "\n ldp %[c], %[d], [%[f], #16-" size "]\n"                   \
    "ldp %[e], %[g], [%[f], #32-" size "]\n ldp %[h], %[i], [%[f], #48-" size "]\n"                \
    "stp %[a], %[b], [%[t]], #" size "\n stp %[c], %[d], [%[t], #16-" size "]\n"                   \
    "stp %[e], %[g], [%[t], #32-" size "]\n stp %[h], %[i], [%[t], #48-" size "]\n"

/*
 * Copy `count` words, 1 to 512, from one UTCB to another. Short messages are the common ones. Long ones
 * go by the bits of their length and then 32 words at a time; the FPU's registers are the user's.
 */
static inline void arch_words_copy(void *to, const void *from, size_t count)
{
    uint64_t *t = to;
    const uint64_t *f = from;
    if (LIKELY(count == 1)) {
        *t = *f;
        return;
    }
    if (count <= 4) {
        const uint64_t w0 = f[0], w1 = f[1], y = f[count - 2], z = f[count - 1]; /* may overlap */
        t[0] = w0;
        t[1] = w1;
        t[count - 2] = y;
        t[count - 1] = z;
        return;
    }
    uint64_t a, b, c, d, e, g, h, i;
    __asm__ volatile(
        "tbz %[n], #0, 1f\n"
        "ldr %[a], [%[f]], #8\n str %[a], [%[t]], #8\n"
        "1: tbz %[n], #1, 2f\n"
        "ldp %[a], %[b], [%[f]], #16\n stp %[a], %[b], [%[t]], #16\n"
        "2: tbz %[n], #2, 3f\n"
        "ldp %[a], %[b], [%[f]], #32\n ldp %[c], %[d], [%[f], #-16]\n"
        "stp %[a], %[b], [%[t]], #32\n stp %[c], %[d], [%[t], #-16]\n"
        "3: tbz %[n], #3, 4f\n" COPY_8_MOVE("64") "4: tbz %[n], #4, 5f\n" COPY_8_MOVE("128")
            COPY_8("64-128") "5: lsr %[n], %[n], #5\n cbz %[n], 7f\n"
                             "6:\n" COPY_8_MOVE("256") COPY_8("64-256") COPY_8("128-256")
                                 COPY_8("192-256") "sub %[n], %[n], #1\n cbnz %[n], 6b\n"
                                                   "7:\n"
        : [t] "+r"(t), [f] "+r"(f), [n] "+r"(count), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c),
          [d] "=&r"(d), [e] "=&r"(e), [g] "=&r"(g), [h] "=&r"(h), [i] "=&r"(i)
        :
        : "memory");
}
#undef COPY_8
#undef COPY_8_MOVE

/* System time counter: the physical counter, less the time the machine slept. */
extern uint64_t arch_stc_offset;

static inline uint64_t arch_stc_read(void)
{
    uint64_t count;
    /* The barrier keeps the read from being done early. Arm ARM, CNTPCT_EL0. */
    __asm__ volatile("isb\n mrs %0, cntpct_el0" : "=r"(count) : : "memory");
    return count - arch_stc_offset;
}

/* Hypercall slots P0..P4 are X0..X4. */
static inline uint64_t arch_ec_slot(const struct arch_ec *ec, unsigned n)
{
    return ec->regs.x[n];
}

static inline void arch_ec_set_slot(struct arch_ec *ec, unsigned n, uint64_t value)
{
    ec->regs.x[n] = value;
}

/* Where the EC will go on. During its own hypercall the register has it, not the frame. */
static inline uint64_t arch_ec_ip(const struct arch_ec *ec)
{
    return ec->regs.elr;
}

static inline void arch_ec_set_ip(struct arch_ec *ec, uint64_t ip)
{
    ec->regs.elr = ip;
}

static inline unsigned arch_phys_bits(void)
{
    return arch_features.hva_bits;
}

static inline unsigned arch_hva_bits(void)
{
    return arch_features.hva_bits;
}

/* Blocks of 1 GiB exist with the 4 KiB granule on every CPU. */
static inline unsigned arch_host_max_leaf(void)
{
    return 2;
}

/* The kernel itself needs EL2, so guests can be had wherever it runs. */
static inline bool arch_has_guests(void)
{
    return true;
}
