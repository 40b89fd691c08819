/* SPDX-License-Identifier: GPL-2.0-only */
/* What arch_platform_init found out. */
#pragma once

#include <stdint.h>

#include "kernel/base/types.h"
#include "kernel/cpu/cpu.h"
#include "kernel/firmware/acpi_fadt.h"

/* Interrupt semaphores: pins first, message-signalled interrupts behind. */
enum : uint16_t { INTERRUPT_COUNT = 217 };

struct platform {
    uint16_t cpu_count; /* enabled or online-capable, in the order of the MADT */
    uint32_t apic_id[CPU_MAX];
    uint16_t int_pin; /* one more than the highest pin of an I/O APIC         */
    bool has_fadt;
    struct acpi_fadt fadt;
    uint64_t stc_frequency; /* Hz */
    paddr_t rsdp;
};
extern struct platform platform;
