/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much kernel memory is left, for root tasks: it is counted by taking all of it, as pages of slots in the object
 * spaces of child PDs.
 *
 * Context: root, with the spaces of user/lib/spaces.h, while no other thread makes or drops objects.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/hip.h"
#include "user/lib/hypercall.h"

/* Slots of the root object space that are used meanwhile, and are empty then: 2^METER_ORDER. */
enum : sel_t { SEL_METER = 0x6000 };
enum : uint8_t { METER_ORDER = 8 };

/*
 * Pages that a PD can get now. What is still on its way out is waited for, until two counts in a row are the same.
 * Pages of slots that root has never used before are not among what comes back later.
 */
uint64_t meter_pages(const struct hip *hip);

/*
 * The test that runs fails (user/lib/tap.h) if they are not as many as `before`; waits for the memory of threads that
 * are about to end.
 */
void meter_expect(const struct hip *hip, uint64_t before);
