/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions of the kernel itself: all are fatal, none is silent. */
#pragma once

#include "kernel/cpu/cpu.h"

/* Which vector it was. */
enum fault_kind : uint64_t { FAULT_SYNC, FAULT_IRQ, FAULT_FIQ, FAULT_SERROR, FAULT_LOWER_FIQ };

/*
 * Registers at the exception, written by vectors.S to the top of the CPU's emergency stack. The kernel
 * stack is not touched: it may be what broke.
 */
struct fault_frame {
    uint64_t x[31];
    uint64_t sp;
    uint64_t entered; /* not 0: the frame is in use, so another fault stops the CPU at once */
    uint64_t kind;    /* enum fault_kind */
};

enum : unsigned { FAULT_STACK_SIZE = 4096 };

/* Prepare an emergency stack, FAULT_STACK_SIZE bytes at `stack`, for `cpu`. */
void fault_use_stack(struct cpu *cpu, void *stack);

/* Say what happened and stop. Called by vectors.S on the emergency stack. */
[[noreturn]] void fault_report(const struct fault_frame *frame);
