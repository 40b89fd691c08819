/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this machine is, in the kernel's own words. Filled once by platform.c from the board's row or
 * from ACPI tables (platform_acpi.c), read-only afterwards.
 */
#pragma once

#include "kernel/boot/config.h"
#include "kernel/cpu/cpu.h"
#include "platforms/board.h"

enum cpu_start : uint8_t { CPU_START_NONE, CPU_START_PSCI, CPU_START_SPIN };

enum : uint16_t { PLATFORM_GICR_MAX = 32 };

/* Private peripheral interrupts. */
enum : uint16_t { INTID_PPI = 16, PPI_COUNT = 16 };

/* Level-triggered, high or low, in the flags of struct board_irq. */
enum : uint8_t { PLATFORM_IRQ_LEVEL = 0xc };

struct platform {
    struct board_range gicd, gicc, gich; /* base 0: there is none                    */
    struct board_range gicr[PLATFORM_GICR_MAX];
    uint16_t gicr_count;
    struct board_irq timer_el2, timer_virt; /* PPIs                                  */
    enum cpu_start start;
    uint64_t spin_table; /* CPU_START_SPIN: one 64-bit entry address per listed CPU  */
    uint16_t cpu_count;
    struct platform_cpu {
        uint64_t mpidr; /* affinity fields                                           */
        uint64_t gicr;  /* redistributor; 0: none, or to be found in `gicr` above    */
        volatile void *gicr_cpu, *gicr_sgi; /* its two frames, mapped                */
    } cpu[CPU_MAX]; /* as listed; not all need exist                             */
};
extern struct platform platform;

/*
 * Fill `platform` from ACPI tables, protect what they describe and register their consoles. Answers
 * false, having changed nothing, when there are no usable tables.
 */
bool platform_read_acpi(const struct boot_config *config);

/* Add a CPU; too many are dropped with a line that says so. */
void platform_add_cpu(uint64_t mpidr, uint64_t gicr);

/* Add a region of redistributors; likewise. */
void platform_add_gicr(struct board_range region);

/* The interrupt of EL2's physical timer. */
static inline unsigned platform_timer_intid(void)
{
    return INTID_PPI + platform.timer_el2.number;
}

/* The interrupt of the virtual timer. */
static inline unsigned platform_virtual_timer_intid(void)
{
    return INTID_PPI + platform.timer_virt.number;
}

/* The listed CPU with these affinity fields, or nullptr. */
const struct platform_cpu *platform_find_cpu(uint64_t mpidr);
