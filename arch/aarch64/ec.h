/* SPDX-License-Identifier: GPL-2.0-only */
/* Between vectors.S and C. `ec` is current, its registers are saved, the stack is the kernel's. */
#pragma once

#include "kernel/obj/ec.h"

/* A synchronous exception other than a hypercall, or SError. */
[[noreturn]] void event_enter(struct ec *ec);

/* An interrupt. */
[[noreturn]] void irq_enter(struct ec *ec);

/* Load all registers and return to EL0; SP_EL2 then points to *regs. */
[[noreturn]] void ec_return(const struct arch_regs *regs);
