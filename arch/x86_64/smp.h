/* SPDX-License-Identifier: GPL-2.0-only */
/* Between trampoline.S and C. */
#pragma once

#include "kernel/cpu/cpu.h"

/* For CR3 once at the kernel's addresses. */
extern uint64_t smp_kernel_cr3;

/* Who is to be started: the CPU that arrives takes it and leaves nullptr. */
extern _Atomic(struct cpu *) smp_next;

/* Enter the kernel on another CPU, on the stack of `cpu`. */
[[noreturn]] void smp_enter(struct cpu *cpu);
