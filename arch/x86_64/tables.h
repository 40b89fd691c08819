/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptor tables: GDT, TSS with I/O permission bitmap, IDT. */
#pragma once

#include <stdint.h>

#include "arch/x86_64/layout.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"

/* Interrupt stack table: these exceptions find a good stack whatever RSP is. */
enum ist : uint8_t { IST_NMI = 1, IST_DF = 2, IST_MC = 3, IST_GP = 4, IST_END };

/* SDM vol. 3, "64-Bit TSS". Fields are not aligned. */
struct [[gnu::packed]] tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7]; /* IST 1 is ist[0] */
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t iomap_base;
};
static_assert(sizeof(struct tss) == 104);

enum : size_t { IO_BITMAP_WORDS = 8192 / sizeof(uint64_t) };
enum : uint16_t { IO_BITMAP_LOADED = sizeof(struct tss), IO_BITMAP_NONE = 0xffff };

/* SDM vol. 1, "I/O Permission Bit Map": a byte of ones ends it. */
struct cpu_tables {
    struct tss tss;
    uint64_t io_bitmap[IO_BITMAP_WORDS];
    uint64_t io_bitmap_end;
    uint64_t gdt[8];
    uint64_t shadow_ist[8]; /* tokens of the shadow stacks of the interrupt stack table */
};
static_assert(offsetof(struct cpu_tables, io_bitmap) == IO_BITMAP_LOADED);

/*
 * Tables for the boot CPU as good as can be had without an allocator: one stack for all of the
 * interrupt stack table. Sets GS.base.
 */
void tables_load_early(struct cpu *cpu);

/* Give `cpu`, which is this one, its own tables and stacks. Panics if there is no memory. */
void tables_load(struct cpu *cpu);

/* The range [*bottom, answer) of the interrupt stack that holds `sp`; nullptr if there is none. */
const void *tables_ist_top(const struct cpu *cpu, uint64_t sp);
