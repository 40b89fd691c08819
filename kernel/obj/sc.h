/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling context: priority and budget of an EC. */
#pragma once

#include "kernel/obj/kobject.h"

enum : uint8_t { SC_PRIO_IDLE = 0, SC_PRIO_MAX = 127 };
enum : uint16_t { SC_BUDGET_KERNEL_MS = 1000 }; /* root and idle contexts */

struct ec;

struct sc {
    alignas(KOBJ_ALIGN) struct kobject obj;
    struct ec *ec;   /* nullptr for the idle context of a CPU */
    uint64_t budget; /* STC ticks */
    uint64_t used;   /* STC ticks consumed */
    uint16_t cpu;
    uint8_t prio;
};

/* An SC with no reference yet; `budget` in STC ticks. nullptr if memory has run out. */
[[nodiscard]] struct sc *sc_create(struct ec *ec, uint16_t cpu, uint8_t prio, uint64_t budget);
