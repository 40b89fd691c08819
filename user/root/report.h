/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of what the root task says. */
#pragma once

#include "kernel/abi/hip.h"
#include "user/lib/bootinfo.h"

/* The hypervisor information page, field by field. */
void report_hip(const struct hip *hip);

/* Its architecture part, which user/root/<cpu> knows. */
void report_cpu(const struct hip *hip);

/* Boot modules; the memory map; what of it a root task may use. */
void report_modules(const struct bootinfo *info);
void report_memory(const struct hip *hip, const struct bootinfo *info);
