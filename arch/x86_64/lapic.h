/* SPDX-License-Identifier: GPL-2.0-only */
/* Local APIC, by memory (xAPIC) or MSRs (x2APIC) (SDM vol. 3, "Advanced Programmable Interrupt Controller"). */
#pragma once

#include <stdint.h>

/*
 * Choose the way to the registers, for all CPUs: x2APIC if the CPU has it and `allow_x2apic`, or if
 * firmware has switched to it. Panics if the registers cannot be mapped. Context: boot CPU, once.
 */
void lapic_setup(bool allow_x2apic);

/* Enable the local APIC of this CPU with every source masked but NMI at LINT1. */
void lapic_init(void);

/* APIC ID of this CPU. */
uint32_t lapic_id(void);

/* Whether `apic_id` is that of one CPU in the mode chosen: not too wide for it, not the broadcast. */
bool lapic_reaches(uint32_t apic_id);

/* End of interrupt. */
void lapic_eoi(void);

/* Send INIT, or SIPI for the page at `page`, to the CPU with `apic_id`. */
void lapic_send_init(uint32_t apic_id);
void lapic_send_sipi(uint32_t apic_id, uint64_t page);

/*
 * Let the timer of this CPU fire at short intervals, or stop it. With interrupts off nothing comes of
 * it but one pending interrupt at VECTOR_TIMER. See smp.c for what it is good for.
 */
void lapic_ticks(bool on);
