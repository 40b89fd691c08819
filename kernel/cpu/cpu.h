/* SPDX-License-Identifier: GPL-2.0-only */
/* What belongs to one CPU, and the little that others may touch. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/inline.h"
#include "arch/types.h"
#include "kernel/sched/queue.h"

enum : uint16_t { CPU_MAX = 512 }; /* CPUs the kernel can number */
enum : size_t { CPU_CACHE_LINE = 64 };
enum : unsigned { CPU_STACK_ORDER = 1 }; /* kernel stack: 8 KiB        */

struct ec;
struct kobject;

struct cpu {
    struct cpu *self;   /* offset 0: entry code finds it there               */
    struct ec *current; /* offset 8: the EC whose registers an entry saves   */
    void *stack_top;    /* offset 16: one past the kernel stack              */
    uint16_t id;        /* CPU number of the interface                       */
    bool panicking;     /* this CPU reports a fault                          */
    struct arch_cpu arch;
    struct sched sched;
    struct kobject *oldest; /* received, in order, and not delivered; nullptr: none */
    struct kobject *newest; /* these come behind them, and are to be put in order   */

    /* Other CPUs may read or write below this line, through atomics only. */
    alignas(CPU_CACHE_LINE) struct cpu_shared {
        _Atomic bool online;
        _Atomic uint32_t asked;          /* counts cpu_ask                                    */
        _Atomic uint32_t served;         /* `asked` as it was when this CPU last served       */
        _Atomic(struct kobject *) inbox; /* newest first                                      */
        _Atomic uint64_t rcu_seen;       /* grace period at the last quiescent point; idle: max */
    } shared;
};
static_assert(offsetof(struct cpu, self) == 0, "entry code");
static_assert(offsetof(struct cpu, current) == 8, "entry code");
static_assert(offsetof(struct cpu, stack_top) == 16, "entry code");

/* The boot CPU's struct is static: it exists before the allocator does. */
extern struct cpu boot_cpu;

/* CPUs that exist, by number; cpu_count of them. Written by the boot CPU only, while booting. */
extern struct cpu *cpu_table[CPU_MAX];
extern uint16_t cpu_count;

/* The struct of the CPU that runs this; it stays valid, as kernel code does not migrate. */
static inline struct cpu *cpu_local(void)
{
    return arch_cpu_local();
}

/*
 * Make the struct of the next CPU number (cpu_count), with a kernel stack, and count it. `boot` tells
 * that it is the CPU that runs this, which takes the next number with its static struct.
 * Answers nullptr, saying why on the console, when memory or numbers have run out. What the CPU takes on its way up
 * is there then, and an eighth of the pool and its reserve are left behind it.
 * Context: boot CPU.
 */
struct cpu *cpu_create(bool boot);

/* The level of control-flow protection that is in effect, as the build names it: "none" to "full". */
const char *cpu_cfp_name(bool branch, bool returns);

/* Forget the CPU made last: it could not be started. */
void cpu_drop_last(void);
