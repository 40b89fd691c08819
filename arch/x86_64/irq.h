/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From vectors to what they mean. Interrupt n of the interface has vector VECTOR_DEVICE + n on all CPUs,
 * so none has to be found or given back, and one that arrives late at its old CPU is still known.
 */
#pragma once

#include <stdint.h>

/*
 * An interrupt has come at `vector`, which is no exception. Tells the local APIC that it has ended.
 * Context: kernel stack of this CPU, interrupts off.
 */
void irq_handle(uint8_t vector);
