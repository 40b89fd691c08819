/* SPDX-License-Identifier: GPL-2.0-only */
/* Local APIC, by memory (xAPIC) or MSRs (x2APIC) (SDM vol. 3, "Advanced Programmable Interrupt Controller"). */
#pragma once

#include <stdint.h>

enum : uint32_t {
    LAPIC_ID_ALL = 0xff,           /* where a destination has eight bits: all CPUs */
    LAPIC_MSI_BASE = 0xfee0'0000u, /* of addresses that devices write messages to  */
};

/*
 * Choose the way to the registers, for all CPUs: x2APIC if the CPU has it and `allow_x2apic`, or if
 * firmware has switched to it. Panics if the registers cannot be mapped. Context: boot CPU, once.
 */
void lapic_setup(bool allow_x2apic);

/*
 * Enable the local APIC of this CPU with every source masked but NMI at LINT1 and the timer, which is
 * stopped. Again on the boot CPU after lapic_timer_enable.
 */
void lapic_init(void);

/* APIC ID of this CPU. */
uint32_t lapic_id(void);

/* Whether `apic_id` is that of one CPU in the mode chosen: not too wide for it, not the broadcast. */
bool lapic_reaches(uint32_t apic_id);

/* End of interrupt. */
void lapic_eoi(void);

/* Whether an interrupt has come at `vector` that has not ended: a spurious one leaves no trace. */
bool lapic_is_in_service(uint8_t vector);

/* Send INIT, or SIPI for the page at `page`, to the CPU with `apic_id`. */
void lapic_send_init(uint32_t apic_id);
void lapic_send_sipi(uint32_t apic_id, uint64_t page);

/* Send an interrupt at `vector` to the CPU with `apic_id`. Stores made before are seen there. */
void lapic_send_vector(uint32_t apic_id, uint8_t vector);

/* The same to this CPU (SDM vol. 3, "ICR", destination shorthand). Context: any, also between the two halves of another command. */
void lapic_send_self(uint8_t vector);

/* From the next lapic_init on the timers interrupt, at a deadline in IA32_TSC_DEADLINE or after a count. */
void lapic_timer_enable(bool by_deadline);

/* Let the timer of this CPU count down from `count`, once; what is left to count. */
void lapic_timer_count(uint32_t count);
uint32_t lapic_timer_left(void);

/*
 * Let the timer of this CPU fire at short intervals, or stop it. With interrupts off nothing comes of
 * it but one pending interrupt at VECTOR_TIMER. See smp.c for what it is good for.
 */
void lapic_ticks(bool on);
