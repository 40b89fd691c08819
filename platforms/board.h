/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel knows of a machine before it reads any firmware table. A board is data: one row of platforms/boards.bzl. */
#pragma once
#include <stdint.h>

enum board_start : uint8_t { BOARD_START_PSCI, BOARD_START_SPIN };

enum board_uart_kind : uint8_t {
    UART_NONE,
    UART_NS16550,
    UART_PL011,
    UART_IMX,
    UART_MINI,
    UART_MESON,
    UART_CADENCE,
    UART_SCIF,
    UART_GENI,
};

struct board_range {
    uint64_t base, size;
};

/* The number is relative to the first PPI or SPI; flags as in a device tree (4 and 8: level). */
struct board_irq {
    uint16_t number;
    uint8_t flags;
};

/* clock_hz 0 keeps the divisor that firmware programmed. */
struct board_uart {
    enum board_uart_kind kind;
    uint8_t stride_log2;
    uint32_t clock_hz;
    uint64_t base;
};

struct board_smmu {
    uint64_t base;
    struct board_irq global[2];
    uint8_t global_count;
    uint16_t context_count;
    const struct board_irq *context;
};

struct board {
    const char *name;
    uint64_t ram_base, ram_size;
    const uint64_t *cpu_mpidr;
    uint16_t cpu_count;
    enum board_start start;
    uint64_t spin_table;
    struct board_uart uart;
    struct board_range gicd, gicr, gicc, gich, gicv;
    struct board_irq timer_el2, timer_virt, gic_maintenance;
    const struct board_smmu *smmu;
    uint8_t smmu_count;
    uint8_t withhold_count;
    const struct board_range *withhold; /* registers that no driver of the kernel claims */
};

extern const struct board board;
